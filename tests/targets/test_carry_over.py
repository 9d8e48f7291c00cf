"""沿用上期数, marks for following up, and a cell's last values."""

import pytest

from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions import flags, returns
from targets.actions.carry_over import carry_over
from targets.models import Return
from targets.queries.sheet import sheet_of
from tests.targets.factories import ENTRIES, make_cast, make_leader_person, make_operator, make_street_person
from tests.targets.test_lines import firm_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def values(return_: Return) -> dict[str, int]:
    return Return.objects.get(pk=return_.pk).draft.lines.get(subject_kind="park").values


def test_empty_cells_take_last_periods_numbers_and_typed_ones_stay(cast):
    cast.locked("2026Q1")
    return_ = returns.save(return_=cast.draft(), cells={"FIRMS": "31"}, by=cast.operator)
    carry_over(return_=return_, by=cast.operator)
    assert values(return_) == {"REV": 100000, "REV_LEAD": 60000, "FIRMS": 31, "SERVICE_FIRMS": 4}
    assert returns.file(return_=return_, by=cast.operator).state == "filed"


def test_a_new_year_takes_over_what_stands_and_not_what_adds_up(cast):
    cast.locked("2025Q4")
    return_ = cast.draft("2026Q1")
    carry_over(return_=return_, by=cast.operator)
    assert values(return_) == {"FIRMS": 30, "SERVICE_FIRMS": 4}


def test_with_nothing_to_take_over_it_says_so(cast):
    with pytest.raises(NotReady, match="没有可以沿用"):
        carry_over(return_=cast.draft(), by=cast.operator)
    with pytest.raises(NotReady, match="已报送"):
        carry_over(return_=cast.filed("2026Q1"), by=cast.operator)
    with pytest.raises(NotAllowed):
        carry_over(return_=cast.draft(), by=cast.reviewer)


def test_lines_take_over_their_own():
    cast = firm_cast()
    first = returns.save(return_=cast.draft("2026Q1"), cells=ENTRIES_OF_LINES, by=cast.operator)
    returns.file(return_=first, by=cast.operator)
    return_ = cast.draft("2026Q2")
    carry_over(return_=return_, by=cast.operator)
    found = dict(return_.draft.lines.exclude(subject_kind="park").values_list("subject_code", "values"))
    assert found == {"E-0001": {"REV": 700}, "E-0002": {}, "REST": {"REV": 300}}


ENTRIES_OF_LINES = {"REV_LEAD": "1", "FIRMS": "2", "REV@E-0001": "7", "REV@REST": "3"}


@pytest.mark.feature("B21")
def test_a_cell_shows_its_last_twelve_settled_values_the_newest_first():
    cast = make_cast(valid_from="2020Q1")
    quarters = [f"{year}Q{number}" for year in (2023, 2024, 2025, 2026) for number in (1, 2, 3, 4)][:14]
    for number, quarter in enumerate(quarters):
        cast.locked(quarter, REV=str(1000 + number), FIRMS="30")
    cells = {cell.form.code: cell for cell in sheet_of(cast.draft("2026Q3")).cells}
    shown = cells["REV"].history
    assert len(shown) == 12
    assert (shown[0][0], str(shown[0][1]), str(shown[-1][1])) == ("2026年上半年", "1013.00", "1002.00")


@pytest.mark.feature("B21")
def test_a_mark_for_following_up_stands_at_its_cell_until_it_is_taken_off(cast, client):
    return_ = cast.filed()
    note = flags.flag(return_=return_, code="REV", text="等税务数据", by=cast.reviewer)
    client.force_login(cast.office, backend="guandu.accounts.backends.AccountBackend")
    page = client.get(f"/returns/{return_.pk}/").content.decode()
    assert "等税务数据" in page
    assert returns.review(return_=return_, by=cast.reviewer).state == "reviewed"
    client.post(f"/returns/{return_.pk}/unflag/", {"note": note.pk})
    assert "等税务数据" not in client.get(f"/returns/{return_.pk}/").content.decode()
    with pytest.raises(Conflict):
        flags.unflag(return_=return_, note=note.pk, by=cast.office)


def test_who_works_on_the_return_marks_and_others_do_not(cast):
    return_ = cast.filed()
    for person in (cast.operator, cast.reviewer, cast.office, make_street_person()):
        flags.flag(return_=return_, code="REV", text="核对", by=person)
    for person in (make_leader_person(), make_operator("P9")):
        with pytest.raises(NotAllowed):
            flags.flag(return_=return_, code="REV", text="核对", by=person)
    for code, text in (("GDP", "核对"), ("REV", " ")):
        with pytest.raises(Invalid):
            flags.flag(return_=return_, code=code, text=text, by=cast.office)


def test_the_button_saves_what_was_typed_first(cast, client):
    cast.locked("2026Q1")
    return_ = cast.draft()
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    client.post(f"/returns/{return_.pk}/carry/", {"v-REV": "1234", "counter": "0", "state": "1"})
    assert values(return_)["REV"] == 123400
    assert values(return_)["FIRMS"] == int(ENTRIES["FIRMS"])
