"""后台任务 in the portal: found again, followed, retried and cancelled by whoever may."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guandu.accounts.models import User
from guandu.core import clock
from guandu.core.actors import ROLL_UP, Actor
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from rating.enums import TRIAL_JOB
from targets.actions.figures import ROLL_UP_JOB

pytestmark = pytest.mark.django_db


def trial(by: Actor, key: str = "2026Q3", **fields) -> Job:
    job = queue.enqueue(TRIAL_JOB, by=by, key=key, period=key)
    Job.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


def text(answer) -> str:
    return answer.content.decode()


def url(job: Job, page: str = "detail") -> str:
    return reverse(f"jobs:{page}", args=[job.pk])


def test_a_person_sees_his_own_and_the_system_administrator_all(sign_in, office, leader, system_admin):
    mine, other = trial(leader, "2026Q3"), trial(ROLL_UP, "2026Q2")
    page = text(sign_in(leader).get(reverse("jobs:list")))
    assert url(mine) in page
    assert url(other) not in page
    assert "我的后台任务" in page
    page = text(sign_in(system_admin).get(reverse("jobs:list")))
    assert page.index(url(other)) < page.index(url(mine))
    assert leader.name in page
    assert sign_in(leader).get(url(other)).status_code == 404


def test_the_list_is_filtered_by_state_kind_and_asker(sign_in, office):
    trial(office, "2026Q3", state=Job.State.FAILED, error="还没有到期。")
    queue.enqueue(ROLL_UP_JOB, by=ROLL_UP, key="2026Q1", period="2026Q1")
    client = sign_in(office)

    def listed(query: str) -> list[str]:
        page = client.get(reverse("jobs:list") + query).context["page"]
        return [job.key for job in page]

    assert listed("") == ["2026Q1", "2026Q3"]
    assert listed("?state=failed") == ["2026Q3"]
    assert listed(f"?kind={ROLL_UP_JOB}") == ["2026Q1"]
    assert listed("?whose=mine") == ["2026Q3"]
    assert listed("?state=nonsense&kind=x&page=99") == ["2026Q1", "2026Q3"]
    assert "没有符合条件的任务" in text(client.get(reverse("jobs:list") + "?state=parked"))


def test_whoever_asked_for_nothing_is_told_what_the_page_is_for(sign_in, leader):
    assert "您还没有发起过后台任务" in text(sign_in(leader).get(reverse("jobs:list")))


def test_the_list_asks_as_often_for_three_rows_as_for_one(sign_in, system_admin):
    client = sign_in(system_admin)
    counts = []
    for keys in (["2026Q1"], ["2026Q2", "2026Q3"]):
        for key in keys:
            trial(ROLL_UP, key)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("jobs:list"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_progress_is_followed_without_counting_as_use_and_ends(sign_in, office):
    job = trial(office)
    context = worker.claim(job.pk)
    context.report(3, 15, "第三个园区")
    client = sign_in(office)
    page = text(client.get(url(job)))
    assert '{"X-Background": "1"}' in page
    assert "3/15" in page
    assert "第三个园区" in page
    part = client.get(url(job, "progress"), headers={"HX-Request": "true"})
    assert "hx-get" in text(part)
    assert "HX-Refresh" not in part
    worker._finish(context, Job.State.DONE, "")
    part = client.get(url(job, "progress"), headers={"HX-Request": "true"})
    assert part["HX-Refresh"] == "true"
    assert "hx-get" not in text(part)
    assert "已完成" in text(client.get(url(job)))


def test_where_it_went_wrong_is_for_the_system_administrator(sign_in, office, system_admin):
    job = trial(
        office,
        state=Job.State.PARKED,
        error=worker.PARKED.format(number=1),
        trace="摘要 abc\nZeroDivisionError",
    )
    page = text(sign_in(office).get(url(job)))
    assert "任务已搁置" in page
    assert "ZeroDivisionError" not in page
    assert "ZeroDivisionError" in text(sign_in(system_admin).get(url(job)))


def test_a_waiting_job_is_cancelled_by_a_button(sign_in, office):
    job = trial(office)
    client = sign_in(office)
    assert url(job, "cancel") in text(client.get(url(job)))
    page = text(client.post(url(job, "cancel"), follow=True))
    assert "任务已取消" in page
    assert url(job, "cancel") not in page
    assert Job.objects.get().state == Job.State.CANCELLED
    assert not worker.run(job.pk)


def test_a_parked_job_is_retried_by_a_button(sign_in, office):
    job = trial(office, state=Job.State.PARKED, attempts=4, finished_at=clock.now())
    client = sign_in(office)
    assert url(job, "retry") in text(client.get(url(job)))
    assert "任务已重新排队" in text(client.post(url(job, "retry"), follow=True))
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.QUEUED, 0)


def test_a_pause_before_the_next_try_is_said(sign_in, office):
    job = trial(office, attempts=1, not_before=clock.now() + timedelta(minutes=1))
    assert "第 1 次没有完成" in text(sign_in(office).get(url(job)))


def test_the_side_bar_leads_to_the_jobs(sign_in, leader: User):
    assert f'href="{reverse("jobs:list")}"' in text(sign_in(leader).get("/"))
