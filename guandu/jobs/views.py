"""后台任务: one's own jobs, every job for whoever looks after them, one job and what may be done to it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.jobs import actions, registry, worker
from guandu.jobs.models import Job
from guandu.jobs.rights import CONTROL, VIEW
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, signed_in

PAGE = 30


@signed_in
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """Newest first; by state, by kind and, for whoever sees all, one's own."""
    user = request.user
    sees_all = user.may(VIEW)
    mine = sees_all and request.GET.get("whose") == "mine"
    state = _one_of(request.GET.get("state", ""), Job.State.values)
    kinds = sorted((kind.name, kind.title) for kind in registry.kinds())
    kind = _one_of(request.GET.get("kind", ""), [name for name, _ in kinds])
    wanted = {name: value for name, value in (("state", state), ("kind", kind)) if value}
    rows = Job.objects.visible_to(user).filter(**wanted).defer("arguments", "trace")
    page = Paginator(rows.asked_by(user) if mine else rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "sees_all": sees_all, "own": mine or not sees_all, "states": Job.State.choices, "state": state,
        "kinds": kinds, "kind": kind, "filtered": bool(wanted),
    }  # fmt: skip
    return render(request, "jobs/list.html", context)


@signed_in
@require_GET
def job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "jobs/detail.html", _context(request, _visible(request, pk)))


@signed_in
@require_GET
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page, asked for again until the job ends; the page is then loaded anew."""
    job = _visible(request, pk)
    if not request.htmx:
        return redirect(_url(job))
    response = render(request, "jobs/_progress.html", _context(request, job))
    if job.has_ended:
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_POST
@takes()
def job_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    job = actions.cancel(job=_visible(request, pk), by=request.user)
    done = job.state == Job.State.CANCELLED
    messages.success(request, "任务已取消。" if done else "已要求取消，任务将在当前一步结束后停止。")
    return redirect(_url(job))


@signed_in
@require_POST
@takes()
def job_retry(request: HttpRequest, pk: int) -> HttpResponse:
    job = actions.retry(job=_visible(request, pk), by=request.user)
    messages.success(request, "任务已重新排队。")
    return redirect(_url(job))


def _visible(request: HttpRequest, pk: int) -> Job:
    return get_visible_or_404(Job.objects.all(), request.user, pk=pk)


def _context(request: HttpRequest, job: Job) -> dict:
    user = request.user
    return {
        "job": job,
        "may_cancel": not job.has_ended and not job.cancel_asked_at and job.may_be_cancelled_by(user),
        "may_retry": job.waits_for_retry_by(user),
        "trace": job.trace if user.may(CONTROL) else "",
        "most_attempts": worker.MAX_ATTEMPTS,
    }


def _one_of(value: str, allowed: list[str]) -> str:
    return value if value in allowed else ""


def _url(job: Job) -> str:
    return reverse("jobs:detail", args=[job.pk])
