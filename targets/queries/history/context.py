"""What the rows of a workbook of old numbers are read by: indicators with their versions, scopes with every
name they had, and the parks of each period. A fixed number of queries, and a few for each period named."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.periods import Period
from guandu.exchange.tables import Column
from parks.models import Area, Chain, Park, ParkName
from targets.enums import FigureScope, IndicatorKind, SubjectKind
from targets.history_cells import joined
from targets.models import Indicator, IndicatorVersion
from targets.queries.rollup.inputs import Member, members_in

SHEET = "历史补录"
# Numbers that somebody can have kept: whatever is divided or chosen is computed from these.
OFFERED = (IndicatorKind.FLOW, IndicatorKind.STOCK, IndicatorKind.COUNT, IndicatorKind.REGISTERED)
_SPOKEN = {IndicatorKind.FLOW: "，本年累计", IndicatorKind.STOCK: "，期末数"}
LONGEST_DOCUMENT, LONGEST_FIRM = 200, 120
FIXED = (
    Column("kind", "范围类型"),
    Column("scope", "范围"),
    Column("period", "报告期"),
    Column("document", "来源文件", longest=LONGEST_DOCUMENT),
    Column("credit_code", "统一社会信用代码", optional=True),
    Column("firm", "企业名称", longest=LONGEST_FIRM, optional=True),
)
DISTRICT_NAME = FigureScope.DISTRICT.label


@dataclass(frozen=True)
class ValueColumn:
    """An indicator in one of the units that it was ever kept in."""

    key: str
    title: str
    indicator: Indicator
    unit: str

    @property
    def code(self) -> str:
        return self.indicator.code


class Context:
    """For the person `by`: parks are those over which he may enter history."""

    def __init__(self, by: Actor) -> None:
        self.by = by
        self._members: dict[str, dict[str, Member]] = {}

    @cached_property
    def versions(self) -> dict[str, list[IndicatorVersion]]:
        """By code, the newest first."""
        rows = IndicatorVersion.objects.filter(indicator__kind__in=OFFERED).select_related("indicator")
        found = defaultdict(list)
        for row in rows.order_by("indicator__position", "indicator__code", "-number"):
            found[row.indicator.code].append(row)
        return dict(found)

    @cached_property
    def columns(self) -> tuple[ValueColumn, ...]:
        """In the order of the dictionary; titles differ."""
        pairs = [
            (versions[0].indicator, unit)
            for versions in self.versions.values()
            for unit in dict.fromkeys(version.unit for version in versions)
        ]
        often = Counter(_title(indicator, unit) for indicator, unit in pairs)
        return tuple(
            ValueColumn(
                f"{indicator.code}|{unit}",
                _title(indicator, unit, indicator.code if often[_title(indicator, unit)] > 1 else ""),
                indicator,
                unit,
            )
            for indicator, unit in pairs
        )

    @property
    def table(self) -> list[Column]:
        return [*FIXED, *(Column(column.key, column.title, optional=True) for column in self.columns)]

    def version(self, code: str, period: Period) -> IndicatorVersion | None:
        """The version in force on the period's last day."""
        day = period.last_day
        return next((each for each in self.versions.get(code, ()) if each.in_force(day)), None)

    def scopes(self, kind: SubjectKind, said: str) -> set[str]:
        """The codes that a text may mean: a code, or a name of now or before."""
        return self._named[kind].get(joined(said).lower(), set())

    def name(self, kind: SubjectKind, code: str, period: Period) -> str:
        """What it was called; "" for a park that was not open in the period."""
        if kind == SubjectKind.PARK:
            member = self.members(period).get(code)
            return member.name if member else ""
        return DISTRICT_NAME if kind == SubjectKind.DISTRICT else self.names[kind][code]

    def members(self, period: Period) -> dict[str, Member]:
        """The parks that the figures of the period are made of."""
        quarter = Period.quarter_of(period.last_day)
        if quarter.code not in self._members:
            self._members[quarter.code] = members_in(quarter)
        return self._members[quarter.code]

    @cached_property
    def names(self) -> dict[SubjectKind, dict[str, str]]:
        """Kind → code → the name of today, in the order in which templates list them."""
        parks = Park.objects.visible_to(self.by, Permission.HISTORY_ENTER)
        return {
            SubjectKind.PARK: dict(parks.order_by("code").values_list("code", "name")),
            SubjectKind.AREA: dict(Area.objects.order_by("code").values_list("code", "name")),
            SubjectKind.CHAIN: dict(Chain.objects.order_by("position", "code").values_list("code", "name")),
            SubjectKind.STREET: dict(_streets().order_by("code").values_list("code", "name")),
            SubjectKind.DISTRICT: {"": DISTRICT_NAME},
        }

    @cached_property
    def _named(self) -> dict[SubjectKind, dict[str, set[str]]]:
        found: dict[SubjectKind, dict[str, set[str]]] = {}
        for kind, names in self.names.items():
            words = found[kind] = defaultdict(set)
            for code, name in [*names.items(), *self._other_names(kind)]:
                if code in names:
                    words[joined(name).lower()].add(code)
            for code in names:
                words[code.lower()] = {code}
        return found

    def _other_names(self, kind: SubjectKind) -> Iterable[tuple[str, str]]:
        if kind == SubjectKind.PARK:
            yield from Park.objects.exclude(short_name="").values_list("code", "short_name")
            for code, *names in ParkName.objects.values_list("park__code", "name", "short_name"):
                yield from ((code, name) for name in names if name)
        elif kind == SubjectKind.AREA:
            for code, aliases in Area.objects.values_list("code", "aliases"):
                yield from ((code, alias) for alias in aliases)
        elif kind == SubjectKind.CHAIN:
            for code, *names in Chain.objects.values_list("code", "name", "park_type", "cluster_name"):
                yield from ((code, f"{names[0]}产业链"), *((code, name) for name in names[1:]))
        elif kind == SubjectKind.STREET:
            yield from _streets().exclude(short_name="").values_list("code", "short_name")

    def moved(self, basis: dict) -> bool:
        """Whether a version or a park that the numbers were read by is another now."""
        periods: dict[str, Period] = {}
        for code, said, version in basis.get("cells", ()):
            now = self.version(code, periods.setdefault(said, Period.parse(said)))
            if now is None or now.pk != version:
                return True
        parks = self.names[SubjectKind.PARK]
        return any(
            code not in parks or code not in self.members(periods.setdefault(said, Period.parse(said)))
            for code, said in basis.get("parks", ())
        )


def _title(indicator: Indicator, unit: str, code: str = "") -> str:
    return f"{indicator.name}{f'〔{code}〕' if code else ''}（{unit}{_SPOKEN.get(indicator.kind, '')}）"


def _streets():
    return Unit.objects.filter(kind=Unit.Kind.STREET)
