"""The plan on a page. Grain: one target with its standing in one quarter, as one person may see it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from guandu.accounts.models import Unit, User
from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from parks.models import Chain
from targets.enums import Operator, Shape, TargetStatus
from targets.models import Plan, Target, TargetResult
from targets.queries.standings import Standing, standings_of

EACH = frozenset({Shape.RATIO_EACH, Shape.CAP_EACH})
WITHOUT_CHAIN = "全区性目标"


@dataclass(frozen=True)
class TargetRow:
    """`passing` is how many parks meet a line that each park must meet; None for other shapes."""

    target: Target
    standing: Standing | None
    passing: int | None
    leads: list[Unit]
    beside: list[Unit]
    inferred: bool

    @property
    def status(self) -> str:
        return self.standing.status if self.standing else TargetStatus.PENDING

    @property
    def status_label(self) -> str:
        return TargetStatus(self.status).label

    @property
    def whole(self) -> dict | None:
        """The part that is the value itself, where the reader may open it."""
        parts = self.standing.parts if self.standing else []
        return next((part for part in parts if part.get("whole")), None)

    @property
    def sentence(self) -> str:
        """Why it stands so: what is missing, or how much of it is counted."""
        if self.standing and self.standing.sentence:
            return self.standing.sentence
        return self.target.waits_for if self.status == TargetStatus.PENDING else ""

    @property
    def required(self) -> str:
        """The line in words: 不低于 30 %, 不超过 15 %, 完成."""
        return required_words(self.target)

    @property
    def share(self) -> int:
        """How far, in whole per cent for a bar; 100 at most."""
        if self.standing is None or self.standing.value is None or not self.target.value:
            return 0
        line = Decimal(self.target.value)
        return int(min(max(self.standing.value / line, Decimal(0)), Decimal(1)) * 100) if line else 0


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[TargetRow] = field(default_factory=list)


def required_words(target: Target) -> str:
    if target.operator == Operator.DONE or not target.value:
        return Operator.DONE.label
    return f"{target.get_operator_display()} {Decimal(target.value):,f} {target.unit}".rstrip()


def telling_decimals(value: Decimal | None, line: Decimal, fewest: int = 2, most: int = 6) -> int:
    """As many decimals as show on which side of `line` the value lies: 59.9999 is not 60.00."""
    if value is None:
        return fewest
    digits = range(fewest, most)
    return next((n for n in digits if _side(round_half_up(value, n), line) == _side(value, line)), most)


def _side(value: Decimal, line: Decimal) -> int:
    return (value > line) - (value < line)


def plan_in_force(user: User, quarter: Period) -> Plan | None:
    """The newest plan that covers the quarter, else the newest there is. One or two queries."""
    plans = Plan.objects.visible_to(user)
    return (
        plans.filter(starts_on__lte=quarter.last_day, ends_on__gte=quarter.first_day).first() or plans.first()
    )


def target_rows(targets: Iterable[Target], quarter: Period, user: User) -> list[TargetRow]:
    """The rows of `targets` (a queryset) in the quarter. A fixed number of queries."""
    targets = list(targets.select_related("indicator", "parent").prefetch_related("duties__unit"))
    standings = standings_of(targets, quarter.code, user)
    passing = _passing(targets, quarter)
    return [_row(target, standings.get(target.pk), passing.get(target.pk)) for target in targets]


def _row(target: Target, standing: Standing | None, passing: int | None) -> TargetRow:
    duties = list(target.duties.all())
    return TargetRow(
        target=target,
        standing=standing,
        passing=passing,
        leads=[duty.unit for duty in duties if duty.leads],
        beside=[duty.unit for duty in duties if not duty.leads],
        inferred=any(duty.inferred for duty in duties),
    )


def _passing(targets: list[Target], quarter: Period) -> dict[int, int]:
    each = [target.pk for target in targets if target.shape in EACH]
    results = TargetResult.objects.filter(target__in=each, period=quarter.code).values_list("target", "parts")
    return {target: sum(part["ok"] is True for part in parts) for target, parts in results}


def by_goal(rows: Iterable[TargetRow]) -> list[Group]:
    """Groups as the plan's clauses set them."""
    groups: dict[str, Group] = {}
    for row in rows:
        title = " ".join(each for each in (_clause(row.target.clause), row.target.goal) if each)
        groups.setdefault(title, Group(title)).rows.append(row)
    return list(groups.values())


def by_chain(rows: Iterable[TargetRow]) -> list[Group]:
    """Groups by chain in the register's order; what concerns no single chain comes first."""
    names = dict(Chain.objects.order_by("position").values_list("code", "name"))
    groups = {code: Group(f"{name}产业链" if name else WITHOUT_CHAIN) for code, name in {"": "", **names}.items()}
    for row in rows:
        groups[row.target.chain_code if row.target.chain_code in names else ""].rows.append(row)
    return [group for group in groups.values() if group.rows]


def counts(rows: Iterable[TargetRow]) -> list[tuple[str, str, int]]:
    """(status, its word, how many), in the order that officials read it."""
    found = Counter(row.status for row in rows)
    return [(status.value, status.label, found[status.value]) for status in TargetStatus]


def behind(rows: Iterable[TargetRow]) -> list[TargetRow]:
    return [row for row in rows if row.status == TargetStatus.BEHIND]


def _clause(clause: str) -> str:
    return clause.split("¶")[0]
