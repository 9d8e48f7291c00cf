"""A chart as data: what js/charts.js draws and the table under it prints, from the same exact values."""

from dataclasses import dataclass, field
from decimal import Decimal

from guandu.web.templatetags.portal import written

# The chains by their order in the register; the same values as in css/portal.css.
CHAIN_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b5508f", "#8a6d00")
PLAIN_COLOUR = "#1f5fa8"


def chain_colour(position: int) -> str:
    """The colour of the chain at `position` (1 is the first)."""
    return CHAIN_COLOURS[(position - 1) % len(CHAIN_COLOURS)]


@dataclass(frozen=True)
class Point:
    """One value; None is a gap. `url` leads to what it is made of, `context` is its tooltip."""

    value: Decimal | None
    url: str = ""
    context: str = ""


@dataclass(frozen=True)
class Series:
    name: str
    points: tuple[Point, ...]
    colour: str = PLAIN_COLOUR


@dataclass(frozen=True)
class Cell:
    text: str
    url: str
    context: str


@dataclass(frozen=True)
class Chart:
    """One message. `kind` is bar or line; `colours` paint the bars of a single series one by one."""

    key: str
    title: str
    unit: str
    category_name: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    kind: str = "bar"
    decimals: int = 0
    target: Decimal | None = None
    target_label: str = ""
    context: str = ""
    colours: tuple[str, ...] = field(default=())

    @property
    def data_id(self) -> str:
        return f"{self.key}-data"

    @property
    def payload(self) -> dict:
        """What the page hands to the script; values stay text so that nothing is rounded on the way."""
        return {
            "title": self.title,
            "unit": self.unit,
            "kind": self.kind,
            "categories": list(self.categories),
            "series": [
                {"name": s.name, "colour": s.colour, "values": [_plain(p.value, self.decimals) for p in s.points]}
                for s in self.series
            ],
            "target": None if self.target is None else str(self.target),
            "target_label": self.target_label,
            "colours": list(self.colours) or None,
        }

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """The table under the chart: a category and its cells, one a series."""
        return [
            (label, [self._cell(series.points[index]) for series in self.series])
            for index, label in enumerate(self.categories)
        ]

    def _cell(self, point: Point) -> Cell:
        return Cell(written(point.value, self.decimals), point.url, point.context)


def _plain(value: Decimal | None, decimals: int) -> str | None:
    return None if value is None else written(value, decimals).replace(",", "")
