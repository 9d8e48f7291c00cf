"""What a publication would hold now: the figures of its period as frozen rows, and what is missing among them. Writes
nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from guandu.core.digests import digest_of
from guandu.core.periods import Period
from targets.definitions.values import PERCENT_KINDS
from targets.enums import Basis, FigureScope, IndicatorKind, TemplateKind
from targets.models import CertifiedValue, Figure, Indicator
from targets.queries.figure_rows import MEMBERSHIPS, shown, stored_rows

# What a row says, in this order, and with it the digest: everything but the publication and its own number.
CONTENT = (
    "indicator_code", "indicator_name", "indicator_kind", "version", "unit", "decimals", "scope_kind", "scope_code",
    "scope_name", "period", "basis", "shown_value", "numerator", "numerator_unit", "denominator", "denominator_unit",
    "base", "roster_effect", "lack", "expected", "reported", "backfilled", "from_work_form", *MEMBERSHIPS, "figure_number",
    "denominator_number", "certified_values", "facts", "computed_at",
)  # fmt: skip
# Of these one may say that the number itself is another.
NUMBERS = ("shown_value", "numerator", "denominator", "base", "roster_effect", "unit", "expected", "reported", "backfilled")
SCOPES = [str(kind) for kind in reversed(FigureScope)]
# A ratio reads alike wherever it stands, whatever its parts are.
RATIO_DECIMALS = 2
_FILED = (IndicatorKind.FLOW, IndicatorKind.STOCK)

Row = dict


@dataclass(frozen=True)
class Coverage:
    """How many parks of those asked have every number; of the others how many numbers lack, by name, and which
    numbers of the whole district."""

    expected: int
    reported: int
    lacking: tuple[tuple[str, int], ...] = ()
    district: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not (self.lacking or self.district)

    @property
    def words(self) -> str:
        return f"{self.reported}/{self.expected}"

    @property
    def sentences(self) -> list[str]:
        parks = [f"{name}：{count} 项未核定" for name, count in self.lacking]
        return parks + [f"全区：{name}未核定" for name in self.district]


def figures_of(quarter: Period) -> QuerySet:
    """The 核定 figures that the quarter's roll-up stores: its own and those of the year up to its end."""
    return Figure.objects.filter(period__in={quarter.code, quarter.to_date.code}, basis=Basis.CERTIFIED)


def frozen_rows(figures: QuerySet) -> list[Row]:
    """`figures` as rows of a publication, in the order of its table. A fixed number of queries."""
    plain = list(stored_rows(figures))
    more = {row["pk"]: row for row in figures.values(
        "pk", "backfilled", "source_id", "facts",
        "indicator_version__display_decimals", "indicator__position", "indicator__kind",
    )}  # fmt: skip
    work = _from_work_forms({row["period"] for row in plain})
    rows = [(_order(row, more[row["id"]]), _frozen(row, more[row["id"]], work)) for row in shown(plain)]
    return [row for _, row in sorted(rows, key=lambda each: each[0])]


def digest_of_rows(rows: Iterable[Row]) -> str:
    return digest_of([[_said(row[name]) for name in CONTENT] for row in rows])


def coverage_of(rows: Iterable[Row]) -> Coverage:
    """Counted over what parks and bureaus file; what is worked out from it says nothing of its own."""
    lacking: dict[tuple[str, str], int] = {}
    district = []
    for row in rows:
        if row["indicator_kind"] not in _FILED:
            continue
        missing = max(row["expected"] - row["reported"], 0)
        if row["scope_kind"] == FigureScope.PARK and row["expected"]:
            key = (row["scope_code"], row["scope_name"])
            lacking[key] = lacking.get(key, 0) + missing
        elif row["scope_kind"] == FigureScope.DISTRICT and row["expected"] == 1 and missing:
            district.append(row["indicator_name"])
    short = tuple((name, count) for (_, name), count in sorted(lacking.items()) if count)
    return Coverage(len(lacking), len(lacking) - len(short), short, tuple(district))


def _frozen(row: Row, more: Row, work: set[str]) -> Row:
    text = {name: row[name] or "" for name in ("numerator", "denominator", "base", "roster_effect", "lack")}
    same = {name: row[name] for name in (
        "version", "unit", "scope_kind", "scope_code", "scope_name", "period", "basis", "numerator_unit",
        "denominator_unit", "expected", "reported", *MEMBERSHIPS,
    )}  # fmt: skip
    is_ratio = more["indicator__kind"] in PERCENT_KINDS
    return {
        "indicator_code": row["indicator"],
        "indicator_name": row["indicator_name"],
        "indicator_kind": more["indicator__kind"],
        "decimals": RATIO_DECIMALS if is_ratio else more["indicator_version__display_decimals"],
        "shown_value": row["value"] or "",
        "backfilled": more["backfilled"],
        "from_work_form": row["indicator"] in work,
        "figure_number": row["id"],
        "denominator_number": row["denominator_figure"],
        "certified_values": [more["source_id"]] if more["source_id"] else [],
        "facts": more["facts"],
        "computed_at": row["as_of"],
        **text,
        **same,
        "unit": "%" if is_ratio else row["unit"],
    }


def _order(row: Row, more: Row) -> tuple:
    scope = SCOPES.index(row["scope_kind"])
    return more["indicator__position"], row["indicator"], row["period"], scope, row["scope_code"]


def _from_work_forms(periods: set[str]) -> set[str]:
    """Codes of the indicators whose 核定值 came by a 工作调度表, and of those worked out from them."""
    quarters = {Period.quarter_of(Period.parse(code).last_day) for code in periods}
    asked = periods | {quarter.code for quarter in quarters}
    came = CertifiedValue.objects.current().filter(
        period__in=asked, return_version__return_of__cycle__template__kind=TemplateKind.WORK
    )
    codes = set(came.values_list("indicator__code", flat=True).distinct())
    made = Indicator.objects.exclude(versions__definition={}).values_list("code", "versions__definition")
    return _worked_out(codes, list(made))


def _worked_out(codes: set[str], made: list[tuple[str, dict]]) -> set[str]:
    """`codes` and whatever is made of them, over as many steps as it takes."""
    more = {code for code, definition in made if _named(definition) & codes} - codes
    return _worked_out(codes | more, made) if more else codes


def _named(definition: dict) -> set[str]:
    single = {value for key in ("num", "den", "of") if isinstance(value := definition.get(key), str)}
    return single | set(definition.get("map", {}).values())


def _said(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
