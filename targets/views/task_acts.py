"""What is done with a task: received, a line, a note, a milestone; revoked and supervised by the office."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, NotReady
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import supervisions, tasks
from targets.forms_tasks import LineForm, NoteForm, RevokeForm, StageForm, StageSetForm, SuperviseForm
from targets.models import TaskStage
from targets.views.task_pages import acted, editor, line_form, reporter, supervise_form, visible_task, worker

issuer = permission_required(Permission.SUPERVISION_ISSUE, to="签发督办通知单")


@require_POST
@reporter
@takes()
def task_receive(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    try:
        tasks.receive(task=task, by=request.user)
    except (Conflict, NotReady) as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, "已接收任务。请按月报一行进展，办结时附材料。")
    return redirect("targets:task", pk)


@require_POST
@reporter
@takes(LineForm)
def task_line(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    form = line_form(task, clock.today(), request.POST)
    return acted(request, task, {"line": form}, lambda by, **said: tasks.report(task=task, by=by, **said), "已报送进展。")


@require_POST
@worker
@takes(NoteForm)
def task_note(request: HttpRequest, pk: int) -> HttpResponse:
    task, form = visible_task(request, pk), NoteForm(request.POST, auto_id="note_%s")
    return acted(request, task, {"note": form}, lambda by, text: tasks.note(task=task, text=text, by=by), "已记备注。")


@require_POST
@worker
@takes(StageForm)
def task_stage(request: HttpRequest, pk: int) -> HttpResponse:
    task, form = visible_task(request, pk), StageForm(request.POST, auto_id="newstage_%s")
    return acted(request, task, {"stage": form}, lambda by, **said: tasks.add_stage(task=task, by=by, **said), "已增加节点。")


@require_POST
@worker
@takes(StageSetForm)
def stage_set(request: HttpRequest, pk: int) -> HttpResponse:
    stage = get_visible_or_404(TaskStage.objects.select_related("task"), request.user, pk=pk)
    form = StageSetForm.of(stage, request.POST)
    return acted(
        request, stage.task, {f"stage{pk}": form},
        lambda by, **said: tasks.set_stage(stage=stage, by=by, **said), f"已登记“{stage}”。",
    )  # fmt: skip


@require_POST
@editor
@takes(RevokeForm)
def task_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    task, form = visible_task(request, pk), RevokeForm(request.POST, auto_id="revoke_%s")
    return acted(request, task, {"revoke": form}, lambda by, reason: tasks.revoke(task=task, reason=reason, by=by), "已撤销任务。")


@require_POST
@issuer
@takes(SuperviseForm)
def task_supervise(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    units = {duty.unit.code: duty.unit for duty in task.duties.select_related("unit")}
    return acted(
        request, task, {"supervise": supervise_form(task, request.POST)},
        lambda by, unit, **said: supervisions.issue(task=task, unit=units.get(unit), by=by, **said), "已签发督办通知单。",
    )  # fmt: skip
