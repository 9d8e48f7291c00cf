"""延期 and 办结 of a task: asked for by a unit, answered by the office."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from guandu.files.inspection import Checked, check
from guandu.files.kinds import EVIDENCE
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from targets.actions import task_asking
from targets.forms_tasks import AcceptForm, CloseForm, ClosingFileForm, DecideForm, ExtendForm
from targets.models import TaskClosing, TaskExtension
from targets.views.task_pages import acted, decider, reporter, visible_task


def _checked(sent: Any) -> Checked:
    return check(sent.read(), sent.name, EVIDENCE)


@require_POST
@reporter
@takes(ExtendForm)
def task_extend(request: HttpRequest, pk: int) -> HttpResponse:
    task, form = visible_task(request, pk), ExtendForm(request.POST, auto_id="extend_%s")
    return acted(
        request, task, {"extend": form}, lambda by, **said: task_asking.ask_extension(task=task, by=by, **said),
        "已报送延期申请，等待园区发展办答复；答复之前仍按原时限办理。",
    )  # fmt: skip


@require_POST
@decider
@takes(DecideForm)
def extension_decide(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(TaskExtension.objects.select_related("task"), request.user, pk=pk)
    form = DecideForm(request.POST, auto_id=f"extension{pk}_%s")

    def decide(by, decision: str, words: str) -> None:
        act = task_asking.grant_extension if decision == "yes" else task_asking.decline_extension
        act(extension=row, answer=words, by=by)

    return acted(request, row.task, {f"extension{pk}": form}, decide, "已答复延期申请。")


@require_POST
@reporter
@takes(CloseForm)
def task_close(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    # Before the file is opened: nobody's file is but his who may report.
    task_asking.refuse_close(task, request.user)
    form = CloseForm(request.POST, request.FILES, auto_id="close_%s")
    return acted(
        request, task, {"close": form},
        lambda by, file, **said: task_asking.close(task=task, file=_checked(file), by=by, **said),
        "已报送办结，等待园区发展办验收。",
    )  # fmt: skip


@require_POST
@reporter
@takes(ClosingFileForm)
def closing_file(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(TaskClosing.objects.select_related("task"), request.user, pk=pk)
    task_asking.refuse_closing_file(row, request.user)
    form = ClosingFileForm(request.POST, request.FILES, auto_id=f"file{pk}_%s")
    return acted(
        request, row.task, {f"file{pk}": form},
        lambda by, file: task_asking.add_file(closing=row, file=_checked(file), by=by), "已补充材料。",
    )  # fmt: skip


@require_POST
@decider
@takes(AcceptForm)
def closing_decide(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_visible_or_404(TaskClosing.objects.select_related("task"), request.user, pk=pk)
    form = AcceptForm(request.POST, auto_id=f"closing{pk}_%s")

    def decide(by, decision: str, words: str) -> None:
        if decision == "yes":
            task_asking.accept(closing=row, basis=words, by=by)
        else:
            task_asking.send_back(closing=row, reason=words, by=by)

    return acted(request, row.task, {f"closing{pk}": form}, decide, "已答复办结报送。")
