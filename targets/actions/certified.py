"""核定值: what the office's confirmation settles. Rows are superseded, never changed."""

from collections.abc import Collection

from guandu.audit.actions import created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from targets.enums import SubjectKind, ValueSource
from targets.models import CertifiedValue, Return, ReturnVersion
from targets.queries.sheet import FormCell, form_of, subject_code

SOURCES = {SubjectKind.PARK: ValueSource.OPERATOR, SubjectKind.DISTRICT: ValueSource.BUREAU}


def certify(
    return_: Return, version: ReturnVersion, by: Actor, only: Collection[str] | None = None
) -> list[CertifiedValue]:
    """A 核定值 for each reported cell of `version`, taking the place of the former one. A cell that
    was not reported gets none. `only` names the cells of a 数据订正: the others stand as they are.
    Called inside an action."""
    line = version.lines.get()
    form = form_of(return_)
    form = [cell for cell in form if only is None or cell.code in only]
    reported = [cell for cell in form if cell.code in line.values]
    # Over the whole form: a cell that a correction has emptied keeps no value either.
    _supersede(return_, form)
    rows = [
        CertifiedValue(
            indicator_id=cell.indicator_id,
            indicator_version=cell.version,
            subject_kind=return_.subject_kind,
            subject_code=subject_code(return_),
            period=return_.cycle.period,
            units=line.values[cell.code],
            base_units=line.base.get(cell.code) if cell.asks_base else None,
            source=SOURCES[SubjectKind(return_.subject_kind)],
            return_version=version,
            certified_by=by.actor_name,
            certified_at=clock.now(),
        )
        for cell in reported
    ]
    CertifiedValue.objects.bulk_create(rows)
    for row in rows:
        created(row)
    return rows


def _supersede(return_: Return, cells: list[FormCell]) -> None:
    former = CertifiedValue.objects.current().filter(
        subject_kind=return_.subject_kind,
        subject_code=subject_code(return_),
        period=return_.cycle.period,
        indicator__in=[cell.indicator_id for cell in cells],
    )
    now = clock.now()
    for row in former.select_related("indicator"):
        before = snapshot(row)
        row.superseded_at = now
        row.save(update_fields=["superseded_at"])
        updated(row, before)
