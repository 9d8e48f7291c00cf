"""Publications as they were: which one stood on a day, and by what two of them differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from targets.enums_publication import PublicationKind
from targets.models import Publication, PublishedFigure
from targets.queries.publishing import CONTENT, NUMBERS, Row

Key = tuple[str, str, str, str]  # indicator, scope kind, scope code, period
_KEY = ("indicator_code", "scope_kind", "scope_code", "period")
_COUNTED = {"expected": "应报", "reported": "已报", "backfilled": "其中补录"}
_TERMS = {"numerator": "分子", "denominator": "分母", "base": "上年同期可比数", "roster_effect": "名单变动影响", "unit": "单位"}


@dataclass(frozen=True)
class Difference:
    """One line of a difference table. `was` or `now` is None for a row that only one of the two has; `apart` is
    None where a number lacks or the units differ, `per_cent` also where the old number is zero."""

    key: Key
    was: Row | None
    now: Row | None

    @property
    def row(self) -> Row:
        return self.now or self.was or {}

    @property
    def was_value(self) -> Decimal | None:
        return _number(self.was)

    @property
    def now_value(self) -> Decimal | None:
        return _number(self.now)

    @property
    def apart(self) -> Decimal | None:
        if not self.was or not self.now or self.was["unit"] != self.now["unit"]:
            return None
        was, now = self.was_value, self.now_value
        return None if was is None or now is None else now - was

    @property
    def per_cent(self) -> Decimal | None:
        if self.apart is None or not self.was_value:
            return None
        return round_half_up(self.apart * 100 / abs(self.was_value), 2)

    @property
    def more(self) -> list[str]:
        """What else of the row is another: its terms and counts, each old and new."""
        if not self.was or not self.now:
            return ["新增" if self.now else "不再列出"]
        names = _TERMS if self.apart in (None, 0) or self.row["denominator"] else {}
        return [
            f"{word} {self.was[name] or '—'} → {self.now[name] or '—'}"
            for name, word in (names | _COUNTED).items()
            if self.was[name] != self.now[name]
        ]


def rows_of(publication: Publication) -> list[Row]:
    """Every row of the publication, in order. One query, whatever its size."""
    return list(publication.rows.order_by("position").values(*CONTENT))


def differences(before: Publication, after: Publication) -> list[Difference]:
    """What `after` says otherwise than `before`. Two queries."""
    return compared(rows_of(before), rows_of(after))


def compared(before: Iterable[Row], after: Iterable[Row]) -> list[Difference]:
    """Rows that only one of the two has, or whose numbers differ; in the order of `after`, then of `before`."""
    old, new = ({_key(row): row for row in rows} for rows in (before, after))
    found = [Difference(key, old.get(key), row) for key, row in new.items() if not _alike(old.get(key), row)]
    return found + [Difference(key, row, None) for key, row in old.items() if key not in new]


def published(period: Period, as_of: date | None = None) -> Publication | None:
    """What stood for the period at the end of the day `as_of`, or stands: its newest revision; of the fourth
    quarter and the year the 年报 where one was issued."""
    quarter = Period.quarter_of(period.last_day)
    codes = Q(kind=PublicationKind.FLASH, period=quarter.code)
    if quarter.last == 12:
        codes |= Q(kind=PublicationKind.ANNUAL, period=str(quarter.year))
    return _in_force(Publication.objects.filter(codes), as_of).get(quarter)


def in_force_on(day: date | None, publications: QuerySet[Publication]) -> list[Publication]:
    """Of `publications` those that stood on the day, one for each quarter. One query."""
    return list(_in_force(publications.official(), day).values())


def revisions_of(publication: Publication) -> list[Publication]:
    """All of its series, newest first."""
    return list(Publication.objects.filter(kind=publication.kind, period=publication.period).order_by("-revision"))


def newest(kind: str, period: str) -> Publication | None:
    return Publication.objects.filter(kind=kind, period=period).order_by("-revision").first()


def _in_force(publications: QuerySet[Publication], day: date | None) -> dict[Period, Publication]:
    if day is not None:
        publications = publications.filter(issued_on__lte=day)
    # A 年报 after every 快报, a later revision after an earlier one: the last of a quarter stands.
    rows = sorted(publications, key=lambda each: (each.kind == PublicationKind.ANNUAL, each.revision))
    return {row.quarter: row for row in rows}


def _number(row: Row | None) -> Decimal | None:
    return Decimal(row["shown_value"]) if row and row["shown_value"] else None


def _key(row: Row) -> Key:
    return tuple(row[name] for name in _KEY)


def _alike(before: Row | None, after: Row) -> bool:
    return before is not None and all(before[name] == after[name] for name in NUMBERS)


def visible_keys(publication: Publication, user) -> set[Key]:
    """Keys of the rows that the person may see; for a difference table, of either side."""
    return set(PublishedFigure.objects.visible_to(user).filter(publication=publication).values_list(*_KEY))
