"""待更新: from the approval that changes an input to the end of the roll-up that counts it, with real jobs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.core import clock
from guandu.core.actors import ROLL_UP
from guandu.core.periods import Period
from guandu.jobs import worker
from guandu.jobs.models import Job
from targets.actions import figures, returns
from targets.models import Figure, FigureDrift, FigureDue, FigureState
from targets.queries.freshness import REBUILD_JOB, ROLL_UP_JOB, waiting_quarters
from targets.queries.roll_ups import roll_ups
from tests.factories import make_figure, make_indicator
from tests.targets.factories import make_cast

pytestmark = pytest.mark.django_db


def page(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def job(state, quarter="2026Q3", kind=ROLL_UP_JOB, **fields):
    at = clock.now()
    ended = (
        {}
        if state in {"queued", "running"}
        else {"started_at": at - timedelta(seconds=75), "finished_at": at}
    )
    given = {"actor_kind": "service", "actor_key": "roll-up", "actor_name": "汇总", "created_at": at, **ended}
    if state != "done":
        FigureDue.objects.create(quarter=quarter, asked_at=at)
    return Job.objects.create(kind=kind, key=quarter, state=state, **{**given, **fields})


@pytest.mark.once
def test_the_name_of_the_job_is_that_of_the_action():
    assert (ROLL_UP_JOB, REBUILD_JOB) == (figures.ROLL_UP_JOB, figures.REBUILD_JOB)


def test_a_quarter_lags_from_the_change_until_it_is_stored():
    assert waiting_quarters() == {}
    FigureDue.objects.create(quarter="2026Q3", park_code="P1", asked_at=clock.now())
    assert waiting_quarters() == {"2026Q3": None}
    worked = figures.ask_roll_up(period=Period.parse("2026Q3"), by=ROLL_UP)
    worker.run(worked.pk)
    assert waiting_quarters() == {}


@pytest.mark.parametrize("state", ["failed", "parked", "cancelled"])
def test_it_lags_on_where_the_roll_up_ended_ill(state):
    stored = figures.ask_roll_up(period=Period.parse("2026Q3"), by=ROLL_UP)
    worker.run(stored.pk)
    figures.ask_roll_up(period=Period.parse("2026Q3"), by=ROLL_UP)
    Job.objects.filter(state=Job.State.QUEUED).update(state=state)
    assert waiting_quarters() == {"2026Q3": FigureState.objects.get().stored_at}


@pytest.mark.feature("C15")
def test_an_edited_approved_input_makes_its_numbers_stale_until_the_roll_up_ends(sign_in):
    """By correction and a real job: figure, total and the cell's own page say so, and stop saying so."""
    cast = make_cast()
    return_ = cast.corrected("REV", period="2026Q2")
    worker.run_waiting()
    client = sign_in(cast.office)
    total = Figure.objects.get(indicator__code="REV", scope_kind="district", period="2026H1")
    explorer = "/figures/?indicator=REV&kind=chain&period=2026Q2"
    pages = (f"/figures/{total.pk}/", explorer, "/figures/crossing/?indicator=REV&period=2026Q2")
    before = total.run
    for path in pages:
        assert "待更新" not in page(client, path)
        assert f"计算批次 {before}" in page(client, path) or f"<dt>计算批次</dt><dd>{before}</dd>" in page(
            client, path
        )
    return_ = returns.file(
        return_=returns.save(return_=return_, cells={"REV": "1234.5"}, by=cast.operator), by=cast.operator
    )
    returns.confirm(return_=returns.review(return_=return_, by=cast.reviewer), by=cast.office)
    for path in pages:
        assert "待更新" in page(client, path)
        assert "1,000.00" in page(client, path)
    value = return_.cycle.template.cells.first().indicator.certified_values.current().get()
    assert "待更新" in page(client, f"/values/{value.pk}/")
    worker.run_waiting()
    for path in (*pages, f"/values/{value.pk}/"):
        assert "待更新" not in page(client, path)
        assert "1,234.50" in page(client, path)
    total.refresh_from_db()
    assert total.run > before


# --- 数据汇总情况 ----------------------------------------------------------------------------------


def row_of(html, label="2026年第三季度"):
    return html.split(f">{label}</a></th>")[1].split("</tr>")[0]


def test_each_quarter_says_when_how_long_and_how_much(office, sign_in):
    done = job("done")
    revenue = make_indicator()
    make_figure(revenue, "2026Q1-3", value="1", run=done.pk)
    make_figure(make_indicator(), "2026Q3", value="1", run=3)
    row = row_of(page(sign_in(office), "/figures/roll-ups/"))
    for words in ("已是最新", "1 分 15 秒", f">{done.pk}</a>", "1 项", '<td class="num">2</td>'):
        assert words in row


def test_one_that_failed_says_why_and_is_tried_again_by_who_asked(office, sign_in):
    failed = job("failed", actor_kind="user", actor_key="office", error="指标 REV 与其核定值不是同一版本。")
    client = sign_in(office)
    shown = page(client, "/figures/roll-ups/")
    assert "1</strong> 期汇总没有完成" in shown
    assert "不是同一版本" in row_of(shown)
    client.post(f"/jobs/{failed.pk}/retry/")
    failed.refresh_from_db()
    assert failed.state == Job.State.QUEUED
    assert "正在汇总" in row_of(page(client, "/figures/roll-ups/"))


def test_one_of_another_asker_is_asked_for_anew(office, sign_in):
    job("failed")
    client = sign_in(office)
    assert "重试" not in row_of(page(client, "/figures/roll-ups/"))
    client.post("/figures/roll-ups/ask/", {"period": "2026Q3"})
    assert "正在汇总" in row_of(page(client, "/figures/roll-ups/"))
    worker.run_waiting()
    shown = page(client, "/figures/roll-ups/")
    assert "汇总没有完成" not in shown
    assert "没有可汇总的数据" in row_of(shown)


def test_asking_twice_queues_one(office, sign_in):
    client = sign_in(office)
    for _ in range(2):
        assert client.post("/figures/roll-ups/ask/", {"period": "2026Q3"}).status_code == 302
    assert Job.objects.filter(kind=ROLL_UP_JOB, key="2026Q3").count() == 1


@pytest.mark.feature("C8")
def test_all_quarters_are_computed_anew_at_once(office, sign_in):
    client = sign_in(office)
    for _ in range(2):
        assert client.post("/figures/roll-ups/ask/", {"period": "all"}).status_code == 302
    assert "正在全部重算" in page(client, "/figures/roll-ups/")
    assert Job.objects.filter(kind=REBUILD_JOB).count() == 1
    worker.run_waiting()
    assert "全部重算</button>" in page(client, "/figures/roll-ups/")


@pytest.mark.feature("C11")
def test_what_the_night_found_is_named(office, sign_in):
    FigureDrift.objects.create(
        quarter="2026Q3", figure="营业收入 本园区", stored="数值 7.77", computed="数值 0.22", found_at=clock.now()
    )
    shown = page(sign_in(office), "/figures/roll-ups/").split("夜间核对</h2>")[1]
    for words in ("营业收入 本园区", "数值 7.77", "数值 0.22"):
        assert words in shown


@pytest.mark.parametrize("period", ["", "2031Q1", "2026", "x"])
def test_only_a_quarter_of_the_list_is_asked_for(period, office, sign_in):
    assert sign_in(office).post("/figures/roll-ups/ask/", {"period": period}).status_code == 422
    assert not Job.objects.filter(kind=ROLL_UP_JOB).exists()


@pytest.mark.parametrize("role", ["department_user", "task_force_user", "street_user", "operator", "leader"])
def test_it_is_the_office_s(role, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    assert client.get("/figures/roll-ups/").status_code == 403
    assert client.post("/figures/roll-ups/ask/", {"period": "2026Q3"}).status_code == 403


def test_it_asks_as_often_for_three_quarters_as_for_one(office, sign_in):
    client, revenue = sign_in(office), make_indicator()

    def counted():
        with CaptureQueriesContext(connection) as queries:
            page(client, "/figures/roll-ups/")
        return len(queries)

    def add(quarter):
        job("done", quarter)
        job("failed", quarter)
        make_figure(revenue, Period.parse(quarter).to_date.code, value="1", run=1)

    add("2026Q1")
    one = counted()
    add("2025Q2")
    add("2025Q1")
    assert counted() == one
    assert len(roll_ups(office)) == 4


def test_roll_ups_of_the_portal_itself_are_seen_too(office):
    figures.ask_roll_up(period=Period.parse("2026Q2"), by=ROLL_UP)
    assert next(row for row in roll_ups(office) if row.quarter.code == "2026Q2").works
