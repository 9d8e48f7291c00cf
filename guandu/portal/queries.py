"""What the dashboards show, composed from the rooms. Grain: one page; a fixed number of queries each."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from guandu.accounts.models import User
from guandu.core.periods import Period
from guandu.web.charts import Chart, Point, Series, chain_colour
from guandu.web.templatetags.portal import figure_context
from parks.models import Chain, Park
from rating.models import Assessment, Scheme
from targets.enums import FigureScope, ReturnState
from targets.models import Figure, Return
from targets.queries import plan as plans
from targets.queries.boards import BOARD, DISTRICT_TILES, Board, board, figures_at, park_returns
from targets.views.addresses import figure_url

CHAIN_MEASURE = "REV"


@dataclass(frozen=True)
class ParkLine:
    """One park of the table: where it stands in the quarter's filing, its figures, its trial score."""

    code: str
    name: str
    chain_name: str
    chain_position: int
    return_: Return | None
    cells: list[Figure | None]
    assessment: Assessment | None


@dataclass(frozen=True)
class ParkTable:
    columns: list
    lines: list[ParkLine]


@dataclass(frozen=True)
class Completeness:
    """How the quarter's park returns stand: (state, its word, how many), and the parks without one."""

    states: list[tuple[str, str, int]]
    total: int
    locked: int
    unfiled: list[Return]

    @property
    def words(self) -> str:
        return f"{self.locked}/{self.total}"

    @property
    def percent(self) -> int:
        return self.locked * 100 // self.total if self.total else 0


def park_table(user: User, quarter: Period, chain: str = "") -> ParkTable:
    """The parks of `user`'s scope that were open in the quarter, by chain and code. Six queries."""
    day = quarter.last_day
    parks = Park.objects.visible_to(user).open_on(day).placed_on(day)
    if chain:
        parks = parks.filter(chain_code=chain)
    positions = dict(Chain.objects.values_list("code", "position"))
    listed = sorted(parks, key=lambda park: (positions.get(park.chain_code, 99), park.code))
    figures = board(user, quarter, FigureScope.PARK, {park.code: park.name for park in listed})
    returns, scores = park_returns(user, quarter), trial_scores(user, quarter)
    lines = [
        ParkLine(
            park.code, park.name, park.chain_name or "", positions.get(park.chain_code, 0),
            returns.get(park.code), row.cells, scores.get(park.code),
        )
        for park, row in zip(listed, figures.rows, strict=True)
    ]  # fmt: skip
    return ParkTable(figures.columns, lines)


def trial_scores(user: User, quarter: Period) -> dict[str, Assessment]:
    """Park code → the quarter's trial score under the scheme in use for the park. One query."""
    rows = Assessment.objects.visible_to(user).filter(scheme__in=Scheme.objects.newest(), period=quarter.code)
    return {row.park.code: row for row in rows.select_related("park").defer("facts", "result")}


def completeness(lines: Iterable[ParkLine]) -> Completeness:
    """From the lines of a park table; asks nothing."""
    returns = [line.return_ for line in lines if line.return_]
    found = Counter(each.state for each in returns)
    shown = [state for state in ReturnState if state != ReturnState.EXEMPT or found[state]]
    return Completeness(
        states=[(state.value, state.label, found[state.value]) for state in shown],
        total=len(returns) - found[ReturnState.EXEMPT],
        locked=found[ReturnState.LOCKED],
        unfiled=[each for each in returns if each.is_missing],
    )


def district_figures(user: User, quarter: Period) -> list[Figure]:
    """The district's main figures in the quarter, in the dashboard's order. One query."""
    found = figures_at(user, quarter, FigureScope.DISTRICT)
    return [found[code] for code in DISTRICT_TILES if code in found]


def chain_figures(user: User, quarter: Period, code: str) -> list[Figure]:
    found = figures_at(user, quarter, FigureScope.CHAIN, code)
    return [found[name] for name in BOARD if name in found]


def chain_board(user: User, quarter: Period) -> tuple[Board, Chart | None]:
    """The chains side by side, as a table and as bars of one measure. Three queries."""
    chains = list(Chain.objects.order_by("position"))
    table = board(user, quarter, FigureScope.CHAIN, {chain.code: chain.name for chain in chains})
    return table, _chain_chart(chains, table, quarter)


def _chain_chart(chains: list[Chain], table: Board, quarter: Period) -> Chart | None:
    place = next((n for n, column in enumerate(table.columns) if column.code == CHAIN_MEASURE), None)
    if place is None:
        return None
    figures = [row.cells[place] for row in table.rows]
    known = [(figure, row) for figure, row in zip(figures, table.rows, strict=True) if figure and figure.value is not None]
    if not known:
        return None
    first, row = max(known, key=lambda each: each[0].value)
    return Chart(
        key="chains",
        title=f"{first.indicator.name}：{row.scope_name}产业链最高",
        unit=first.indicator_version.unit,
        category_name="产业链",
        categories=tuple(chain.name for chain in chains),
        series=(Series(first.indicator.name, tuple(_point(figure) for figure in figures)),),
        colours=tuple(chain_colour(chain.position) for chain in chains),
        decimals=first.indicator_version.display_decimals,
        context=f"{Period.parse(first.period).label} · 核定",
    )


def _point(figure: Figure | None) -> Point:
    return Point(None) if figure is None else Point(figure.value, figure_url(figure), figure_context(figure))


def plan_rows(user: User, quarter: Period, chain: str = "") -> list[plans.TargetRow]:
    """The plan's targets as `user` may see them; of one chain where it is named."""
    plan = plans.plan_in_force(user, quarter)
    if plan is None:
        return []
    targets = plan.targets.order_by("position")
    return plans.target_rows(targets.filter(chain_code=chain) if chain else targets, quarter, user)
