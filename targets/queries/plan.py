"""The plan on a page. Grain: one target with its standing in one quarter, as one person may see it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from guandu.accounts.models import Unit, User
from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from parks.models import Chain
from targets.enums import TargetStatus
from targets.models import Plan, Target, TargetResult
from targets.progress.forecast import Forecast
from targets.progress.gap import split_warnings
from targets.progress.outlook import Outlook
from targets.queries.lights import VEILED, VEILED_WORD
from targets.queries.measures.measure import EACH
from targets.queries.progress import required_words
from targets.queries.standings import Standing, standings_of

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
        return self.standing.status_label if self.standing else str(TargetStatus.PENDING.label)

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
        """The line in words: 不低于 30 %, 不超过 15 %, 完成; as it was in the quarter."""
        return self.outlook.required or required_words(self.target, self.target.value)

    @property
    def outlook(self) -> Outlook:
        return self.standing.outlook if self.standing else Outlook()

    @property
    def forecast(self) -> Forecast | None:
        """Where it will end, where that can be said."""
        return self.outlook.forecast if isinstance(self.outlook.forecast, Forecast) else None

    @property
    def no_forecast(self) -> str:
        """Why there is none."""
        if self.standing is None:
            return "本期还没有计算结果"
        if self.standing.holds_forecast:
            return "预测由园区发展办核实后发布"
        return "不作预测" if self.outlook.line is not None else "没有数据，不能预测"

    @property
    def share(self) -> int:
        """How far, in whole per cent for a bar; 100 at most."""
        line = self.outlook.line
        if self.standing is None or self.standing.value is None or not line:
            return 0
        return int(min(max(self.standing.value / line, Decimal(0)), Decimal(1)) * 100)


@dataclass(frozen=True)
class Group:
    title: str
    rows: list[TargetRow] = field(default_factory=list)


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
    plans = plans_of(user)
    return (
        plans.filter(starts_on__lte=quarter.last_day, ends_on__gte=quarter.first_day).first() or plans.first()
    )


def plans_of(user: User) -> QuerySet[Plan]:
    """The newest first."""
    return Plan.objects.visible_to(user)


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
    each = [target.pk for target in targets if target.shape in EACH and not target.scope_code]
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


@dataclass(frozen=True)
class Finding:
    """One check of the plan against itself. `agrees` is None where no number can settle it."""

    code: str
    agrees: bool | None
    sentence: str


def findings(plan: Plan, rows: Iterable[TargetRow]) -> list[Finding]:
    """As the plan's files were checked when they were loaded; sums anew, by the lines that are in force now."""
    lines = {row.target.code: row.target.value for row in rows}
    return [_finding(each, lines) for each in plan.findings]


def _finding(told: dict, lines: dict[str, str]) -> Finding:
    parts = [code for code in told.get("parts", ()) if lines.get(code)]
    if told.get("kind") != "sum" or not lines.get(told["total"]) or len(parts) < len(told["parts"]):
        return Finding(told["code"], told["agrees"], told["sentence"])
    total = Decimal(lines[told["total"]])
    warning = split_warnings(total, {code: Decimal(lines[code]) for code in parts}, "、".join(parts))
    agreed = f"{told['total']} 为 {total}，分解到{'、'.join(parts)}，合计一致"
    return Finding(told["code"], warning is None, f"{told['note']}：{warning or agreed}。")


def counts(rows: Iterable[TargetRow]) -> list[tuple[str, str, int]]:
    """(status, its word, how many), in the order that officials read it; reds that are not released to the reader last,
    where there are any."""
    found = Counter(row.status for row in rows)
    told = [(status.value, str(status.label), found[status.value]) for status in TargetStatus]
    return [*told, *([(VEILED, VEILED_WORD, found[VEILED])] if found[VEILED] else [])]


def behind(rows: Iterable[TargetRow]) -> list[TargetRow]:
    return [row for row in rows if row.status == TargetStatus.BEHIND]


def _clause(clause: str) -> str:
    return clause.split("¶")[0]
