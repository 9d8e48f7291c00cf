"""Of the demonstration district: every number is what its list adds up to, and every leaf opens the approved cell."""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from guandu.accounts.models import User
from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from guandu.web.templatetags.portal import written
from targets.enums import IndicatorKind
from targets.models import CertifiedValue, Figure, HistoryBatch
from targets.queries.drill import Certified, Drill, drill
from targets.queries.feeds import feeds_of
from targets.queries.rollup import Row, compute, read_inputs
from targets.views.figures import NEEDED
from tests.portal.seeded import FIRST
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
QUARTER = Period.parse(FIRST)


@pytest.fixture(scope="module")
def drilled(said, django_db_blocker) -> list[tuple[Figure, Drill]]:
    """Every figure of the quarter with what its page lists."""
    with django_db_blocker.unblock():
        office = User.objects.get(username="office")
        return [(figure, drill(figure, office)) for figure in figures_of_quarter()]


@pytest.fixture
def office() -> User:
    return User.objects.get(username="office")


def figures_of_quarter() -> list[Figure]:
    rows = Figure.objects.filter(period__in={QUARTER.code, QUARTER.to_date.code})
    return list(rows.select_related(*NEEDED).order_by("pk"))


def by_the_list(figure: Figure, found: Drill) -> Decimal | None:
    """The number again, from nothing but what the page lists and the formula that it names."""
    kind = figure.indicator.kind
    if found.divides:
        return _divided(figure, *_terms(found))
    if found.parts:
        told = [part.amount for part in found.parts if part.amount is not None]
        return sum(told) if told else None
    if kind == IndicatorKind.SINGLE:
        return _subtracted(figure, found)
    if found.reads and kind in {IndicatorKind.COUNT, IndicatorKind.ALL_OF}:
        return _inside_the_line(figure, found.reads[0].value)
    if found.certified:
        return found.certified.amount
    if found.facts:
        return Decimal(len(found.facts))
    return Decimal(0) if kind == IndicatorKind.REGISTERED else None


def _terms(found: Drill) -> tuple[Decimal | None, Decimal | None]:
    if not found.parts:
        return tuple(term.amount for term in found.terms)
    both = [part for part in found.parts if part.above is not None]
    return (sum(part.above for part in both), sum(part.below for part in both)) if both else (None, None)


def _divided(figure: Figure, above: Decimal | None, below: Decimal | None) -> Decimal | None:
    kind = figure.indicator.kind
    if above is None or (kind == IndicatorKind.AVERAGE and below is None):
        # An average's own park is not divided.
        return above
    if kind == IndicatorKind.ALL_OF:
        return above
    if not below:
        return None
    if kind == IndicatorKind.ANNUAL_GROWTH:
        years = int(figure.period[:4]) - int(figure.indicator_version.definition["base"])
        return round_half_up(((above / below) ** (Decimal(1) / years) - 1) * 100, 6)
    return round_half_up(above * (100 if figure.is_ratio else 1) / below, 6)


def _subtracted(figure: Figure, found: Drill) -> Decimal | None:
    """The cumulative number less the one before; what entered or left stands beside it."""
    if figure.value is None:
        return None
    assert len(found.reads) == (1 if QUARTER.last == 3 else 2)
    ends = [each.value for each in found.reads]
    return ends[0] - (ends[1] if len(ends) > 1 else 0) - (found.roster_effect or 0)


def _inside_the_line(figure: Figure, size: Decimal | None) -> Decimal | None:
    definition = figure.indicator_version.definition
    if size is None:
        return None
    bounds = {name: Decimal(definition[name]) for name in ("at_least", "below", "at_most") if definition.get(name)}
    return Decimal(
        size >= bounds.get("at_least", size) and not size >= bounds.get("below", size + 1) and size <= bounds.get("at_most", size)
    )


def leaves_of(found: Drill) -> list[Certified]:
    return [each for each in [found.certified, *(part.certified for part in found.parts)] if each]


@pytest.mark.feature("C10")
def test_every_figure_is_what_its_list_adds_up_to(drilled, prove_figure):
    kinds, wrong = Counter(), []
    for figure, found in drilled:
        kinds[figure.indicator.kind] += figure.value is not None
        if by_the_list(figure, found) != figure.value or found.hidden_count:
            wrong.append(f"{figure}: {by_the_list(figure, found)} != {figure.value}")
    assert wrong == []
    # A kind without a number would prove nothing; the story has no earlier quarter that those could look back to.
    looking_back = {IndicatorKind.SINGLE, IndicatorKind.GROWTH, IndicatorKind.ANNUAL_GROWTH}
    assert {kind for kind, count in kinds.items() if count} >= set(IndicatorKind.values) - looking_back
    assert len(drilled) > 1000
    prove_figure("figures of the demonstration that their lists add up to", len(drilled))


@pytest.mark.feature("C10")
def test_every_leaf_opens_its_approved_cell(drilled, office, prove_figure):
    """The link of each leaf leads to a row of a return's page that says value, source and who settled it."""
    told = [leaf for _, found in drilled for leaf in leaves_of(found)]
    leaves = {(leaf.return_id, leaf.anchor): leaf for leaf in told if leaf.return_id}
    client = signed_in(office)
    # What nobody filed here stands in the old ledger: its batch opens, and the line is named.
    ledgers = {leaf.batch_id for leaf in told if not leaf.return_id}
    assert ledgers == {HistoryBatch.objects.get().pk}
    assert all(leaf.document for leaf in told if not leaf.return_id)
    assert client.get(reverse("targets:history-batch", args=[*ledgers])).status_code == 200
    pages = {pk: client.get(reverse("targets:return", args=[pk])).content.decode() for pk, _ in leaves}
    for (pk, anchor), leaf in leaves.items():
        row = re.search(rf'<tr id="{re.escape(anchor)}">(.*?)</tr>', pages[pk], re.DOTALL)
        assert row, (pk, anchor)
        for words in (written(leaf.amount), leaf.value.get_source_display(), leaf.value.certified_by):
            assert words in row[1], (pk, anchor, words)
    assert len(leaves) > 150
    prove_figure("approved cells opened from figures of the demonstration", len(leaves))


@pytest.mark.parametrize("code", ["REV", "FIRMS", "TAX", "PARKS_NEW"])
def test_the_page_of_a_total_links_to_every_leaf(code, drilled, office):
    """What drill finds is on the page: each leaf by its anchor, or the park's own figure or fact."""
    figure, found = next(
        (figure, found)
        for figure, found in drilled
        if (figure.indicator.code, figure.scope_kind) == (code, "district")
    )
    shown = signed_in(office).get(reverse("targets:figure", args=[figure.pk])).content.decode()
    assert found.parts
    for part in found.parts:
        assert f'href="{reverse("targets:figure", args=[part.figure.pk])}"' in shown
    for leaf in leaves_of(found):
        assert f'href="{reverse("targets:return", args=[leaf.return_id])}#{leaf.anchor}"' in shown


def divided(rows: list[Row]) -> dict[tuple, tuple[int | None, int | None]]:
    """Numerator and divisor by key; a share's is the number of its whole."""
    rows = [row for row in rows if not row.of_year]
    numbers = {row.key: row.numerator for row in rows}
    return {
        row.key: (row.numerator, numbers[row.denominator_key] if row.denominator_key else row.denominator) for row in rows
    }


@pytest.mark.feature("C10")
@pytest.mark.parametrize(
    ("code", "subject"),
    [("REV", "park"), ("TAX", "park"), ("FIRMS", "park"), ("AREA_BUILT", "park"), ("D_TAX", "")],
)
def test_a_value_feeds_exactly_the_figures_that_change_with_it(code, subject, office):
    """Held against the computation itself: the value is made greater by one, and what changes must be listed."""
    values = CertifiedValue.objects.current().filter(indicator__code=code, period=FIRST)
    value = values.exclude(subject_code="").order_by("subject_code")[3] if subject else values.get()
    found = feeds_of(value, office)
    listed = {(f.indicator.code, f.scope_kind, f.scope_code) for f in found.figures}
    inputs = read_inputs(QUARTER)
    moved = replace(
        inputs,
        leaves=[
            replace(leaf, units=leaf.units + 1) if leaf.value_id == value.pk else leaf
            for leaf in inputs.leaves
        ],
    )
    before, after = divided(compute(inputs)), divided(compute(moved))
    changed = {
        key
        for key, (numerator, divisor) in after.items()
        if numerator is not None and before[key] != (numerator, divisor)
    }
    of_parks = {key for key in changed if key[1] == "park" and not subject}
    assert changed - of_parks <= listed
    assert found.more == len(of_parks)
    kinds = {f.indicator.code: f.indicator.kind for f in found.figures}
    # A count moves only where its line is crossed; it is made of the value all the same.
    assert {kinds[key[0]] for key in listed - changed} <= {IndicatorKind.COUNT, IndicatorKind.ALL_OF}
    assert len(changed) > 4


def test_a_value_names_the_targets_that_stand_on_it(office):
    value = CertifiedValue.objects.current().get(indicator__code="D_TAX", period=FIRST)
    assert "T09" in [result.target.code for result in feeds_of(value, office).targets]
