"""A small district whose figures are published: two parks of one street, one of another, a bureau's number."""

from datetime import date

from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.actions import publications
from targets.models import Figure, Indicator, Publication
from targets.queries.publishing import coverage_of, figures_of, frozen_rows
from tests.factories import make_figure, make_indicator, make_park

Q3 = Period.parse("2026Q3")
ISSUED = date(2026, 10, 20)


def make_district(values: tuple[str, ...] = ("10.50", "20.25")) -> tuple[Indicator, list[Figure]]:
    """营业收入 of one park for each value, and their sum for the district."""
    revenue = make_indicator(code="REV", name="营业收入")
    parks = [make_park(code=f"P{number}", name=f"演示园区{number}") for number, _ in enumerate(values, start=1)]
    figures = [make_figure(revenue, "2026Q1-3", park, value=value) for park, value in zip(parks, values, strict=True)]
    units = sum(figure.numerator for figure in figures)
    whole = make_figure(revenue, "2026Q1-3", numerator=units, expected=len(values), reported=len(values))
    return revenue, [*figures, whole]


def move(figure: Figure, units: int) -> None:
    """As a roll-up does after a correction: the park's figure and the district's."""
    whole = Figure.objects.get(indicator=figure.indicator, period=figure.period, scope_kind="district")
    Figure.objects.filter(pk=whole.pk).update(numerator=whole.numerator + units - (figure.numerator or 0))
    Figure.objects.filter(pk=figure.pk).update(numerator=units, reported=1)


def issue(by: User, period: Period = Q3, kind: str = "flash", **more) -> Publication:
    accepted = coverage_of(frozen_rows(figures_of(Period.quarter_of(period.last_day)))).words
    return publications.issue(kind=kind, period=period, accepted=accepted, by=by, **more)


def revise(publication: Publication, by: User, note: str = "园区数据订正") -> Publication:
    accepted = coverage_of(frozen_rows(figures_of(publication.quarter))).words
    return publications.revise(publication=publication, note=note, accepted=accepted, by=by)
