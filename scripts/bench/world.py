"""A synthetic district (演示数据): parks, firms, quarters and whole numbers, from one seed."""

import functools
from dataclasses import dataclass

import numpy as np
import psycopg2.extras

QUARTERS = 12
LINES_PER_PARK = 200
MISSING = np.iinfo(np.int64).min
CODES = (
    "revenue", "output_value", "value_added", "tax_paid", "fixed_investment", "industrial_investment",
    "employees", "graduates_hired", "rnd_spending", "rnd_staff", "patents_granted", "export_value",
    "import_value", "electricity_kwh", "water_m3", "floor_area_used", "rent_paid", "total_profit",
    "digital_revenue", "new_contracts",
)  # fmt: skip


@dataclass(frozen=True)
class Park:
    """A park with the codes that it carries in every period of this world."""

    code: str
    chain: str
    street: str
    area: str
    department: str


@dataclass
class World:
    """`truth[quarter, firm, indicator]` in the smallest unit, MISSING where nothing was reported.

    The quarter after the stored ones is the one that the filling case writes.
    """

    connection: "psycopg2.extensions.connection"
    url: str
    parks: list[Park]
    truth: np.ndarray
    random: np.random.Generator

    @property
    def firms(self) -> int:
        return self.truth.shape[1]

    @property
    def last_quarter(self) -> int:
        return QUARTERS - 1

    def version_id(self, quarter: int, firm: int) -> int:
        """Id of the return version that holds the firm's line: one per park and quarter."""
        return quarter * len(self.parks) + firm // LINES_PER_PARK + 1

    def cells(self, quarter: int, firm: int) -> dict[str, int]:
        """The firm's reported values by indicator code; what is missing has no key."""
        return {
            code: value
            for code, value in zip(CODES, self.truth[quarter, firm].tolist(), strict=True)
            if value != MISSING
        }

    def change_lines(self, quarter: int, firms: list[int]) -> None:
        """Give the firms new numbers in that quarter, in the truth only."""
        self.truth[quarter, firms] = draw(self.random, (len(firms), len(CODES)))

    def execute(self, sql: str, parameters: object = None) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)

    def fetch(self, sql: str, parameters: object = None) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    @functools.cached_property
    def seen(self) -> set[str]:
        """Names of what is already loaded, so that cases share tables."""
        return set()


def draw(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Skewed whole numbers as firms report them, three in a hundred missing."""
    values = random.lognormal(11, 2.5, shape).astype(np.int64)
    values[random.random(shape) < 0.03] = MISSING
    return values


def build(url: str, scale: float, seed: int = 20261012) -> World:
    """A world of 100 × scale parks with 200 reporting firms each, its connection in autocommit."""
    random = np.random.default_rng(seed)
    parks = [_park(number) for number in range(max(2, round(100 * scale)))]
    connection = psycopg2.connect(url)
    connection.autocommit = True
    # As Django does: JSON stays text until the reader parses it.
    psycopg2.extras.register_default_jsonb(connection, loads=lambda text: text)
    shape = (QUARTERS + 1, len(parks) * LINES_PER_PARK, len(CODES))
    return World(connection, url, parks, draw(random, shape), random)


def _park(number: int) -> Park:
    return Park(
        code=f"P{number:04d}",
        chain=f"C{number % 8}",
        street=f"S{number * 7 % 11:02d}",
        area=f"A{number % 5}",
        department=f"D{number % 13:02d}",
    )
