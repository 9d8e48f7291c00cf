"""What the pages of 期次 show: the list, one publication beside today's figures, its differences, and what the
next one would hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from guandu.accounts.models import User
from guandu.core import clock
from guandu.core.periods import Period, quarters
from targets.enums import Basis
from targets.enums_publication import PublicationKind
from targets.models import Figure, Publication, PublishedFigure
from targets.queries.figure_rows import shown, stored_rows
from targets.queries.freshness import is_due
from targets.queries.publications import Difference, compared, differences, newest, rows_of, visible_keys
from targets.queries.publishing import (
    Coverage,
    coverage_of,
    digest_of_rows,
    figures_of,
    frozen_rows,
)

FIRST_QUARTER = "2023Q1"


@dataclass(frozen=True)
class Line:
    """A published row and what its figure says today; `today` is None where the figure is gone."""

    row: PublishedFigure
    today: dict | None

    @property
    def moved(self) -> bool:
        return self.today is not None and (self.today["value"] or "") != self.row.shown_value

    @property
    def today_value(self) -> Decimal | None:
        return Decimal(self.today["value"]) if self.today and self.today["value"] is not None else None


@dataclass(frozen=True)
class Preview:
    """What publishing the period now would freeze; `before` is what it would take the place of."""

    kind: str
    period: Period
    count: int
    coverage: Coverage
    waits: bool
    has_ended: bool
    digest: str
    before: Publication | None
    changes: list[Difference]

    @property
    def is_revision(self) -> bool:
        return self.before is not None and (self.before.kind, self.before.period) == (self.kind, self.period.code)

    @property
    def may_go(self) -> bool:
        changed = bool(self.changes) or not self.is_revision
        return bool(self.count) and not self.waits and self.has_ended and changed

    @property
    def title(self) -> str:
        return f"{self.period.label}{PublicationKind(self.kind).label}"


def lines_of(rows: Iterable[PublishedFigure], user: User) -> list[Line]:
    """`rows` beside today's figures. Two or three queries."""
    rows = list(rows)
    numbers = [row.figure_number for row in rows]
    figures = Figure.objects.visible_to(user).filter(pk__in=numbers, basis=Basis.CERTIFIED)
    today = {figure["id"]: figure for figure in shown(stored_rows(figures))}
    return [Line(row, today.get(row.figure_number)) for row in rows]


def preview(kind: str, period: Period) -> Preview:
    """Computed afresh; nothing is frozen. A fixed number of queries."""
    quarter = Period.quarter_of(period.last_day)
    rows = frozen_rows(figures_of(quarter))
    before = newest(kind, period.code)
    if before is None and kind == PublicationKind.ANNUAL:
        before = newest(PublicationKind.FLASH, quarter.code)
    return Preview(
        kind=kind,
        period=period,
        count=len(rows),
        coverage=coverage_of(rows),
        waits=is_due(quarter),
        has_ended=period.last_day < clock.today(),
        digest=digest_of_rows(rows),
        before=before,
        changes=compared(rows_of(before), rows) if before else [],
    )


def seen_differences(before: Publication, after: Publication, user: User) -> list[Difference]:
    """The differences in rows that the person may see. Four queries."""
    seen = visible_keys(before, user) | visible_keys(after, user)
    return [each for each in differences(before, after) if each.key in seen]


def offered(user: User) -> list[tuple[str, str]]:
    """`kind period` and its name for every period that is over and not published yet, newest first."""
    issued = set(Publication.objects.visible_to(user).values_list("kind", "period"))
    held = set(Figure.objects.visible_to(user).filter(basis=Basis.CERTIFIED).values_list("period", flat=True).distinct())
    current = Period.quarter_of(clock.today())
    over = [quarter for quarter in quarters(FIRST_QUARTER, current.code) if quarter < current]
    pairs = [(PublicationKind.FLASH, quarter) for quarter in over if held & {quarter.code, quarter.to_date.code}]
    pairs += [(PublicationKind.ANNUAL, quarter.to_date) for _, quarter in pairs if quarter.last == 12]
    fresh = [pair for pair in pairs if (str(pair[0]), pair[1].code) not in issued]
    fresh.sort(key=lambda pair: (pair[1], pair[0]), reverse=True)
    return [(f"{kind} {period.code}", f"{period.label}{kind.label}") for kind, period in fresh]
