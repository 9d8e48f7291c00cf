"""交叉汇总: park figures over two kinds of scopes, exactly, with nobody left out and nobody counted twice."""

import re
from itertools import permutations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts.models import Unit
from guandu.core.periods import Period
from targets.enums import Basis, FigureScope, IndicatorKind, OverSpace
from targets.queries.crossing import KINDS, crossed_indicators, crossing
from tests.factories import make_chain, make_demonstration, make_figure, make_indicator, make_park, make_unit

pytestmark = pytest.mark.django_db
Q3 = Period.parse("2026Q3")
CHAIN, STREET = FigureScope.CHAIN, FigureScope.STREET


@pytest.fixture(autouse=True)
def demonstration(db):
    return make_demonstration()


@pytest.fixture
def revenue(db):
    return make_indicator(code="REV", name="营业收入")


@pytest.fixture
def places(db):
    chains = [make_chain(code=f"C{n}", name=f"链{n}") for n in (1, 2)]
    streets = [make_unit(Unit.Kind.STREET, code=f"S{n}", name=f"街{n}") for n in (1, 2)]
    return chains, streets


def placed(indicator, places, chain, street, value, **fields):
    """A park in the chain and street of these numbers, 0 for none."""
    chains, streets = places
    park = make_park(chain=chains[max(chain, 1) - 1], street=streets[street - 1] if street else None)
    none = {} if chain else {"chain_code": ""}
    return make_figure(indicator, fields.pop("period", "2026Q1-3"), park, value=value, **none, **fields)


def crossed(user, indicator, down=CHAIN, across=STREET):
    return crossing(user, indicator, Q3, down, across, basis=Basis.CERTIFIED, waiting={})


def grid(found):
    return {
        (line.entry.label, column.label): cell.value
        for line in found.lines
        for column, cell in zip(found.columns, line.cells, strict=True)
        if cell.figure
    }


@pytest.mark.feature("C2")
def test_each_pair_is_the_exact_sum_of_its_parks_and_parks_without_a_place_have_one(office, revenue, places):
    for chain, street, value in ((1, 1, "0.1"), (1, 1, "0.2"), (1, 2, "5"), (2, 0, "7"), (0, 1, "11")):
        placed(revenue, places, chain, street, value)
    make_figure(revenue, "2026Q1-3", value="23.3", expected=5, reported=5)
    found = crossed(office, revenue)
    assert {pair: str(value) for pair, value in grid(found).items()} == {
        ("链1", "街1"): "0.30", ("链1", "街2"): "5.00", ("链2", "未定"): "7.00", ("未定", "街1"): "11.00",
    }  # fmt: skip
    assert [column.label for column in found.columns] == ["街1", "街2", "未定"]
    assert [str(line.margin.value) for line in found.lines] == ["5.30", "7.00", "11.00"]
    assert [str(cell.value) for cell in found.margins] == ["11.30", "5.00", "7.00"]
    assert str(found.total.value) == "23.30"
    assert found.agrees


@pytest.mark.parametrize(("down", "across"), list(permutations(KINDS, 2)))
def test_the_margins_add_up_whatever_is_crossed(down, across, office, revenue, places):
    for chain, street, value in ((1, 1, "1"), (2, 1, "20"), (2, 2, "300"), (0, 0, "4000")):
        placed(revenue, places, chain, street, value)
    found = crossed(office, revenue, down, across)
    assert (
        sum(line.margin.value for line in found.lines)
        == sum(cell.value for cell in found.margins)
        == found.total.value
    )
    assert sum(grid(found).values()) == 4321


def test_a_ratio_divides_sums_and_only_of_parks_that_have_both(office, places):
    rate = make_indicator(
        code="RATE", kind=IndicatorKind.RATIO, unit="%", over_space=OverSpace.RECOMPUTE,
        definition={"op": "ratio", "num": "A", "den": "B"},
    )  # fmt: skip
    for above, below in ((1, 2), (1, 8), (None, 90)):
        placed(rate, places, 1, 1, None, numerator=above, denominator=below, reported=int(above is not None))
    found = crossed(office, rate)
    assert str(found.total.value) == "20.000000"
    assert (found.total.figure.reported, found.total.figure.expected) == (2, 3)


@pytest.mark.parametrize(
    ("kind", "definition", "value"),
    [
        (IndicatorKind.FORMULA, {"op": "formula", "num": "A", "den": "B"}, "0.250000"),
        (IndicatorKind.GROWTH, {"op": "growth", "of": "A", "base": "year_before"}, "25.000000"),
        (IndicatorKind.AVERAGE, {"op": "average", "of": "A", "weight": "B"}, "0.250000"),
    ],
)
def test_whatever_is_divided_adds_its_terms_apart(kind, definition, value, office, places):
    made = make_indicator(code="MADE", kind=kind, scale=0, over_space=OverSpace.RECOMPUTE, definition=definition)
    for above, below in ((1, 2), (1, 6), (None, 90)):
        placed(made, places, 1, 1, None, numerator=above, denominator=below, reported=int(above is not None))
    found = crossed(office, made)
    assert str(found.total.value) == value
    # Quotients that readers could add up are no sum, so rounding explains nothing.
    assert found.notes == []


def test_a_share_divides_by_the_district_once(office, places):
    share = make_indicator(
        code="SHARE", kind=IndicatorKind.SHARE, unit="%", over_space=OverSpace.RECOMPUTE,
        definition={"op": "share", "num": "A", "den": "D"},
    )  # fmt: skip
    whole = make_figure(make_indicator(code="D", level="district"), "2026Q1-3", numerator=200)
    for above in (10, 30):
        placed(share, places, 1, 1, None, numerator=above, denominator_figure=whole, reported=1)
    assert str(crossed(office, share).total.value) == "20.000000"


def test_parks_over_a_line_are_counted_once_each(office, places):
    count = make_indicator(
        code="COUNT", kind=IndicatorKind.COUNT, unit="个", scale=0, over_space=OverSpace.RECOMPUTE,
        definition={"op": "count_over_line", "of": "REV", "at_least": "1"},
    )  # fmt: skip
    for chain, inside in ((1, "1"), (2, "1"), (2, "0")):
        placed(count, places, chain, 1, inside)
    found = crossed(office, count)
    assert (str(found.total.value), [str(line.margin.value) for line in found.lines]) == ("2", ["1", "1"])


def test_measures_that_differ_from_park_to_park_are_not_offered(office, places):
    measure = make_indicator(code="SCALE", kind=IndicatorKind.MEASURE)
    placed(measure, places, 1, 1, "1")
    assert crossed_indicators(office) == []


def test_a_pair_without_a_number_is_no_zero(office, revenue, places, sign_in):
    placed(revenue, places, 1, 1, None)
    placed(revenue, places, 2, 2, "3")
    found = crossed(office, revenue)
    assert grid(found) == {("链1", "街1"): None, ("链2", "街2"): 3}
    shown = sign_in(office).get("/figures/crossing/?indicator=REV&period=2026Q3").content.decode()
    row = shown.split("链1</th>")[1].split("</tr>")[0]
    assert "—" in row
    assert "还没有核定的数据" in row
    assert "0.00" not in row
    assert 'title="没有园区"' in row


def test_each_number_opens_the_parks_that_it_is_made_of(office, revenue, places, sign_in):
    placed(revenue, places, 1, 0, "7")
    placed(revenue, places, 2, 1, "9.25")
    client = sign_in(office)
    shown = client.get("/figures/crossing/?indicator=REV&period=2026Q3").content.decode()
    link = re.search(r'href="([^"]*chain=C1[^"]*street=none[^"]*)"', shown)[1].replace("&amp;", "&")
    opened = client.get(link).content.decode()
    assert ">7.00</a>" in opened
    assert "9.25" not in opened


@pytest.mark.feature("A12")
@pytest.mark.parametrize("role", ["department_user", "task_force_user", "street_user", "operator"])
def test_only_parks_in_scope_are_added_and_the_page_says_so(
    role, park, other_park, revenue, request, sign_in
):
    make_figure(revenue, "2026Q1-3", park, value="11.11")
    make_figure(revenue, "2026Q1-3", other_park, value="22.22")
    make_figure(revenue, "2026Q1-3", value="33.33", expected=2, reported=2)
    shown = (
        sign_in(request.getfixturevalue(role))
        .get("/figures/crossing/?indicator=REV&period=2026Q3")
        .content.decode()
    )
    assert "11.11" in shown
    assert "22.22" not in shown
    assert other_park.placements.get().chain.name not in shown
    if role == "operator":
        assert "33.33" not in shown
        assert "您范围以外的园区没有计入" in shown
    else:
        assert "另有 1 个应报园区不在您的范围内" in shown
        assert "含您范围以外的园区" in shown


def test_a_sum_that_is_not_the_district_s_is_said_so(office, revenue, places, sign_in):
    placed(revenue, places, 1, 1, "1")
    make_figure(revenue, "2026Q1-3", value="2")
    assert (
        "与合计不一致"
        in sign_in(office).get("/figures/crossing/?indicator=REV&period=2026Q3").content.decode()
    )


def test_it_asks_as_often_for_three_parks_as_for_one(office, revenue, sign_in):
    client = sign_in(office)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/figures/crossing/?indicator=REV&period=2026Q3").status_code == 200
        return len(queries)

    make_figure(revenue, "2026Q1-3", make_park(), value="1")
    one = asked()
    for _ in range(2):
        make_figure(revenue, "2026Q1-3", make_park(street=make_unit(Unit.Kind.STREET)), value="1")
    assert asked() == one
