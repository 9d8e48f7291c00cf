"""What a client of the API gets of figures: vintages, and nothing that stands on few firms or leads back to it."""

from datetime import date
from fractions import Fraction

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Invalid, NotAllowed, NotReady
from targets.actions import disclosures
from targets.enums import IndicatorKind, SubjectKind
from targets.models import Figure, Indicator, Plan, Return, ReturnLine, ReturnVersion, Target, TargetResult
from targets.queries.firm_counts import firms_of_parks
from targets.queries.withholding import reads_from_outside
from tests.factories import (
    give,
    make_chain,
    make_cycle,
    make_enterprise,
    make_figure,
    make_indicator,
    make_park,
    make_template,
)
from tests.targets.published import ISSUED, Q3, issue, move, revise
from tests.targets.test_suppression import basis_of, remainder

pytestmark = pytest.mark.django_db
FIGURES = "/api/v1/figures/"
LAST = date(2026, 9, 30)
VALUES = {"P1": ("A", 2, "10.00"), "P2": ("B", 4, "30.00"), "P3": ("B", 5, "20.00"), "P4": ("B", 6, "70.00")}


@pytest.fixture(autouse=True)
def a_day_after_the_quarter(monkeypatch):
    monkeypatch.setattr(clock, "demo_date", lambda: ISSUED)


@pytest.fixture
def client(api_client):
    _, token = AuthToken.objects.create(user=api_client)
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return made


@pytest.fixture
def figures(db) -> dict[str, Figure]:
    """Two chains: one of a single park with two firms, one of three parks."""
    revenue = make_indicator(code="REV", name="营业收入")
    chains = {code: make_chain(code=code, name=f"{code}链") for code in "AB"}
    found, sums = {}, {"A": 0, "B": 0, "": 0}
    for code, (chain, firms, value) in VALUES.items():
        park = make_park(code=code, name=f"演示园区{code}", chain=chains[chain])
        for _ in range(firms):
            make_enterprise(park=park)
        found[code] = make_figure(revenue, "2026Q1-3", park, value=value)
        sums[chain] += found[code].numerator
        sums[""] += found[code].numerator
    for chain in "AB":
        found[chain] = make_figure(revenue, "2026Q1-3", chains[chain], numerator=sums[chain], reported=1)
    found["district"] = make_figure(revenue, "2026Q1-3", numerator=sums[""], expected=4, reported=4)
    return found


def rows(client, **asked) -> dict[str, dict]:
    answer = client.get(FIGURES, asked)
    assert answer.status_code == 200, answer.json()
    return {row["scope_code"] or "district": row for row in answer.json()["results"]}


def missing(found: dict[str, dict]) -> set[str]:
    return {code for code, row in found.items() if row["withheld"]}


@pytest.mark.feature("H12")
def test_a_chain_of_two_firms_is_withheld_with_one_more_so_that_it_is_not_the_rest(client, figures):
    found = rows(client)
    assert missing(found) == {"P1", "A", "P3", "B"}
    assert {found[code]["value"] for code in missing(found)} == {None}
    assert found["district"]["value"] == "130.00"
    one = client.get(f"{FIGURES}{figures['P1'].pk}/").json()
    assert (one["value"], one["numerator"], one["withheld"]) == (None, None, True)


@pytest.mark.feature("H12")
def test_asking_for_little_shows_no_more_than_asking_for_all(client, figures):
    for park in VALUES:
        (row,) = client.get(FIGURES, {"park": park}).json()["results"]
        assert row["withheld"] is (park in {"P1", "P3"})


@pytest.mark.feature("H12")
def test_the_parts_of_a_total_do_not_tell_what_the_list_withholds(client, figures):
    told = client.get(f"{FIGURES}{figures['district'].pk}/parts/").json()
    assert {row["scope_code"] for row in told["parts"] if row["value"] is None} == {"P1", "P3"}
    assert client.get(f"{FIGURES}{figures['P1'].pk}/parts/").json()["certified"] is None


@pytest.mark.feature("H12")
def test_no_withheld_number_follows_from_figures_publications_and_revisions_together(client, office, figures):
    first = issue(office)
    move(figures["P1"], 1700)
    Figure.objects.filter(pk=figures["A"].pk).update(numerator=1700)
    second = revise(first, office)
    known, hidden = [], []
    for asked in ({}, {"vintage": first.pk}, {"vintage": second.pk}):
        for code, row in rows(client, **asked).items():
            form = _form(code, moved=asked != {"vintage": first.pk})
            (hidden if row["withheld"] else known).append(form)
    steps = basis_of(known)
    assert len(hidden) > 6
    assert all(remainder(form, steps) for form in hidden)


def _form(code: str, *, moved: bool) -> dict:
    parks = [code] if code in VALUES else [park for park, (chain, *_) in VALUES.items() if code in {chain, "district"}]
    return {("P1 moved" if park == "P1" and moved else park): Fraction(1) for park in parks}


@pytest.mark.feature("H12")
def test_people_of_the_district_read_every_number(office, leader, sign_in, figures):
    for person in (office, leader):
        assert missing(rows(sign_in(person))) == set()


@pytest.mark.feature("H12")
def test_a_client_of_the_government_reads_all_from_the_day_it_is_allowed(client, api_client, office, figures):
    given = disclosures.give(client=api_client, reason="市级平台按协议接收", by=office)
    assert missing(rows(client)) == set()
    assert AuditEvent.objects.filter(verb="disclosure.give", outcome="done").count() == 1
    with pytest.raises(NotReady):
        disclosures.give(client=api_client, reason="再次", by=office)
    with clock.known_demo_date(date(2026, 10, 21)):
        disclosures.end(disclosure=given, by=office)
        assert reads_from_outside(api_client)
    assert not reads_from_outside(api_client)


def test_only_the_office_gives_all_and_only_to_a_client(api_client, office, leader):
    with pytest.raises(NotAllowed):
        disclosures.give(client=api_client, reason="x", by=leader)
    with pytest.raises(Invalid):
        disclosures.give(client=leader, reason="x", by=office)
    with pytest.raises(Invalid):
        disclosures.give(client=api_client, reason=" ", by=office)


def test_a_client_who_is_somebody_of_the_district_too_reads_as_that(api_client, figures):
    assert reads_from_outside(api_client)
    give(api_client, "leader")
    assert not reads_from_outside(api_client)


@pytest.mark.feature("H12")
def test_firms_are_those_of_the_lines_where_there_are_lines_else_the_tenants_of_the_day(office, figures):
    assert {park: firms_of_parks([LAST])[park, LAST] for park in VALUES} == {"P1": 2, "P2": 4, "P3": 5, "P4": 6}
    revenue = figures["P1"].indicator
    park = make_park(code="P9")
    version = None
    for one, lines in (("P1", 7), ("P9", 0)):
        filed = Return.objects.create(
            cycle=version.return_of.cycle if version else make_cycle(make_template(revenue)), subject_kind="park",
            subject_name=one, park_code=one, filer=office.unit, park=park if one == "P9" else None,
        )  # fmt: skip
        version = ReturnVersion.objects.create(return_of=filed)
        Return.objects.filter(pk=filed.pk).update(approved=version)
        for number in range(lines):
            ReturnLine.objects.create(version=version, subject_kind=SubjectKind.FIRM, subject_code=f"E{number}")
    found = firms_of_parks([LAST])
    assert found["P1", LAST] == 7
    assert ("P9", LAST) not in found


@pytest.mark.feature("H11")
def test_figures_are_read_as_of_a_day_and_by_their_publication(office, sign_in, figures, monkeypatch):
    first = issue(office)
    move(figures["P4"], 9000)
    with clock.known_demo_date(date(2026, 11, 3)):
        second = revise(first, office)
    browser = sign_in(office)
    monkeypatch.setattr(clock, "demo_date", lambda: date(2026, 12, 1))
    asked = (
        ("as_of", "2026-10-19"), ("as_of", "2026-10-20"), ("as_of", "2026-11-02"), ("as_of", "2026-11-03"),
        ("vintage", first.pk), ("vintage", second.pk),
    )  # fmt: skip
    values = {pair: rows(browser, **dict([pair])).get("P4", {}).get("value") for pair in asked}
    assert list(values.values()) == [None, "70.00", "70.00", "90.00", "70.00", "90.00"]
    row = rows(browser, vintage=first.pk)["P4"]
    today = rows(browser)["P4"]
    assert row["vintage"] == first.pk
    assert today["vintage"] is None
    assert row.keys() == today.keys()
    assert {name for name in row if row[name] != today[name]} == {"value", "numerator", "vintage"}


@pytest.mark.feature("H11")
@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("as_of=yesterday", "as_of"), ("as_of=2026-13-01", "as_of"), ("as_of=2099-01-01", "as_of"), ("vintage=x", "vintage"),
        ("vintage=999999", "vintage"), ("vintage=-1", "vintage"), ("as_of=2026-10-20&vintage=1", "vintage"),
        ("as_of=2026-10-20&period=2026Q9", "period"), ("as_of=2026-10-20&scope_kind=galaxy", "scope_kind"),
    ],
)  # fmt: skip
def test_an_unknown_or_malformed_vintage_is_refused_in_a_sentence(office, sign_in, asked, name):
    answer = sign_in(office).get(f"{FIGURES}?{asked}")
    assert answer.status_code == 400
    assert name in {each["field"] for each in answer.json()["errors"]}


@pytest.mark.feature("H11")
def test_publications_and_their_rows_are_read_by_the_interface_and_withheld_alike(client, office, sign_in, figures):
    made = issue(office)
    (listed,) = client.get("/api/v1/publications/").json()["results"]
    assert (listed["id"], listed["period"], listed["check_code"]) == (made.pk, "2026Q3", made.check_code)
    assert client.get(f"/api/v1/publications/{made.pk}/").json() == listed
    told = client.get(f"/api/v1/publications/{made.pk}/rows/", {"limit": 1000}).json()["results"]
    assert {row["scope_code"] for row in told if row["withheld"]} == {"P1", "A", "P3", "B"}
    browser = sign_in(office)
    few = browser.get(f"/api/v1/publications/{made.pk}/rows/", {"limit": 3, "scope_kind": "park"}).json()
    assert [row["scope_code"] for row in few["results"]] == ["P1", "P2", "P3"]
    assert [row["scope_code"] for row in browser.get(few["next"]).json()["results"]] == ["P4"]
    taken = issue(office, Q3, "rating")
    assert client.get(f"/api/v1/publications/{taken.pk}/").status_code == 404
    assert client.get(FIGURES, {"vintage": taken.pk}).status_code == 400


@pytest.mark.feature("H12")
def test_a_share_and_a_ratio_are_withheld_with_what_they_are_made_of(client, figures):
    firms = make_indicator(code="LEAD", name="主导产业营业收入")
    ratio = make_indicator(code="RATE", kind="ratio", definition={"op": "ratio", "num": "LEAD", "den": "REV"}, unit="%")
    for figure in figures.values():
        amount = figure.numerator // 2
        _beside(figure, firms, numerator=amount)
        _beside(figure, ratio, numerator=amount, denominator=figure.numerator)
    for code in ("REV", "LEAD", "RATE"):
        assert missing(rows(client, indicator=code)) == {"P1", "A", "P3", "B"}, code


@pytest.mark.parametrize(
    ("kind", "definition"),
    [
        (IndicatorKind.AVERAGE, {"op": "average", "of": "REV"}),
        (IndicatorKind.SINGLE, {"op": "single", "of": "REV"}),
        (IndicatorKind.GROWTH, {"op": "growth", "of": "REV", "base": "year_before"}),
        (IndicatorKind.FORMULA, {"op": "formula", "num": "2*REV", "den": "REV"}),
    ],
)
def test_a_number_worked_out_from_withheld_cells_is_withheld_whole(kind, definition, client, office, sign_in, figures):
    """What divides or subtracts cells could give them back: none of it is given while one of them is withheld."""
    made = make_indicator(code="MADE", kind=kind, definition=definition)
    for figure in figures.values():
        _beside(figure, made, numerator=figure.numerator, roster_effect=1)
    given = rows(client, indicator="MADE")
    assert given
    assert all(row["value"] is row["numerator"] is row["roster_effect"] is None for row in given.values())
    seen = sign_in(office).get("/api/v1/figures/", {"indicator": "MADE"}).json()["results"]
    assert any(row["numerator"] for row in seen)


def _beside(figure: Figure, indicator: Indicator, **numbers) -> None:
    copy = Figure.objects.get(pk=figure.pk)
    copy.pk, copy.indicator, copy.indicator_version = None, indicator, indicator.versions.get()
    for name, value in numbers.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)


@pytest.mark.feature("H12")
def test_a_target_s_progress_does_not_tell_what_figures_withhold(client, office, sign_in, figures):
    plan = Plan.objects.create(
        code="2024", title="行动计划", issuer="区政府", issued_on="2024-01-01", starts_on="2024-01-01", ends_on="2026-12-31"
    )
    common = {"plan": plan, "clause": "二", "operator": "ge", "shape": "flow", "force": "约束"}
    for code, whole in (("T1", "A"), ("T2", "district")):
        target = Target.objects.create(**common, code=code, title=code, indicator=figures["P1"].indicator)
        parts = [
            {"figure": figures[name].pk, "scope_name": name, "park_code": "", "value": "1.00", "ok": True, "whole": name == whole}
            for name in ("P1", "P2", whole)
        ]
        TargetResult.objects.create(
            target=target, period="2026Q3", status="met", value_units=100, value_scale=2, sentence="P1 已完成",
            parts=parts, computed_at=clock.now(),
        )  # fmt: skip
    told = {
        row["code"]: row["standing"] for row in client.get("/api/v1/targets/", {"period": "2026Q3"}).json()["results"]
    }
    assert (told["T1"]["value"], told["T2"]["value"]) == (None, "1.00")
    assert [part["value"] for part in told["T1"]["parts"]] == [None, "1.00", None]
    assert told["T1"]["sentence"] == told["T2"]["sentence"] == ""
    whole = sign_in(office).get("/api/v1/targets/", {"period": "2026Q3"}).json()["results"]
    assert {row["standing"]["value"] for row in whole} == {"1.00"}
