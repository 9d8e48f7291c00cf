"""From a stored scheme and facts to stored scores: the job, its replay and its refusals."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from guandu.audit.models import AuditEvent
from guandu.core.actors import LOADER, ROLL_UP
from guandu.core.errors import Invalid, NotAllowed
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from parks.models import Honour
from rating.actions import assessments, schemes
from rating.engine import Facts, Result, load_scheme, score
from rating.models import Assessment, Scheme
from targets.followers import tell_followers
from targets.models import Figure
from tests.factories import make_chain, make_enterprise, make_park
from tests.rating.worlds import DRAFT, give_good_figures, load_draft

pytestmark = pytest.mark.django_db

Q3 = Period.parse("2026Q3")


@pytest.fixture
def scheme(db) -> Scheme:
    return load_draft()


@pytest.fixture
def good_park(scheme):
    park = make_park(
        chain=make_chain(code="DIG", name="数字经济"), carrier="building", has_service_station=True
    )
    give_good_figures(park)
    return park


def trial(by=ROLL_UP):
    assessments.ask_trial(period=Q3, by=by)
    run_waiting()


@pytest.mark.feature("E7")
def test_the_job_stores_a_score_whose_parts_are_the_total(good_park, scheme):
    trial()
    stored = Assessment.objects.get()
    result = Result.from_json(stored.result)
    parts = sum(leaf.points for leaf in result.leaves()) + sum(each.amount for each in result.adjustments())
    assert (stored.park, stored.scheme, stored.period) == (good_park, scheme, "2026Q3")
    assert result.status == "scored"
    assert parts == result.total == stored.total_units / 100
    assert (stored.stars, stored.grade) == (result.grade.stars, result.grade.title)


@pytest.mark.feature("E7")
def test_the_stored_facts_replay_to_the_stored_bytes_after_live_data_is_gone(good_park):
    trial()
    Figure.objects.all().delete()
    Honour.objects.all().delete()
    stored = Assessment.objects.get()
    again = score(load_scheme(stored.scheme.text), Facts.from_json(stored.facts))
    assert again.to_json() == stored.result


@pytest.mark.feature("E11")
def test_a_park_without_a_required_number_is_blocked_and_has_no_score(scheme):
    make_enterprise(park=make_park(chain=make_chain(code="DIG"), carrier="building"))
    trial()
    stored = Assessment.objects.get()
    assert (stored.total_units, stored.stars, stored.grade) == (None, None, "")
    assert Result.from_json(stored.result).status == "blocked"


def test_new_figures_of_a_quarter_ask_for_its_scores_once(scheme):
    tell_followers(Q3, ROLL_UP)
    tell_followers(Q3, ROLL_UP)
    assert list(Job.objects.values_list("kind", "key")) == [("rating.trial", "2026Q3 new")]


def test_a_corrected_figure_changes_the_score_at_the_next_trial(good_park):
    trial()
    before = Assessment.objects.get()
    Figure.objects.filter(indicator__code="AREA_LET").update(numerator=0)
    assert Assessment.objects.get().result == before.result
    trial()
    after = Assessment.objects.get()
    assert after.pk == before.pk
    assert after.total_units < before.total_units


def test_a_second_trial_with_the_same_facts_leaves_the_rows_alone(good_park):
    trial()
    first = Assessment.objects.get()
    trial()
    assert Assessment.objects.get().computed_at == first.computed_at


def test_a_park_that_is_no_longer_scored_loses_its_trial(good_park):
    trial()
    good_park.closed_on = Q3.first_day
    good_park.save()
    trial()
    assert not Assessment.objects.exists()


def test_a_park_of_a_class_the_scheme_does_not_know_is_named_and_the_others_are_scored(good_park):
    make_park(name="新类型园区", chain=make_chain(code="NEW"))
    trial()
    assert [each.park for each in Assessment.objects.all()] == [good_park]
    job = Job.objects.get()
    assert job.state == Job.State.DONE
    assert "1 个园区未能计分" in job.progress_note
    assert "新类型园区" in job.progress_note


def test_a_trial_is_asked_for_by_the_office_only(scheme, office, operator, leader):
    assert assessments.ask_trial(period=Q3, by=office).state == Job.State.QUEUED
    for person in (operator, leader):
        with pytest.raises(NotAllowed, match="没有发起星级试算的权限"):
            assessments.ask_trial(period=Q3, by=person)
    assert AuditEvent.objects.filter(verb="assessments.ask", outcome="denied").count() == 2


@pytest.mark.feature("E1")
def test_the_same_scheme_loaded_twice_changes_nothing(scheme):
    again, new = schemes.load(text=DRAFT.read_text(encoding="utf-8"), by=LOADER)
    assert (again, new, Scheme.objects.count()) == (scheme, False, 1)


@pytest.mark.feature("E1")
def test_another_text_under_a_known_version_is_refused(scheme):
    changed = DRAFT.read_text(encoding="utf-8").replace("from: 85", "from: 86")
    with pytest.raises(Invalid, match="请改用新的版本号"):
        schemes.load(text=changed, by=LOADER)
    assert Scheme.objects.get().text == scheme.text


@pytest.mark.feature("E1")
def test_a_new_version_stands_beside_the_old_one_and_is_used_from_then_on(good_park, scheme):
    trial()
    text = DRAFT.read_text(encoding="utf-8").replace("version: 2026-draft-2", "version: 2026-draft-3")
    newer, new = schemes.load(text=text, by=LOADER)
    trial()
    assert new
    assert list(Scheme.objects.newest()) == [newer]
    assert set(Assessment.objects.values_list("scheme__version", flat=True)) == {
        "2026-draft-2",
        "2026-draft-3",
    }


@pytest.mark.feature("E1")
def test_full_marks_that_do_not_add_up_are_refused_with_the_line(tmp_path: Path):
    path = tmp_path / "broken.yaml"
    path.write_text(
        DRAFT.read_text(encoding="utf-8").replace("points: 35", "points: 30", 1), encoding="utf-8"
    )
    with pytest.raises(CommandError, match=r"broken\.yaml 第 \d+ 行：“能级”声明满分 30 分") as refused:
        call_command("load_scheme", path)
    assert "没有载入" in str(refused.value)
    assert not Scheme.objects.exists()


def test_the_command_says_what_it_did():
    said = StringIO()
    call_command("load_scheme", stdout=said)
    call_command("load_scheme", stdout=said)
    first, second = said.getvalue().splitlines()
    assert (first[:4], second[:5]) == ("已载入：", "已是最新：")


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(CommandError, match="找不到文件"):
        call_command("load_scheme", tmp_path / "nothing.yaml")
