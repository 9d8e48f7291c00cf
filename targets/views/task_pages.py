"""One task as a page: what is asked, what was done, and the forms that this person may use."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.web.views import get_visible_or_404, permission_required
from parks.models import ServiceRequest
from targets.enums_tasks import AskState, TaskLight, TaskSource, TaskState
from targets.forms_tasks import (
    AcceptForm,
    CloseForm,
    ClosingFileForm,
    DecideForm,
    ExtendForm,
    LineForm,
    NoteForm,
    RevokeForm,
    StageForm,
    StageSetForm,
    SuperviseForm,
)
from targets.models import Task, TaskClosing, TaskExtension, TaskUnit
from targets.queries.tasks import (
    STATE_TONES,
    TONES,
    closings_with_files,
    duties_of,
    lit_tasks,
    month_code,
    month_label,
    reasons,
    rule_on,
    tracks_of,
)
from targets.querysets_tasks import months_before
from targets.views.evidence import put_errors
from targets.views.plan_terms import errors_of

reader = permission_required(Permission.TASK_VIEW, to="查看任务")
reporter = permission_required(Permission.TASK_REPORT, to="办理任务")
worker = permission_required(Permission.TASK_REPORT, Permission.TASK_EDIT, to="办理任务")
editor = permission_required(Permission.TASK_EDIT, to="交办和调整任务")
decider = permission_required(Permission.TASK_ACCEPT, to="验收任务和答复延期")
REFUSALS = (Conflict, Invalid, NotReady)
NEEDED = ("plan", "mechanism", "instruction", "request")
LISTED = ("duties__unit", "stages", "lines__unit", "notes", "extensions", "supervisions__unit")
MONTHS_BACK = 3


def visible_task(request: HttpRequest, pk: int) -> Task:
    return get_visible_or_404(Task.objects.select_related(*NEEDED), request.user, pk=pk)


def acted(request: HttpRequest, task: Task, sent: Mapping[str, Form], act: Callable, said: str) -> HttpResponse:
    """One form of the page acted upon: back to the page, or the page with what is wrong at the form's fields."""
    form = next(iter(sent.values()))
    if not form.is_valid():
        return page(request, task, sent, status=422)
    try:
        act(by=request.user, **form.cleaned_data)
    except REFUSALS as refused:
        # What names no field is about the file, which is read last.
        about = "file" if "file" in form.fields else next(iter(form.fields), "")
        message = put_errors(form, refused, about) if about else refused.message
        return page(request, task, sent, message, refused.status)
    messages.success(request, said)
    return redirect("targets:task", task.pk)


def page(
    request: HttpRequest, task: Task, sent: Mapping[str, Form] | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    sent, user, day = sent or {}, request.user, clock.today()
    rule = rule_on(day)
    shown = lit_tasks(user, day).select_related(*NEEDED).prefetch_related(*LISTED).get(pk=task.pk)
    duties, mine = list(shown.duties.all()), duties_of(shown, user)
    forms = {**_forms(shown, user, mine, day), **sent}
    context: dict[str, Any] = {
        "task": shown,
        "light": TaskLight(shown.light),
        "light_tone": TONES[shown.light],
        "state_tone": STATE_TONES[shown.state],
        "reasons": reasons(shown, day, rule),
        "rule": rule,
        "leads": [each for each in duties if each.leads],
        "helpers": [each for each in duties if not each.leads],
        "lines": [(line, month_label(line.month)) for line in shown.lines.all()],
        "tracks": [(track, [(stage, forms.get(f"stage{stage.pk}")) for stage in track.stages]) for track in tracks_of(shown.stages.all())],
        "closings": [
            (row, files, forms.get(f"closing{row.pk}"), forms.get(f"file{row.pk}"), _is_own(row, user))
            for row, files in closings_with_files(shown)
        ],
        "extensions": [(row, forms.get(f"extension{row.pk}"), _is_own(row, user)) for row in shown.extensions.all()],
        "may_edit": user.may(Permission.TASK_EDIT) and shown.is_open,
        "may_receive": shown.is_open and any(each.received_at is None for each in mine),
        "forms": forms,
        "request_url": _request_url(shown, user),
        "today": day,
        "errors": errors_of(sent.values()),
        "message": message,
    }
    return render(request, "targets/tasks/task.html", context, status=status)


def _request_url(task: Task, user: User) -> str:
    """Where the 企业诉求 stands from which the task comes; empty for whom it does not exist."""
    sees = task.request_id and ServiceRequest.objects.visible_to(user).filter(pk=task.request_id).exists()
    return reverse("requests:request", args=[task.request_id]) if sees else ""


def _is_own(row: TaskClosing | TaskExtension, user: User) -> bool:
    return row.state == AskState.ASKED and row.asked_key == user.actor_key


def _forms(task: Task, user: User, mine: list[TaskUnit], day: date) -> dict[str, Form]:
    """The forms of what this person may do now, by the name under which they are sent."""
    found: dict[str, Form] = {}
    edits, accepts = user.may(Permission.TASK_EDIT), user.may(Permission.TASK_ACCEPT)
    if mine or edits:
        found["note"] = NoteForm(auto_id="note_%s")
    if task.is_open and (mine or edits):
        found["stage"] = StageForm(auto_id="newstage_%s")
        found |= {f"stage{stage.pk}": StageSetForm.of(stage) for stage in task.stages.all()}
    if mine and task.state == TaskState.WORKING:
        found["line"] = line_form(task, day)
        if any(each.owes_lines for each in mine):
            found["close"] = CloseForm(auto_id="close_%s")
    if mine and task.is_running and not any(each.state == AskState.ASKED for each in task.extensions.all()):
        found["extend"] = ExtendForm(auto_id="extend_%s")
    if edits and task.is_open and task.source != TaskSource.PLAN:
        found["revoke"] = RevokeForm(auto_id="revoke_%s")
    if user.may(Permission.SUPERVISION_ISSUE) and task.light == TaskLight.RED:
        found["supervise"] = supervise_form(task)
    found |= _answers(task, user, bool(mine), accepts)
    return found


def _answers(task: Task, user: User, is_mine: bool, accepts: bool) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for row in task.closings.all():
        if row.state == AskState.ASKED:
            if is_mine:
                found[f"file{row.pk}"] = ClosingFileForm(auto_id=f"file{row.pk}_%s")
            if accepts and not _is_own(row, user):
                found[f"closing{row.pk}"] = AcceptForm(auto_id=f"closing{row.pk}_%s")
    for row in task.extensions.all():
        if row.state == AskState.ASKED and accepts and not _is_own(row, user):
            found[f"extension{row.pk}"] = DecideForm(auto_id=f"extension{row.pk}_%s")
    return found


def line_form(task: Task, day: date, *args) -> LineForm:
    """Offers this month, then those before it that may still be written."""
    first = min(task.lines_from, day.replace(day=1))
    months = [months_before(day, back) for back in range(MONTHS_BACK + 1)]
    codes = [month_code(month) for month in months if month >= first]
    return LineForm(*args, months=[(code, month_label(code)) for code in codes])


def supervise_form(task: Task, *args) -> SuperviseForm:
    return SuperviseForm(*args, units=[duty.unit for duty in task.duties.select_related("unit")])
