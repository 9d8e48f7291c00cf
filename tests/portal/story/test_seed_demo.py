"""The demonstration's story comes to what is written here, once and on both databases."""

from collections import defaultdict

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction

from guandu.accounts.demo import path as passwords_file, read_demo_passwords
from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.audit import trail
from guandu.core import clock
from guandu.core.actors import DEMONSTRATION
from guandu.core.digests import digest_of
from guandu.jobs.models import Job
from guandu.portal.demo import district, story
from parks.models import Enterprise, Park, Tenancy
from parks.validators import credit_code
from rating.models import Assessment
from targets.enums import Basis, FigureScope, IndicatorKind, ReturnState
from targets.models import CertifiedValue, Figure, Return, TargetResult
from tests.factories import PASSWORD, make_user
from tests.portal.seeded import NOW

pytestmark = pytest.mark.django_db

# What the story comes to, on every machine and both databases. A change of the story, the plan's
# indicators, the roll-up or the draft scheme changes one of these: look at the numbers, then write it here.
FIGURES = "5e288596c0d00dcd62dfeb5b3c71de3f3a085fdd30eb2a74074aa40f1b753cc3"
STANDINGS = "60c73de050ff3bee21138b1c2baf03b7d22a09cc086fbbf27982ad64449315b0"
SCORES = "726b1c931e599f480bec58053a3d1bb9ebd154c31297901f31923759025d7954"

ADDED = {IndicatorKind.FLOW, IndicatorKind.STOCK, IndicatorKind.COUNT, IndicatorKind.REGISTERED}
COLUMNS = {
    FigureScope.CHAIN: "chain_code",
    FigureScope.STREET: "street_code",
    FigureScope.AREA: "area_code",
    FigureScope.DEPARTMENT: "department_code",
}


def everything() -> str:
    """A digest over every row of every table."""
    rows = [
        [model._meta.label, *(str(bytes(value) if isinstance(value, memoryview) else value) for value in row)]
        for model in apps.get_models()
        for row in model._base_manager.order_by("pk").values_list()
    ]
    return digest_of(rows)


def test_the_present_quarter_stands_in_every_state():
    parks = Return.objects.filter(cycle__period=NOW, cycle__template__code="PARK-Q")
    state_of = dict(parks.values_list("park_code", "state"))
    assert set(state_of.values()) == set(ReturnState)
    told = {
        code: {"half": "draft"}.get(state, state)
        for state, codes in story.STATES_NOW.items()
        for code in codes
    }
    assert {code: state_of[code] for code in told} == told
    half = parks.get(park_code=story.STATES_NOW["half"][0])
    assert 0 < len(half.draft.lines.get().values) < half.cycle.template.cells.count()


def test_the_quarter_before_is_locked_and_every_job_is_done():
    before = Return.objects.filter(cycle__period="2026Q2")
    assert set(before.values_list("state", flat=True)) == {ReturnState.LOCKED}
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}


@pytest.mark.parametrize("role", [role for role in RoleCode if role != RoleCode.API_CLIENT])
def test_every_role_has_an_account_that_signs_in(role, client):
    listed = {word: (name, password) for word, name, password in read_demo_passwords()}
    name, password = listed[role.label]
    assert client.login(username=name, password=password)
    assert role.label in User.objects.get(username=name).role_names


def test_the_account_of_another_system_has_no_pages(client):
    listed = {word: (name, password) for word, name, password in read_demo_passwords()}
    name, password = listed[RoleCode.API_CLIENT.label]
    assert not client.login(username=name, password=password)


def test_the_passwords_are_the_owners_alone():
    assert passwords_file().stat().st_mode & 0o777 == 0o600


def test_the_clock_answers_the_demonstration_date():
    assert clock.today() == story.BUSINESS_DATE


def test_a_second_start_changes_nothing(capsys):
    before = everything()
    call_command("seed_demo", if_empty=True)
    assert "不再载入" in capsys.readouterr().out
    assert everything() == before


def test_demonstration_data_is_never_mixed_with_other_data():
    before = everything()
    with pytest.raises(CommandError, match="门户里已有报表，不能再载入演示数据"):
        call_command("seed_demo")
    assert everything() == before


def test_the_chain_of_events_holds():
    assert list(trail.verify()) == []


def test_every_figure_is_the_sum_of_its_parks_at_every_scope():
    wrong = []
    for code, period in set(figures().values_list("indicator__code", "period")):
        rows = list(figures().filter(indicator__code=code, period=period))
        sums = _sums([row for row in rows if row.scope_kind == FigureScope.PARK])
        for row in rows:
            if row.scope_kind == FigureScope.PARK or row.source_id:  # a total that was entered as one
                continue
            scope = (row.scope_kind, row.scope_code)
            if (row.numerator or 0, row.reported) != tuple(sums[scope]):
                wrong.append((code, period, *scope, row.numerator, row.reported, sums[scope]))
    assert wrong == []


def figures():
    """The figures that add up over parks, among them the numerators of shares."""
    added = Figure.objects.filter(basis=Basis.CERTIFIED, of_year=False, indicator__kind__in=[*ADDED, IndicatorKind.SHARE])
    return added.exclude(indicator__level="district")


def _sums(park_rows: list[Figure]) -> dict[tuple[str, str], list[int]]:
    """[number, reported] by (scope kind, scope code), added one by one from park rows."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in park_rows:
        places = [(kind.value, getattr(row, column)) for kind, column in COLUMNS.items()]
        for place in [*places, (FigureScope.DISTRICT.value, "")]:
            sums[place][0] += row.numerator or 0
            sums[place][1] += row.reported
    return sums


def test_every_park_figure_of_filed_numbers_is_its_certified_value():
    values = {
        (value.indicator_id, value.subject_code, value.pk): value.units
        for value in CertifiedValue.objects.current()
    }
    filed = Figure.objects.filter(basis=Basis.CERTIFIED, scope_kind="park", indicator__kind__in=["flow", "stock"])
    wrong = [
        str(row)
        for row in filed.exclude(source=None)
        if values.get((row.indicator_id, row.park_code, row.source_id)) != row.numerator
    ]
    assert wrong == []
    assert not filed.filter(source=None).exclude(numerator=None).exists()


def test_a_park_that_did_not_finish_is_expected_and_not_zero():
    certified = Figure.objects.filter(indicator__code="REV", period="2026Q1-3", basis=Basis.CERTIFIED)
    whole = certified.get(scope_kind="district")
    locked = Return.objects.filter(cycle__period=NOW, cycle__template__code="PARK-Q", state="locked").count()
    assert (whole.expected, whole.reported) == (len(story.PARKS) - len(story.STATES_NOW["exempt"]), locked)
    open_park = certified.get(park_code=story.OPERATOR_PARK)
    assert open_park.numerator is None


def test_both_databases_come_to_the_same_figures():
    rows = Figure.objects.values_list(
        "indicator__code", "scope_kind", "scope_code", "period", "basis", "numerator", "denominator",
        "base_numerator", "expected", "reported",
    )  # fmt: skip
    assert digest_of(sorted(map(list, rows), key=lambda row: row[:5])) == FIGURES


def test_both_databases_come_to_the_same_standings():
    names = ("target__code", "period", "status", "value_units", "value_scale", "expected", "reported", "sentence", "outlook")
    rows = [[*row, *row_of(outlook)] for *row, outlook in TargetResult.objects.values_list(*names)]
    assert digest_of(sorted(rows, key=lambda row: row[:2])) == STANDINGS


def row_of(outlook: dict) -> list:
    """What is said beside the number, without the numbers of rows."""
    due, ahead = outlook["due"] or {}, outlook["forecast"] or {}
    return [outlook["line"], due.get("value"), outlook["status_words"], ahead.get("words"), ahead.get("error_words")]


def test_both_databases_come_to_the_same_scores():
    rows = Assessment.objects.values_list("park__code", "period", "total_units", "stars", "grade")
    assert digest_of(sorted(map(list, rows), key=lambda row: row[:2])) == SCORES


def test_production_takes_no_demonstration_and_no_demonstration_account(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="正式环境不能载入演示数据"):
        call_command("seed_demo")
    user = make_user(RoleCode.OFFICE, is_demo=True)
    assert authenticate(username=user.username, password=PASSWORD) is None
    settings.PRODUCTION = False
    assert authenticate(username=user.username, password=PASSWORD) == user


def test_a_register_of_the_districts_size_stands_beside_the_story(monkeypatch):
    """Every park and firm is invented, marked, well formed and told the same each time; here with a few of them."""
    with transaction.atomic():
        monkeypatch.setattr(district, "PARKS", Park.objects.count() + 3)
        monkeypatch.setattr(district, "FIRMS", Enterprise.objects.count() + 300)
        known = set(Enterprise.objects.values_list("pk", flat=True))
        district.add_district(say=lambda line: None, by=DEMONSTRATION)
        added = Enterprise.objects.exclude(pk__in=known)
        assert (Park.objects.count(), Enterprise.objects.count()) == (district.PARKS, district.FIRMS)
        assert Park.objects.filter(code__startswith="P-D", is_demo=True, name__startswith=story.FICTITIOUS).count() == 3
        assert all(firm.is_demo and "演示" in firm.name for firm in added)
        assert {credit_code(firm.credit_code) for firm in added} == {district.credit_code_of(n) for n in range(300)}
        assert Tenancy.objects.filter(enterprise__in=added).values("park").distinct().count() == district.PARKS
        transaction.set_rollback(True)
