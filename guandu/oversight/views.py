"""审计总览 and 审计查询: the audit administrator reads everything here and changes nothing of it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.accounts.reauthentication import recently_authenticated
from guandu.audit.models import AuditCheck, AuditEvent
from guandu.audit.queries import changes_of
from guandu.audit.words import type_in_words, verb_in_words
from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.jobs.models import Job
from guandu.oversight import exports, queries
from guandu.oversight.actions import anchors, checks
from guandu.oversight.actions.exports import MOST, export as record_export
from guandu.oversight.forms import ExportForm, SearchForm
from guandu.web.posted import takes
from guandu.web.views import permission_required

UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)

auditor = permission_required(Permission.AUDIT_VIEW, to="查看审计记录")
alarmed = permission_required(Permission.AUDIT_VIEW, Permission.POLICY_EDIT, to="查看审计告警")


@auditor
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Is the trail whole, since when is that known, and what was it held against?"""
    standing = queries.standing(request.user.actor_key)
    context = {"standing": standing, "folder_is_empty": not standing.lines, **_progress(standing.job)}
    return render(request, "audit/overview.html", context)


@alarmed
@require_GET
def alarm(request: HttpRequest) -> HttpResponse:
    """The alarm alone, for whoever must act on it without reading the trail."""
    return render(request, "audit/alarm.html", {"last": AuditCheck.objects.first()})


@auditor
@require_POST
@takes()
def verify(request: HttpRequest) -> HttpResponse:
    checks.ask(by=request.user)
    messages.success(request, "已开始校验全部审计记录，完成后本页自动更新。")
    return redirect("oversight:overview")


@auditor
@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The job's line, asked for again until it ends; the page is then loaded anew."""
    if not request.htmx:
        return redirect("oversight:overview")
    context = _progress(queries.verify_job())
    response = render(request, "audit/_job.html", context)
    if not context["under_way"]:
        response["HX-Refresh"] = "true"
    return response


@auditor
@require_POST
@takes()
def countersign(request: HttpRequest, number: int) -> HttpResponse:
    line = anchors.countersign(number=number, by=request.user)
    messages.success(request, f"已会签第 {line.seq} 条处的锚定，校验码 {line.code}。")
    return redirect("oversight:overview")


@auditor
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    page = (
        queries.event_page(form.asked, form.cleaned_data["before"])
        if form.is_valid()
        else queries.EventPage()
    )
    context = {"form": form, "page": page, "rows": [_row(event) for event in page.events], "most": MOST}
    return render(request, "audit/events.html", context, status=200 if form.is_valid() else 422)


@auditor
@require_GET
def event(request: HttpRequest, seq: int) -> HttpResponse:
    """One event, with what it changed."""
    found = AuditEvent.objects.filter(seq=seq).first() if seq < 2**63 else None
    if found is None:
        raise Http404
    context = {**_row(found), "entries": changes_of(found), "count": found.changes.count()}
    return render(request, "audit/event.html", context)


@auditor
@require_POST
@recently_authenticated
@takes(ExportForm)
@recently_authenticated
def export(request: HttpRequest) -> HttpResponse:
    """The rows that the filters choose, as a file."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise Invalid(
            "导出条件有误，请返回检查后重试。",
            errors=[(name, text) for name, texts in form.errors.items() for text in texts],
        )
    found, kind = queries.events(form.asked), form.cleaned_data["format"]
    count = found[: MOST + 1].count()
    record_export(count=count, kind=kind, asked=form.asked.words(), by=request.user)
    response = HttpResponse(
        exports.as_file(found[:count].iterator(), kind, request.user), exports.TYPES[kind]
    )
    response["Content-Disposition"] = f'attachment; filename="audit-{clock.real_today():%Y%m%d}.{kind}"'
    return response


def _row(event: AuditEvent) -> dict:
    """An event with its verb and object's kind in words."""
    return {
        "event": event,
        "verb": verb_in_words(event.verb),
        "type": type_in_words(event.object_type) if event.object_type else "",
    }


def _progress(job: Job | None) -> dict:
    return {"job": job, "under_way": bool(job and job.state in UNDER_WAY)}
