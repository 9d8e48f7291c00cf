"""The year's numbers of what is no flow, beside those of the fourth quarter: by each indicator's rule over time."""

from collections.abc import Iterator
from dataclasses import replace

from guandu.core.periods import Period
from targets.enums import Gap, OverSpace, OverTime
from targets.queries.rollup.book import Book, Place
from targets.queries.rollup.inputs import Definition, Leaf, Member
from targets.queries.rollup.rows import Row
from targets.queries.rollup.shifts import OVER_QUARTERS

QUARTERS = 4
TWELFTHS = 12  # an average of one to four quarters is a whole number of these


def year_rows(book: Book) -> Iterator[Row]:
    """None but in the fourth quarter."""
    if book.inputs.quarter.last == 12:
        yield from (replace(row, of_year=True) for row in YearBook(book).rows.values())


class YearBook(Book):
    """As the quarter's, over the year: 年报 before the fourth quarter's own, and rules over its quarters."""

    _years: dict[str, "YearBook"]

    def __init__(self, book: Book) -> None:
        self.quarters, self.inputs, self.definitions = book, book.inputs, book.definitions
        quarter = book.inputs.quarter
        self.order = [code for code in book.order if book.periods[code] == quarter.code and self._has_year(code)]
        self.caught, self.of_district = [], book.of_district
        self.periods = dict.fromkeys(self.order, quarter.to_date.code)
        self.rows, self._years = {}, {}
        self.write()
        self.rows = {key: self._in_twelfths(row) for key, row in self.rows.items()}

    def _has_year(self, code: str) -> bool:
        return self.definitions[code].over_time != OverTime.NONE

    @property
    def earlier(self) -> dict[str, Book]:
        return self.quarters.earlier

    def then(self, definition: Definition) -> Book | None:
        """The year is compared with a year: that of the base quarter, where it is a fourth one."""
        book = super().then(definition)
        if book is None or book.inputs.quarter.last != 12:
            return book
        known = book.inputs.quarter.code
        self._years[known] = self._years.get(known) or YearBook(book)
        return self._years[known]

    def find(self, code: str, place: Place) -> Row | None:
        """A row of the year, of a flow the quarter's: it counts from January. An average is read only where it is a
        whole number."""
        row = self.rows.get((code, *place))
        if row is None:
            return self.quarters.find(code, place)
        if row.numerator is None or not self._is_averaged(code):
            return row
        whole, rest = divmod(row.numerator, TWELFTHS)
        plain = {"numerator": None, "gap": Gap.DIFFERENT.value} if rest else {"numerator": whole}
        return replace(row, denominator=None, **plain)

    def leaf(self, code: str, place: Place) -> Leaf | None:
        return self.leaves.get((code, place))

    def standing(self) -> list[Leaf]:
        return self.inputs.leaves

    def _filed(self, code: str, place: Place, member: Member | None) -> Row:
        leaf = self.leaves.get((code, place))
        told = leaf is not None and leaf.period != "" and Period.parse(leaf.period).code == self.periods[code]
        if told or self.definitions[code].over_time not in OVER_QUARTERS:
            row = super()._filed(code, place, member)
            averaged = row.numerator is not None and self._is_averaged(code)
            return replace(row, numerator=row.numerator * TWELFTHS, denominator=TWELFTHS) if averaged else row
        return self._over_quarters(code, place, member)

    def _computed(self, code: str, place: Place, member: Member | None) -> Row:
        rule = self.definitions[code].over_time
        if rule in OVER_QUARTERS:
            return self._over_quarters(code, place, member)
        if rule == OverTime.LAST:
            row = self.quarters.find(code, place)
            return replace(row, period=self.periods[code])
        return super()._computed(code, place, member)

    def _over_quarters(self, code: str, place: Place, member: Member | None) -> Row:
        """Sum, average or greatest of the quarters that have a number; the others are missing in the coverage."""
        rows = [row for row in self._quarters_of(code, place) if row is not None]
        known = [row for row in rows if row.numerator is not None]
        values = {
            "expected": sum(row.expected for row in rows), "reported": sum(row.reported for row in known),
            "backfilled": sum(row.backfilled for row in known),
        }  # fmt: skip
        if not known or any(row.denominator is not None for row in known):
            return self._row(code, place, member, **values, gap=Gap.NOT_REPORTED.value)
        return self._row(code, place, member, **values, **self._merged(code, [row.numerator for row in known]))

    def _quarters_of(self, code: str, place: Place) -> Iterator[Row | None]:
        year = self.inputs.quarter.year
        for number in range(1, QUARTERS):
            book = self.earlier.get(Period.quarter(year, number).code)
            yield book.find(code, place) if book else None
        yield self.quarters.find(code, place)

    def _merged(self, code: str, numbers: list[int]) -> dict[str, int]:
        rule = self.definitions[code].over_time
        if rule == OverTime.AVERAGE:
            return {"numerator": sum(numbers) * TWELFTHS // len(numbers), "denominator": TWELFTHS}
        return {"numerator": max(numbers) if rule == OverTime.MAX else sum(numbers)}

    def _is_averaged(self, code: str) -> bool:
        return code in self.periods and self.definitions[code].over_time == OverTime.AVERAGE

    def _in_twelfths(self, row: Row) -> Row:
        """Parks' averages added up stay twelfths; averaged over parks, twelfths of each of them."""
        if row.denominator is None or not self._is_averaged(row.indicator):
            return row
        return row if self._averages_parks(self.definitions[row.indicator]) else replace(row, denominator=TWELFTHS)

    @staticmethod
    def _averages_parks(definition: Definition) -> bool:
        return definition.over_space == OverSpace.AVERAGE
