"""What a leader reads on one sheet, and what a plan comes to when it ends. Grain: one plan in one quarter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.enums import TargetStatus
from targets.enums_plan import AccomplishmentState, LightState
from targets.models import Accomplishment, Plan, QualitativeAim, RedLight, Target, TargetResult
from targets.queries.lights import VEILED
from targets.queries.plan import TargetRow, by_chain, counts, target_rows

MOST = 8


@dataclass(frozen=True)
class Brief:
    """`chains`: (name, how many of each status in the order of `counts`). `red` are reds that the office has released,
    each with its light; `unreleased` how many it has not. `risky` come nearest to red first, `owed` by who owes."""

    counts: list[tuple[str, str, int]]
    chains: list[tuple[str, list[tuple[str, int]]]]
    red: list[tuple[TargetRow, RedLight]]
    unreleased: int
    risky: list[TargetRow]
    more_risky: int
    owed: list[tuple[str, list[TargetRow]]]


def brief_of(plan: Plan, quarter: Period, user: User) -> Brief:
    """As it may be handed to leaders, whoever makes it. A fixed number of queries."""
    rows = target_rows(plan.targets.order_by("position"), quarter, user)
    out = RedLight.objects.visible_to(user).filter(target__plan=plan, period=quarter.code, state=LightState.RELEASED)
    lights = {light.target_id: light for light in out}
    behind = [row for row in rows if row.status in {TargetStatus.BEHIND, VEILED}]
    red = [(row, lights[row.target.pk]) for row in behind if row.target.pk in lights]
    risky = sorted((row for row in rows if row.status == TargetStatus.AT_RISK), key=_nearness)
    shown = counts(rows)
    return Brief(
        counts=shown,
        chains=[(group.title, [(status, _how_many(group.rows, status)) for status, _, _ in shown]) for group in by_chain(rows)],
        red=red,
        unreleased=len(behind) - len(red),
        risky=risky[:MOST],
        more_risky=len(risky[MOST:]),
        owed=_owed(rows),
    )


def _how_many(rows: Iterable[TargetRow], status: str) -> int:
    return sum(row.status == status for row in rows)


def _nearness(row: TargetRow) -> tuple[Decimal, int]:
    made = row.outlook.of_expected
    return (Decimal(0) if made is None else made, row.target.position)


def _owed(rows: Iterable[TargetRow]) -> list[tuple[str, list[TargetRow]]]:
    found: dict[str, list[TargetRow]] = {}
    for row in rows:
        if row.status == TargetStatus.PENDING:
            found.setdefault(row.sentence or "尚无数据。", []).append(row)
    return list(found.items())


@dataclass(frozen=True)
class Closed:
    """One target at the end: `is_met` is None where its number is not there. `revised` says how the line was changed."""

    row: TargetRow
    is_met: bool | None
    backfilled: bool
    revised: list[str]


@dataclass(frozen=True)
class Closing:
    """`quarter` is the last with results up to the plan's end; `is_final` whether it is the end itself. `forces`: (name,
    all, met, not met, not known)."""

    quarter: Period
    is_final: bool
    lines: list[Closed]
    forces: list[tuple[str, int, int, int, int]]
    aims: list[tuple[QualitativeAim, list[Accomplishment]]]

    @property
    def met(self) -> int:
        return sum(line.is_met is True for line in self.lines)

    @property
    def missed(self) -> int:
        return sum(line.is_met is False for line in self.lines)

    @property
    def unknown(self) -> int:
        return sum(line.is_met is None for line in self.lines)


def closing_of(plan: Plan, user: User, quarter: Period | None = None) -> Closing:
    """终期评估: every target at the plan's end, before it at the newest quarter there is; or in the `quarter` named. A
    fixed number of queries."""
    end = Period.quarter_of(plan.ends_on)
    quarter = quarter or _newest(plan, end)
    targets = plan.targets.order_by("position").prefetch_related("revisions")
    lines = [_closed(row) for row in target_rows(targets, quarter, user)]
    return Closing(quarter, quarter == end, lines, _by_force(lines), _aims(plan, user))


def _newest(plan: Plan, end: Period) -> Period:
    known = TargetResult.objects.filter(target__plan=plan, period__lte=end.code)
    newest = known.order_by("-period").values_list("period", flat=True).first()
    return Period.parse(newest) if newest else end


def _closed(row: TargetRow) -> Closed:
    pending = row.status == TargetStatus.PENDING
    backfilled = any(part.get("backfilled") for part in row.standing.parts) if row.standing else False
    return Closed(row, None if pending else row.status == TargetStatus.MET, backfilled, _revised(row.target))


def _revised(target: Target) -> list[str]:
    return [
        f"{each.document}{each.document_number}：{each.old_value or '—'} 调整为 {each.new_value or '—'}"
        for each in target.revisions.all()
        if each.old_value != each.new_value
    ]


def _by_force(lines: Sequence[Closed]) -> list[tuple[str, int, int, int, int]]:
    found: dict[str, list[bool | None]] = {}
    for line in lines:
        found.setdefault(line.row.target.get_force_display(), []).append(line.is_met)
    return [(force, len(all_), all_.count(True), all_.count(False), all_.count(None)) for force, all_ in found.items()]


def _aims(plan: Plan, user: User) -> list[tuple[QualitativeAim, list[Accomplishment]]]:
    """Each aim with what was accepted of it."""
    accepted: dict[int, list[Accomplishment]] = {}
    rows = Accomplishment.objects.visible_to(user).filter(aim__plan=plan, state=AccomplishmentState.ACCEPTED)
    for each in rows.order_by("done_on", "pk"):
        accepted.setdefault(each.aim_id, []).append(each)
    return [(aim, accepted.get(aim.pk, [])) for aim in plan.aims.prefetch_related("leads")]
