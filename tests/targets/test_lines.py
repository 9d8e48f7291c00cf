"""Returns asked line by line: firms of a park with the line of the others, parks of a bureau; who sees them."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.core.periods import Period
from parks.models import Tenancy
from targets.actions import corrections, returns, rosters, settling
from targets.models import CertifiedValue, Indicator, Return, ReturnLine, ReturnTemplate, TemplateCell
from targets.queries.differences import differences
from targets.queries.lines import sees_lines
from targets.queries.rollup import compute, read_inputs
from targets.queries.sheet import sheet_of
from tests.factories import make_enterprise
from tests.targets.factories import (
    CONFIRMED_ROUTE,
    ENTRIES,
    Cast,
    make_cast,
    make_cycle,
    make_leader_person,
    make_operator,
    make_park,
    make_reviewer,
    make_street_person,
    make_unit,
)

pytestmark = pytest.mark.django_db
Q2 = Period.parse("2026Q2")
DIFFERENCES = 20
REST = {"FIRMS": "30", "SERVICE_FIRMS": "4", "REV_LEAD": "100"}


def add_firm(park, number: int, since: date = date(2024, 1, 1), until: date | None = None):
    firm = make_enterprise(code=f"E-{number:04d}", name=f"演示企业{number}")
    Tenancy.objects.create(
        park=park, enterprise=firm, valid_from=since, valid_to=until, leaving_reason="other" if until else ""
    )
    return firm


def firm_cast(firms: int = 2, **template) -> Cast:
    """A park with firms, whose revenue is asked firm by firm."""
    cast = make_cast(lines_kind="firm", checks=[], **template)
    TemplateCell.objects.filter(template=cast.template, indicator__code="REV").update(of_lines=True)
    for number in range(1, firms + 1):
        add_firm(cast.park, number)
    return cast


def filled(cast: Cast, **lines: str) -> Return:
    cells = REST | {f"REV@{line.replace('_', '-')}": text for line, text in lines.items()}
    return returns.save(return_=cast.draft(), cells=cells, by=cast.operator)


def lock(cast: Cast, return_: Return) -> Return:
    return_ = returns.file(return_=return_, by=cast.operator)
    return_ = returns.review(return_=return_, by=cast.reviewer)
    return returns.confirm(return_=return_, by=cast.office)


def test_the_roster_is_that_of_the_period_with_what_became_of_each():
    cast = firm_cast(1)
    add_firm(cast.park, 2, since=date(2026, 5, 4))
    add_firm(cast.park, 3, until=date(2026, 6, 1))
    add_firm(cast.park, 4, until=date(2026, 3, 31))
    add_firm(cast.park, 5, since=date(2026, 7, 1))
    gone = add_firm(cast.park, 6)
    type(gone).objects.filter(pk=gone.pk).update(closed_on=date(2026, 4, 9))
    lines = ReturnLine.objects.filter(version=cast.draft().draft).exclude(subject_kind="park")
    assert dict(lines.values_list("subject_code", "standing")) == {
        "E-0001": "present", "E-0002": "entered", "E-0003": "left", "E-0006": "closed", "REST": "",
    }  # fmt: skip


def test_the_park_value_is_the_sum_of_its_lines_and_the_others():
    cast = firm_cast()
    lock(cast, filled(cast, E_0001="100.25", E_0002="50", REST="9.75"))
    value = CertifiedValue.objects.get(indicator__code="REV")
    assert (value.subject_kind, value.subject_code, value.units) == ("park", "P1", 16000)
    figures = {row.key: row.numerator for row in compute(read_inputs(Q2))}
    assert figures["REV", "park", "P1"] == 16000


def test_a_firm_that_says_nothing_blocks_nothing_and_is_counted_as_missing():
    cast = firm_cast()
    return_ = filled(cast, E_0001="100")
    [(_, total, count)] = sheet_of(return_).lines.columns
    assert (str(total), count.reported, count.expected) == ("100.00", 1, 2)
    assert lock(cast, return_).state == "locked"


def test_no_line_filled_is_missing_and_not_zero():
    cast = firm_cast()
    lock(cast, filled(cast))
    assert not CertifiedValue.objects.filter(indicator__code="REV").exists()


def test_the_park_total_beside_the_lines_is_checked_and_never_added():
    cast = firm_cast()
    return_ = filled(cast, E_0001="100", E_0002="50")
    return_ = returns.save(return_=return_, cells={"REV": "149.99"}, by=cast.operator)
    with pytest.raises(Invalid, match="数据需要改正") as refused:
        returns.file(return_=return_, by=cast.operator)
    assert [code for code, _ in refused.value.errors] == ["REV"]
    return_ = returns.save(return_=return_, cells={"REV": "160"}, by=cast.operator)
    with pytest.raises(NotReady, match="先补齐"):
        returns.file(return_=return_, by=cast.operator)
    lock(cast, returns.save(return_=return_, reasons={"REV": "两户未报"}, by=cast.operator))
    assert CertifiedValue.objects.get(indicator__code="REV").units == 15000


def test_a_line_is_checked_where_it_stands():
    cast = firm_cast()
    return_ = filled(cast, E_0001="-5", E_0002="50")
    with pytest.raises(Invalid) as refused:
        returns.file(return_=return_, by=cast.operator)
    assert list(refused.value.errors) == [("REV@E-0001", "演示企业1：营业收入不能为负数，请核对。")]


def test_an_odd_line_asks_for_a_reason_of_its_own():
    cast = firm_cast()
    make_cycle("2026Q1", cast.template)
    first = returns.save(
        return_=Return.objects.get(cycle__period="2026Q1"), cells=REST | {"REV@E-0001": "10", "REV@E-0002": "10"},
        by=cast.operator,
    )  # fmt: skip
    returns.file(return_=first, by=cast.operator)
    return_ = filled(cast, E_0001="200000", E_0002="20")
    with pytest.raises(NotReady) as refused:
        returns.file(return_=return_, by=cast.operator)
    assert all("演示企业1" in each for each in refused.value.missing)
    return_ = returns.save(return_=return_, reasons={"REV@E-0001": "投产"}, by=cast.operator)
    assert returns.file(return_=return_, by=cast.operator).state == "filed"


def test_a_changed_line_voids_its_reason_alone():
    cast = firm_cast()
    return_ = filled(cast, E_0001="1", E_0002="2")
    told = {"REV@E-0001": "甲", "REV@E-0002": "乙"}
    return_ = returns.save(return_=return_, reasons=told, by=cast.operator)
    return_ = returns.save(return_=return_, cells={"REV@E-0001": "3"}, by=cast.operator)
    assert list(return_.notes.values_list("subject_code", "text")) == [("E-0002", "乙")]


@pytest.mark.parametrize("key", ["REV@E-9999", "FIRMS@E-0001", "REV:base@E-0001", "GDP@E-0001"])
def test_a_cell_that_the_form_does_not_have_is_refused(key):
    cast = firm_cast()
    with pytest.raises(Invalid):
        returns.save(return_=cast.draft(), cells={key: "1"}, by=cast.operator)


def test_two_people_on_two_lines_do_not_meet_and_on_one_they_do():
    cast = firm_cast()
    return_ = cast.draft()
    returns.save(return_=return_, cells={"REV@E-0001": "1"}, counter=0, by=cast.operator)
    returns.save(return_=return_, cells={"REV@E-0002": "2"}, counter=0, by=cast.operator)
    with pytest.raises(Conflict) as clash:
        returns.save(return_=return_, cells={"REV@E-0001": "9"}, counter=0, by=cast.operator)
    assert list(clash.value.changes) == [("演示企业1：营业收入", "1.00", "9.00")]


def test_a_correction_opens_the_lines_of_its_indicator_and_no_other():
    cast = firm_cast()
    return_ = lock(cast, filled(cast, E_0001="100", E_0002="50"))
    return_ = corrections.open_(return_=return_, codes=["FIRMS"], reason="漏一户", by=cast.office)
    with pytest.raises(Invalid, match="已核定"):
        returns.save(return_=return_, cells={"REV@E-0001": "1"}, by=cast.operator)
    corrections.withdraw(return_=return_, reason="无误", by=cast.office)
    return_ = corrections.open_(
        return_=Return.objects.get(pk=return_.pk), codes=["REV"], reason="错一户", by=cast.office
    )
    lock(cast, returns.save(return_=return_, cells={"REV@E-0001": "110"}, by=cast.operator))
    assert CertifiedValue.objects.current().get(indicator__code="REV").units == 16000


def test_the_roster_follows_the_register_while_it_is_open():
    cast = firm_cast(1)
    return_ = filled(cast, E_0001="7")
    with pytest.raises(NotReady, match="没有需要更新"):
        rosters.refresh(return_=return_, by=cast.operator)
    add_firm(cast.park, 2, since=date(2026, 6, 1))
    rosters.refresh(return_=return_, by=cast.operator)
    lines = ReturnLine.objects.filter(version=return_.draft)
    assert set(lines.values_list("subject_code", flat=True)) == {"P1", "E-0001", "E-0002", "REST"}
    assert lines.get(subject_code="E-0001").values == {"REV": 700}
    Tenancy.objects.all().delete()
    rosters.refresh(return_=return_, by=cast.operator)
    assert set(lines.values_list("subject_code", flat=True)) == {"P1", "E-0001", "REST"}


def test_the_button_saves_what_was_typed_and_brings_the_roster_up_to_date(client):
    cast = firm_cast(1)
    return_ = cast.draft()
    add_firm(cast.park, 2)
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    typed = {"v-REV@E-0001": "8", "counter": "0", "state": "1"}
    page = client.post(f"/returns/{return_.pk}/roster/", typed, follow=True).content.decode()
    assert "名录已按登记册更新" in page
    assert 'name="v-REV@E-0002"' in page
    assert ReturnLine.objects.get(subject_code="E-0001").values == {"REV": 800}


SEEN = {"office": True, "reviewer": True, "operator": True, "street": False, "force": False, "leader": False}


@pytest.mark.feature("A12")
@pytest.mark.parametrize("shows", [True, False])
def test_single_firms_are_for_few_and_others_see_sums(client, shows):
    cast = firm_cast(shows_values=shows)
    return_ = returns.file(return_=filled(cast, E_0001="123.45", E_0002="50"), by=cast.operator)
    people = {
        "office": cast.office, "reviewer": cast.reviewer, "operator": cast.operator,
        "street": make_street_person(), "leader": make_leader_person(),
    }  # fmt: skip
    for name, person in people.items():
        expected = SEEN[name] and (name != "operator" or shows)
        assert sees_lines(return_, person) is expected, name
        client.force_login(person, backend="guandu.accounts.backends.AccountBackend")
        page = client.get(f"/returns/{return_.pk}/").content.decode()
        assert ("演示企业1" in page) is expected, name
        assert "173.45" in page, name


def bureau_cast() -> tuple[Cast, Return, object]:
    """A bureau that reports the parks' tax back, beside the park's own return."""
    cast = make_cast(checks=[])
    make_park("P2")
    template = make_template_for_bureau(cast)
    filer = make_reviewer("U-TAX", "tax")
    return cast, make_cycle("2026Q2", template).returns.get(), filer


def make_template_for_bureau(cast: Cast):
    template = ReturnTemplate.objects.create(
        code="FEEDBACK-Q", name="园区营业收入部门反馈表", subject_kind="district", filer=make_unit("U-TAX"),
        route=CONFIRMED_ROUTE, lines_kind="park",
    )  # fmt: skip
    revenue = Indicator.objects.get(code="REV")
    TemplateCell.objects.create(template=template, indicator=revenue, position=1, of_lines=True, is_required=False)
    return template


def feed(return_: Return, filer, office, **parks: str) -> Return:
    cells = {f"REV@{park}": text for park, text in parks.items()}
    return_ = returns.file(return_=returns.save(return_=return_, cells=cells, by=filer), by=filer)
    return returns.confirm(return_=return_, by=office)


def test_a_bureau_reports_of_each_park_and_its_value_is_settled_for_that_park():
    cast, return_, filer = bureau_cast()
    feed(return_, filer, cast.office, P1="900", P2="50")
    rows = CertifiedValue.objects.order_by("subject_code").values_list("subject_kind", "subject_code", "units", "source")
    assert list(rows) == [("park", "P1", 90000, "bureau"), ("park", "P2", 5000, "bureau")]


def test_what_one_source_has_settled_another_does_not_move_and_both_are_listed():
    cast, return_, filer = bureau_cast()
    feed(return_, filer, cast.office, P1="900", P2="50")
    cast.locked()
    assert CertifiedValue.objects.current().get(indicator__code="REV", subject_code="P1").units == 90000
    [row] = differences(cast.office, Q2)
    assert (row.park_code, str(row.filed), str(row.bureau), str(row.settled), str(row.apart)) == (
        "P1", "1000.00", "900.00", "900.00", "10.0",
    )  # fmt: skip


def test_the_office_chooses_with_a_reason_and_the_choice_stands():
    cast, return_, filer = bureau_cast()
    feed(return_, filer, cast.office, P1="900", P2="50")
    cast.locked()
    chosen = {"period": "2026Q2", "indicator": "REV", "park": cast.park, "source": "operator", "by": cast.office}
    with pytest.raises(Invalid):
        settling.settle(**chosen, reason=" ")
    row = settling.settle(**chosen, reason="税务数据缺一户")
    assert (row.units, row.source, row.reason) == (100000, "operator", "税务数据缺一户")
    [listed] = differences(cast.office, Q2)
    assert str(listed.settled) == "1000.00"


def test_each_number_leads_to_what_it_stands_in_for_whom_that_is_open(client):
    cast, return_, filer = bureau_cast()
    feed(return_, filer, cast.office, P1="900")
    own = cast.locked()
    backend = "guandu.accounts.backends.AccountBackend"
    links = {}
    for person in (cast.office, cast.operator):
        client.force_login(person, backend=backend)
        page = client.get("/returns/differences/?period=2026Q2").content.decode()
        links[person] = {pk for pk in (own.pk, return_.pk) if f'href="/returns/{pk}/"' in page}
    assert links == {cast.office: {own.pk, return_.pk}, cast.operator: {own.pk}}


@pytest.mark.parametrize("parks", [1, 3])
def test_one_difference_and_three_cost_the_same_queries(client, parks):
    cast, return_, filer = bureau_cast()
    make_park("P3")
    make_cycle("2026Q2", cast.template)
    rosters.refresh(return_=return_, by=filer)
    told = {f"P{number}": "900" for number in range(1, parks + 1)}
    for code in told:
        operator = make_operator(code)
        row = returns.save(return_=Return.objects.get(cycle__template=cast.template, park_code=code), cells=ENTRIES, by=operator)
        returns.file(return_=row, by=operator)
    feed(return_, filer, cast.office, **told)
    client.force_login(cast.office, backend="guandu.accounts.backends.AccountBackend")
    page = "/returns/differences/?period=2026Q2"
    assert client.get(page).content.decode().count('<th scope="row">演示园区') == parks
    assert queries_of(lambda: client.get(page)) == DIFFERENCES


def test_who_holds_a_park_today_sees_no_difference_of_a_period_before_he_did():
    cast, return_, filer = bureau_cast()
    feed(return_, filer, cast.office, P1="900")
    cast.locked()
    street, other = make_street_person(), make_street_person("U-NEW", "newcomer")
    placement = cast.park.placements.get()
    type(placement).objects.filter(pk=placement.pk).update(street=make_unit("U-NEW", "street"))
    assert [row.park_code for row in differences(street, Q2)] == ["P1"]
    assert differences(other, Q2) == []


def test_nothing_is_chosen_before_the_park_is_approved_or_by_others():
    cast, return_, filer = bureau_cast()
    returns.file(return_=returns.save(return_=return_, cells={"REV@P1": "900"}, by=filer), by=filer)
    chosen = {"period": "2026Q2", "indicator": "REV", "park": cast.park, "source": "bureau", "reason": "x"}
    with pytest.raises(NotReady, match="还没有核定"):
        settling.settle(**chosen, by=cast.office)
    with pytest.raises(NotAllowed):
        settling.settle(**chosen, by=cast.reviewer)


def test_a_source_that_the_indicator_does_not_name_settles_nothing():
    cast, return_, filer = bureau_cast()
    Indicator.objects.filter(code="REV").update(sources=["operator", "history"])
    feed(return_, filer, cast.office, P1="900")
    assert not CertifiedValue.objects.exists()
    cast.locked()
    assert CertifiedValue.objects.get(indicator__code="REV").source == "operator"


def test_a_street_files_for_its_parks_alone():
    cast = make_cast(checks=[])
    make_park("P2", street="U-OTHER")
    template = make_template_for_bureau(cast)
    type(template).objects.filter(pk=template.pk).update(subject_kind="street", filer=None)
    template.refresh_from_db()
    make_cycle("2026Q2", template)
    street = make_street_person()
    mine = Return.objects.get(subject_kind="street", street_code="U-ST")
    assert Return.objects.filter(subject_kind="street").count() == 2
    assert set(mine.draft.lines.exclude(subject_code="").values_list("subject_code", flat=True)) == {"P1"}
    assert Return.objects.visible_to(street).filter(subject_kind="street").get() == mine
    filed = returns.file(return_=returns.save(return_=mine, cells={"REV@P1": "5"}, by=street), by=street)
    assert filed.state == "filed"


def queries_of(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured.captured_queries)


@pytest.mark.feature("B21")
def test_three_hundred_firms_open_and_save_in_as_many_queries_as_three(client):
    cast = firm_cast(3)
    return_ = filled(cast, E_0001="1")
    client.force_login(cast.operator, backend="guandu.accounts.backends.AccountBackend")
    page = f"/returns/{return_.pk}/"
    few = opened_and_saved(client, page, "5")
    for number in range(4, 301):
        add_firm(cast.park, number)
    rosters.refresh(return_=return_, by=cast.operator)
    assert client.get(page).content.decode().count('data-column="l-REV"') == 301
    assert opened_and_saved(client, page, "6") == few


def opened_and_saved(client, page: str, text: str) -> tuple[int, int]:
    """Queries of opening the page and of saving one cell; the first opening warms what is asked once."""
    client.get(page)
    typed = {"v-REV@E-0002": text, "counter": "99"}
    return queries_of(lambda: client.get(page)), queries_of(
        lambda: client.post(f"{page}save/", typed, headers={"accept": "application/json"})
    )


@pytest.mark.feature("B21")
def test_a_cell_is_saved_in_under_ten_queries_beside_those_of_the_trail():
    cast = firm_cast(300)
    return_ = filled(cast, E_0001="1")
    return_ = Return.objects.get(pk=return_.pk)
    cast.operator.may("return.file")
    with clock.known_demo_date(None), CaptureQueriesContext(connection) as captured:
        returns.save(return_=return_, cells={"REV@E-0299": "5"}, by=cast.operator)
    own = [q["sql"] for q in captured.captured_queries if "audit_" not in q["sql"] and "SAVEPOINT" not in q["sql"]]
    assert len(own) < 10, [each[:90] for each in own]
