"""督办通知单: issued on red tasks, received and answered by the unit."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from targets.actions import supervisions
from targets.enums_tasks import NoticeState
from targets.forms_tasks import NoticeAnswerForm, NoticeFilter
from targets.models import SupervisionNotice
from targets.queries.supervisions import notice_content, notices_of, red_tasks
from targets.queries.work_builders import notice_paper
from targets.views.evidence import put_errors
from targets.views.paper_files import demand_form, paper_file
from targets.views.plan_terms import errors_of
from targets.views.task_pages import reader, reporter

PAGE = 50
MOST_RED = 50
NOTICE_TONES = {NoticeState.ISSUED: "warn", NoticeState.RECEIVED: "active", NoticeState.ANSWERED: "done"}


@require_GET
@reader
def notice_list(request: HttpRequest) -> HttpResponse:
    """Which notices are unanswered, and which red tasks have none?"""
    user, form = request.user, NoticeFilter(request.GET)
    chosen = form.chosen()
    rows = notices_of(user)
    if "state" in chosen:
        rows = rows.filter(state=chosen["state"])
    if "q" in chosen:
        rows = rows.filter(Q(task__title__icontains=chosen["q"]) | Q(unit__name__icontains=chosen["q"]))
    paged = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    issues = user.may(Permission.SUPERVISION_ISSUE)
    unanswered = SupervisionNotice.objects.exclude(state=NoticeState.ANSWERED)
    red = red_tasks(user).exclude(pk__in=unanswered.values("task")).order_by("due_on", "pk")[:MOST_RED] if issues else []
    context = {
        "form": form,
        "page": paged,
        "rows": [(each, NOTICE_TONES[each.state]) for each in paged],
        "open": notices_of(user).exclude(state=NoticeState.ANSWERED).count(),
        "red": list(red),
        "issues": issues,
        "today": clock.today(),
    }
    return render(request, "targets/supervisions/list.html", context)


def _visible(request: HttpRequest, pk: int) -> SupervisionNotice:
    return get_visible_or_404(SupervisionNotice.objects.select_related("task", "unit"), request.user, pk=pk)


@require_GET
@reader
def notice_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _visible(request, pk))


@require_GET
@reader
def notice_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The paper of the notice, for whoever sees it."""
    demand_form(form)
    notice = _visible(request, pk)
    return paper_file(notice_paper(notice), form, f"督办通知单 {notice.label}")


def _page(
    request: HttpRequest, notice: SupervisionNotice, form: NoticeAnswerForm | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    is_ours = request.user.may(Permission.TASK_REPORT, notice)
    if form is None and is_ours and notice.state == NoticeState.RECEIVED:
        form = NoticeAnswerForm()
    context = {
        "notice": notice,
        "content": notice_content(notice),
        "tone": NOTICE_TONES[notice.state],
        "may_receive": is_ours and notice.state == NoticeState.ISSUED,
        "is_late": notice.state != NoticeState.ANSWERED and notice.due_on < clock.today(),
        "form": form,
        "errors": errors_of([form]) if form else [],
        "message": message,
    }
    return render(request, "targets/supervisions/notice.html", context, status=status)


@require_POST
@reporter
@takes()
def notice_receive(request: HttpRequest, pk: int) -> HttpResponse:
    notice = _visible(request, pk)
    try:
        supervisions.receive(notice=notice, by=request.user)
    except Conflict as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, "已签收，请在时限内答复。")
    return redirect("targets:supervision", pk)


@require_POST
@reporter
@takes(NoticeAnswerForm)
def notice_answer(request: HttpRequest, pk: int) -> HttpResponse:
    notice, form = _visible(request, pk), NoticeAnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, notice, form, status=422)
    try:
        supervisions.answer(notice=notice, by=request.user, **form.cleaned_data)
    except (Invalid, Conflict, NotReady) as refused:
        return _page(request, notice, form, put_errors(form, refused, "text"), refused.status)
    messages.success(request, "已答复园区发展办。")
    return redirect("targets:supervision", pk)
