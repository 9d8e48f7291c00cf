"""What a score rests on stays what it was: a corrected return is shown beside the score, and changes it only when the
office asks."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.audit.models import AuditChange
from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from rating.actions import assessments, schemes
from rating.engine import Facts, References, Result, load_scheme, score
from rating.models import Assessment
from rating.queries.explained import explained
from rating.queries.moved import moved_in_quarter, since
from rating.queries.scores import score_table
from targets.actions import corrections, returns
from targets.models import (
    CertifiedValue,
    Figure,
    Indicator,
    Publication,
    PublishedFigure,
    Return,
    ReturnVersion,
)
from tests.factories import make_enterprise
from tests.rating.engine_schemes import group, item, scheme_text
from tests.targets.factories import make_cast, make_operator, make_park
from tests.targets.published import issue
from tests.targets.rolling import certify, roll_up
from tests.targets.test_corrections import settle

pytestmark = pytest.mark.django_db

Q2 = Period.parse("2026Q2")
INPUTS = {
    "REV": {"title": "营业收入", "unit": "万元"},
    "FIRMS": {"title": "入驻企业数", "unit": "家", "min": "0"},
    "TAX": {"title": "税收", "unit": "万元"},
}
BANDS = [{"to": "1000", "points": "20"}, {"from": "1000", "to": "2000", "points": "40"}, {"from": "2000", "points": "60"}]
REVENUE = {"kind": "band", "input": "REV", "inclusive": "lower", "direction": "higher", "bands": BANDS}
FIRMS = {"kind": "per_unit", "units": [{"input": "FIRMS", "points": "1"}]}
LEVELS = [{"code": "three", "title": "三星级", "stars": 3, "from": "60"}, {"code": "none", "title": "未达星级"}]


def text_of(missing: str = "block", **sections) -> str:
    items = [item("R", 60, REVENUE, missing=missing), item("F", 40, FIRMS, missing=missing)]
    more = {"inputs": INPUTS, "grades": {"inclusive": "lower", "levels": LEVELS}}
    return scheme_text([group("G", 100, items)], **(more | sections))


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def scheme(cast):
    return schemes.load(text=text_of(), by=cast.office)[0]


@pytest.fixture
def scored(cast, scheme):
    """The park's score after its first return was confirmed: 营业收入 1000 万元, 30 firms."""
    cast.locked()
    run_waiting()
    return Assessment.objects.get()


def correct(cast, **cells: str) -> None:
    """A confirmed return opened again, filed with other numbers, reviewed and confirmed, and rolled up."""
    opened = corrections.open_(return_=Return.objects.get(), codes=list(cells), reason="录入有误", by=cast.office)
    settle(cast, returns.save(return_=opened, cells=cells, by=cast.operator))
    run_waiting()


def words_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.feature("E3")
def test_a_confirmed_return_is_scored_and_each_input_keeps_its_revision(scored):
    assert scored.total == 70
    given = Facts.from_json(scored.facts).inputs["REV"]
    value = CertifiedValue.objects.current().get(indicator__code="REV")
    version = ReturnVersion.objects.get(pk=value.return_version_id)
    assert given.value == 1000
    assert given.reference["certified"] == value.pk
    assert (given.reference["return"], given.reference["version"]) == (version.return_of_id, version.number)
    assert given.reference["code"]


@pytest.mark.feature("E3", "E15")
def test_an_approved_correction_is_flagged_and_the_score_is_never_changed_by_itself(cast, scored, client):
    correct(cast, REV="2500")
    assert Figure.objects.get(indicator__code="REV", scope_kind="park").value == 2500
    after = Assessment.objects.get()
    assert (after.total, after.result, after.facts, after.computed_at) == (
        scored.total, scored.result, scored.facts, scored.computed_at,
    )  # fmt: skip
    found = since(after, Result.from_json(after.result))
    (moved,) = found.moved
    assert (moved.title, moved.was, moved.now, moved.items) == ("营业收入", "1000 万元", "2500 万元", ("指标R",))
    assert (found.result.total, found.change(after.total)) == (90, 20)
    for person in (cast.office, cast.operator):
        client.force_login(person)
        words = words_of(client.get(reverse("rating:detail", args=[after.pk])))
        assert "输入已变化" in words
        assert "1,000 万元" in words
        assert "2,500 万元" in words
        assert "按现有数据为 90.00 分 （比本次+20.00 分）" in words
        assert "1 个园区的数据在计算后有变化" in words_of(client.get(reverse("rating:list")))


@pytest.mark.feature("E3")
def test_the_office_scores_again_in_one_click(cast, scored, client):
    correct(cast, REV="2500")
    client.force_login(cast.office)
    assert "按现有数据重新试算" in words_of(client.get(reverse("rating:detail", args=[scored.pk])))
    client.post(reverse("rating:recompute"), {"period": "2026Q2"})
    run_waiting()
    after = Assessment.objects.get()
    assert (after.pk, after.total) == (scored.pk, 90)
    assert since(after, Result.from_json(after.result)).moved == ()
    assert "输入已变化 得分未变" not in words_of(client.get(reverse("rating:detail", args=[after.pk])))
    change = AuditChange.objects.filter(object_type="rating.assessment").order_by("-pk").first()
    assert (change.before, change.after) == ({cast.park.code: "70.00"}, {cast.park.code: "90.00"})


@pytest.mark.feature("E3")
def test_a_correction_of_another_cell_moves_nothing(cast, scored):
    correct(cast, SERVICE_FIRMS="5")
    after = Assessment.objects.get()
    assert since(after, Result.from_json(after.result)).moved == ()


@pytest.mark.feature("E3")
def test_new_parks_are_scored_by_themselves_and_blocked_ones_when_their_return_comes(cast, scheme):
    other = make_park("P2")
    make_operator("P2")
    certify_firms(other, 5)
    roll_up(Q2)
    run_waiting()
    assert set(Assessment.objects.values_list("total_units", flat=True)) == {None}
    cast.locked()
    run_waiting()
    assert dict(Assessment.objects.values_list("park__code", "total_units")) == {"P1": 7000, "P2": None}


def certify_firms(park, count: int) -> None:
    certify(Indicator.objects.get(code="FIRMS"), park, count, period="2026Q2")


@pytest.mark.feature("E7")
def test_the_stored_score_reads_and_replays_when_the_live_data_are_gone(cast, scored, client):
    client.force_login(cast.operator)
    before = explained(scored, cast.operator)
    Figure.objects.all().delete()
    shown = explained(Assessment.objects.select_related("park", "scheme").get(), cast.operator)
    assert shown.result == before.result
    parts = [row.leaf.points for section in shown.sections for row in section.items]
    steps = [step.amount for section in shown.sections for step in section.adjustments]
    assert sum(parts + steps, Decimal(0)) == shown.result.total == scored.total == 70
    again = score(
        load_scheme(scored.scheme.text), Facts.from_json(scored.facts), References.from_json(scored.snapshot)
    )
    assert again.to_json() == scored.result
    words = words_of(client.get(reverse("rating:detail", args=[scored.pk])))
    assert "1,000 万元" in words
    # What is gone counts as moved: the score would be blocked today.
    assert "输入已变化" in words


@pytest.mark.feature("E11")
def test_a_block_names_the_return_that_is_missing(cast, scheme, client):
    draft = cast.draft()
    certify_firms(cast.park, 5)
    roll_up(Q2)
    run_waiting()
    client.force_login(cast.operator)
    response = client.get(reverse("rating:detail", args=[Assessment.objects.get().pk]))
    words = words_of(response)
    assert "缺数： 2026年第二季度《园区季度工作调度表》（园区运营方填报，待填报）" in words
    assert reverse("targets:return", args=[draft.pk]) in response.content.decode()
    assert "缺数据时 暂不评定" in words


@pytest.mark.feature("E3")
def test_a_pinned_publication_is_read_whatever_was_corrected_since(cast, scored):
    publication = issue(cast.office, Q2)
    correct(cast, REV="2500")
    assessments.ask_trial(period=Q2, publication=publication, by=cast.office)
    run_waiting()
    after = Assessment.objects.get()
    assert (after.total, after.publication) == (70, publication)
    given = Facts.from_json(after.facts).inputs["REV"]
    row = PublishedFigure.objects.get(publication=publication, indicator_code="REV", scope_kind="park")
    assert given.source == "2026年第二季度快报（首次发布）"
    assert given.reference["publication"] == publication.pk
    assert given.reference["code"] == publication.check_code
    assert given.reference["figure"] == row.figure_number
    (moved,) = since(after, Result.from_json(after.result)).moved
    assert (moved.was, moved.now) == ("1000 万元", "2500 万元")


@pytest.mark.feature("E3")
def test_a_publication_of_another_quarter_or_none_is_refused(cast, scored, client):
    publication = issue(cast.office, Q2)
    with pytest.raises(Invalid, match="不能用于该季试算"):
        assessments.ask_trial(period=Period.parse("2026Q1"), publication=publication, by=cast.office)
    client.force_login(cast.office)
    for wrong in ("x", "9" * 30, "٣", str(publication.pk + 1)):
        answer = client.post(reverse("rating:recompute"), {"period": "2026Q2", "publication": wrong})
        assert answer.status_code == 422
    assert f'value="{publication.pk}"' in client.get(reverse("rating:list")).content.decode()
    answer = client.post(reverse("rating:recompute"), {"period": "2026Q2", "publication": publication.pk})
    assert answer.status_code == 302
    assert Job.objects.latest("pk").arguments["publication"] == Publication.objects.get().pk


@pytest.mark.feature("E3")
def test_what_has_moved_takes_as_many_queries_for_three_parks_as_for_one(cast, scored, django_assert_num_queries):
    def moved() -> dict:
        rows = Assessment.objects.select_related("park").order_by("pk")
        return moved_in_quarter(
            load_scheme(scored.scheme.text), Q2, [(row, Result.from_json(row.result)) for row in rows]
        )

    with CaptureQueriesContext(connection) as one:
        assert moved() == {}
    for code in ("P2", "P3"):
        park = make_park(code)
        Assessment.objects.create(
            scheme=scored.scheme, park=park, period="2026Q2", facts=scored.facts, snapshot=scored.snapshot,
            result=scored.result, result_digest="d", computed_at=scored.computed_at,
        )  # fmt: skip
    with django_assert_num_queries(len(one)):
        assert set(moved().values()) == {2}


@pytest.mark.feature("E3")
def test_a_scheme_reads_earlier_years_and_its_cohort_and_keeps_both(cast):
    growth = {"title": "增长率", "unit": "%", "derive": {"kind": "growth", "of": "REV"}}
    mean = {"title": "同批平均", "unit": "家", "derive": {"kind": "cohort", "of": "FIRMS", "statistic": "mean"}}
    knots = [{"at": "0", "points": "0"}, {"at": "100", "points": "60"}]
    rising = {"kind": "linear", "input": "growth", "direction": "higher", "knots": knots}
    beside = {"kind": "ratio_to_ref", "input": "FIRMS", "reference": {"input": "mean"}, "weight": "40", "cap": "1"}
    text = scheme_text(
        [group("G", 100, [item("R", 60, rising), item("F", 40, beside)])],
        inputs=INPUTS | {"growth": growth, "mean": mean}, grades={"inclusive": "lower", "levels": LEVELS},
    )  # fmt: skip
    schemes.load(text=text, by=cast.office)
    cast.locked("2025Q2", REV="500")
    cast.locked()
    make_enterprise(park=cast.park)
    run_waiting()
    stored = Assessment.objects.get(period="2026Q2")
    assert stored.total == 100
    again = score(load_scheme(text), Facts.from_json(stored.facts), References.from_json(stored.snapshot))
    assert again.to_json() == stored.result
    assert score_table(stored.scheme, Q2, cast.office).rows[0].moved == 0
    words = explained(stored, cast.office).sections[0].items[1].leaf.inputs
    assert [reading.name for reading in words] == ["FIRMS", "mean"]
