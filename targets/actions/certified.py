"""核定值: what the office's confirmation settles. Rows are superseded, never changed."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q

from guandu.audit.actions import created, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from targets.enums import LinesKind, SubjectKind, ValueSource
from targets.models import CertifiedValue, Return, ReturnVersion
from targets.queries.lines import below, totals_of
from targets.queries.rollup.filed import SOURCES
from targets.queries.sheet import FormCell, form_of, subject_code


@dataclass(frozen=True)
class Reported:
    """One value that the version reports of one subject."""

    cell: FormCell
    kind: str
    code: str
    units: int
    base: int | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        return self.cell.indicator_id, self.kind, self.code


def certify(
    return_: Return, version: ReturnVersion, by: Actor, only: Collection[str] | None = None
) -> list[CertifiedValue]:
    """A 核定值 for each reported cell of `version`, taking the place of this return's former one. A cell
    that was not reported gets none. `only` names the cells of a 数据订正: the others stand as they are.

    What another source has settled already stands: the value joins the list of differences. So does one
    of a source that the indicator does not name. Called inside an action.
    """
    form = [cell for cell in form_of(return_) if only is None or cell.code in only]
    reported = list(_reported(return_, version, form))
    # Over the whole form: a cell that a correction has emptied keeps no value either.
    supersede(_standing(return_, form).filter(return_version__return_of=return_))
    # What was only 补录 gives way to what is reported.
    supersede(_standing(return_, form).filter(_of(reported), source=ValueSource.HISTORY))
    settled = set(_standing(return_, form).values_list("indicator", "subject_kind", "subject_code"))
    source = SOURCES[SubjectKind(return_.subject_kind)]
    rows = [
        CertifiedValue(
            indicator_id=each.cell.indicator_id,
            indicator_version=each.cell.version,
            subject_kind=each.kind,
            subject_code=each.code,
            period=return_.cycle.period,
            units=each.units,
            base_units=each.base,
            source=source,
            return_version=version,
            certified_by=by.actor_name,
            certified_at=clock.now(),
        )
        for each in reported
        if each.key not in settled and (not each.cell.sources or source in each.cell.sources)
    ]
    CertifiedValue.objects.bulk_create(rows)
    for row in rows:
        created(row)
    return rows


def _reported(return_: Return, version: ReturnVersion, form: list[FormCell]) -> Iterator[Reported]:
    """A firm's lines give the sum for its park; a bureau's lines one value for each park."""
    own = version.lines.get(subject_kind=return_.subject_kind, subject_code=return_.park_code)
    kind, subject = return_.subject_kind, subject_code(return_)
    lined = [cell for cell in form if cell.of_lines]
    lines = list(below(version)) if lined else []
    sums = totals_of(lined, lines)
    for cell in form:
        base = own.base.get(cell.code) if cell.asks_base else None
        if not cell.of_lines:
            if cell.code in own.values:
                yield Reported(cell, kind, subject, own.values[cell.code], base)
        elif return_.cycle.template.lines_kind == LinesKind.FIRM:
            if sums[cell.code].units is not None:
                yield Reported(cell, kind, subject, sums[cell.code].units, base)
        else:
            for line in lines:
                if cell.code in line.values:
                    yield Reported(cell, line.subject_kind, line.subject_code, line.values[cell.code])


def _of(reported: list[Reported]) -> Q:
    condition = Q(pk__in=[])
    for each in reported:
        condition |= Q(indicator=each.cell.indicator_id, subject_kind=each.kind, subject_code=each.code)
    return condition


def _standing(return_: Return, form: Iterable[FormCell]):
    return CertifiedValue.objects.current().filter(
        period=return_.cycle.period, indicator__in=[cell.indicator_id for cell in form]
    )


def supersede(rows) -> None:
    """Part of certifying: the rows of a queryset stand no longer."""
    now = clock.now()
    for row in rows.select_related("indicator"):
        before = snapshot(row)
        row.superseded_at = now
        row.save(update_fields=["superseded_at"])
        updated(row, before)
