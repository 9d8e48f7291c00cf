"""The office's choice among what several sources say of one park: a 核定值 with a reason, which only
another choice or a 数据订正 moves."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from parks.models import Park
from targets.actions.certified import supersede
from targets.actions.figures import ask_roll_up
from targets.actions.return_moves import in_words
from targets.enums import SubjectKind
from targets.models import CertifiedValue
from targets.queries.differences import difference_of


@action("certified.settle")
def settle(
    *, period: str, indicator: str, park: Park, source: str, reason: str, seen: int | None = None, by: Actor
) -> CertifiedValue:
    """Take the number of `source` (ValueSource) as the 核定值 of the park's indicator in `period`.

    `seen` is the number (pk) of the 核定值 that the person saw. Raises NotReady before the park's own return
    is approved or while there is nothing to choose, Conflict when the 核定值 changed since.
    """
    require(by, Permission.RETURN_CONFIRM, to="选定核定值")
    quarter = Period.parse(period)
    about(park)
    found = difference_of(quarter, indicator, park.code)
    if found is None:
        raise NotReady("本期没有哪一方报过这个数，无从选定。")
    if source not in found.said:
        raise Invalid("请选择已经报数的一方。", errors=[("source", "请选择已经报数的一方。")])
    said = in_words(reason, "reason", "选定理由")
    standing = CertifiedValue.objects.current().select_for_update().filter(
        indicator=found.cell.indicator_id,
        subject_kind=SubjectKind.PARK,
        subject_code=park.code,
        period=quarter.code,
    )
    now = standing.first()
    if now is None:
        raise NotReady("这项数据还没有核定。先确认园区报表，再在几方数据之间选定。")
    if seen is not None and now.pk != seen:
        raise Conflict("核定值刚刚有人改过，请刷新后再选。")
    base = now.base_units
    supersede(standing)
    chosen = found.said[source]
    row = CertifiedValue.objects.create(
        indicator_id=found.cell.indicator_id,
        indicator_version=found.cell.version,
        subject_kind=SubjectKind.PARK,
        subject_code=park.code,
        period=quarter.code,
        units=chosen.units,
        base_units=base,
        source=source,
        return_version=chosen.version,
        history_line=chosen.line,
        reason=said,
        certified_by=by.actor_name,
        certified_at=clock.now(),
    )
    created(row)
    ask_roll_up(period=quarter, parks=[park.code], by=by)
    return row
