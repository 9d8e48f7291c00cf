"""A red that the office has not released is read nowhere but by the office and the lead; so are forecasts."""

from decimal import Decimal

import pytest

from guandu.core.periods import Period
from targets.actions.lights import release_forecasts
from targets.enums import TargetStatus
from targets.enums_plan import LightState
from targets.models import TargetUnit
from targets.progress.forecast import Forecast
from targets.progress.outlook import Outlook
from targets.queries.standings import standings_of, standings_over
from tests.signing_in import signed_in
from tests.targets.lit import make_light
from tests.targets.plans import make_plan, make_result, make_target

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D8", "D12")]
Q3 = Period.parse("2026Q3")
WORDS, SENTENCE, AHEAD = "为应有进度的 12%，滞后", "还差三个园区。", "预计到2026年第四季度为 2"
OTHERS = ("leader", "liaison", "street_user", "task_force_user")


@pytest.fixture
def red(department):
    """A target behind, led by `department`, with a forecast."""
    target = make_target(make_plan(), "T01", "滞后的那项目标")
    TargetUnit.objects.create(target=target, unit=department, leads=True)
    ahead = Forecast(Decimal(1), Decimal(2), Decimal(3), "直线趋势", None, "还不能回测", 5, AHEAD)
    outlook = Outlook(line=Decimal(8), status_words=WORDS, of_expected=Decimal(12), forecast=ahead).as_json()
    make_result(target, TargetStatus.BEHIND, "1", sentence=SENTENCE, outlook=outlook)
    return target


PAGES = ("/plan/", "/plan/T01/", "/plan/brief/", "/plan/closing/", "/plan/units/dept-own/", "/dashboard/")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", OTHERS)
def test_no_page_tells_others(red, role, path, request):
    page = signed_in(request.getfixturevalue(role)).get(f"{path}?period=2026Q3").content.decode()
    for word in (WORDS, SENTENCE, AHEAD):
        assert word not in page
    assert "12%" not in page


@pytest.mark.parametrize("role", OTHERS)
def test_a_filter_by_status_does_not_tell(red, role, request):
    client = signed_in(request.getfixturevalue(role))
    assert client.get("/plan/?period=2026Q3&status=behind").context["groups"] == []
    (group,) = client.get("/plan/?period=2026Q3&status=veiled").context["groups"]
    assert [row.status_label for row in group.rows] == ["核实中"]
    assert group.rows[0].standing.value == 1


def test_the_lead_and_the_office_read_it_and_all_once_it_is_released(red, office, department_user, leader):
    for reader in (office, department_user):
        standing = standings_of([red], "2026Q3", reader)[red.pk]
        assert (standing.status, standing.sentence, standing.outlook.status_words) == ("behind", SENTENCE, WORDS)
    make_light(red, LightState.RELEASED)
    (standing,) = standings_over(red, "2026Q3", leader)
    assert (standing.status, standing.sentence) == ("behind", SENTENCE)
    assert standing.outlook.forecast is None


def test_a_forecast_is_everybodys_once_released(red, office, leader, department_user):
    make_light(red, LightState.RELEASED)
    assert AHEAD in signed_in(office).get("/plan/T01/?period=2026Q3").content.decode()
    for reader in (leader, department_user):
        assert AHEAD not in signed_in(reader).get("/plan/T01/?period=2026Q3").content.decode()
        assert "预测由园区发展办核实后发布" in signed_in(reader).get("/plan/?period=2026Q3").content.decode()
    release_forecasts(plan=red.plan, quarter=Q3, by=office)
    for reader in (leader, department_user):
        assert AHEAD in signed_in(reader).get("/plan/T01/?period=2026Q3").content.decode()
