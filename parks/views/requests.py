"""企业诉求: the ledger, raising one in four fields, one with its trace and moves."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import request_numbers, requests as actions
from parks.actions.requests import Asked
from parks.forms_requests import AskForm, MoveForm, RequestFilter, parks_to_ask_for
from parks.models import RequestKind, ServiceRequest
from parks.queries.request_page import forms_asked, page_of, rows_of, words_of_due
from parks.queries.request_people import RequestPeople
from parks.queries.requests import counts_of, listed, whose_move
from parks.request_work import work_for
from parks.views.firm_files import MOST, PURPOSE, FirmList, as_file
from parks.views.form_pages import FormPage, form_page
from parks.workflow_requests import VERBS, step_for

PAGE = 50
REFUSALS = (Conflict, Invalid, NotReady)
viewer = permission_required(Permission.REQUEST_VIEW, to="查看企业诉求")
raiser = permission_required(Permission.REQUEST_RAISE, to="提出企业诉求")
mover = permission_required(
    Permission.REQUEST_RAISE, Permission.REQUEST_ASSIGN, Permission.REQUEST_HANDLE, to="办理企业诉求"
)
COLUMNS = (
    ("编号", 14), ("园区", 26), ("企业", 30), ("类别", 14), ("诉求内容", 50), ("联系人", 10), ("联系电话", 16), ("来源", 14),
    ("提出日期", 12), ("状态", 10), ("承办单位", 22), ("时限", 12), ("不满意次数", 10), ("办理结果", 50), ("办结日期", 12),
)  # fmt: skip


@viewer
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """What do firms ask for, whose move is it, and what is late?"""
    today, chosen = clock.today(), RequestFilter(request.GET, user=request.user)
    page = Paginator(_chosen(request, chosen), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": chosen,
        "page": page,
        "rows": [(row, whose_move(row), *words_of_due(row, today)) for row in page],
        "counts": counts_of(request.user, today),
        "may_raise": request.user.may(Permission.REQUEST_RAISE),
        "may_set": request.user.may(Permission.REQUEST_ASSIGN),
    }
    return render(request, "parks/requests/list.html", context)


def _chosen(request: HttpRequest, chosen: RequestFilter):
    return chosen.narrowed(rows_of(request.user, chosen.said("state", ""), clock.today())).order_by(*chosen.order)


@viewer
@require_POST
@takes(PURPOSE)
def request_export(request: HttpRequest) -> FileResponse:
    """The chosen rows as a workbook, with who took it and what for; numbers as they are shown, masked."""
    found = _chosen(request, RequestFilter(request.GET, user=request.user))
    rows = lambda: _cells(found)  # noqa: E731  # reason: asked for when the file is written
    return as_file(request, FirmList("企业诉求台账", COLUMNS, rows, min(found.count(), MOST + 1)))


def _cells(rows) -> Iterator[list]:
    for row in rows.iterator(chunk_size=500):
        yield [
            row.number, row.park.name, row.firm_name, row.kind.name if row.kind else "", row.text, row.contact, row.phone_masked,
            row.get_source_display(), row.raised_on.isoformat(), row.get_state_display(), row.unit.name if row.unit else "",
            row.due_on.isoformat() if row.due_on else "", row.dissatisfied, row.answer,
            row.closed_on.isoformat() if row.closed_on else "",
        ]  # fmt: skip


@never_cache
@raiser
@require_http_methods(["GET", "POST"])
@takes(AskForm)
def request_new(request: HttpRequest) -> HttpResponse:
    parks = parks_to_ask_for(request.user)
    first = parks.filter(code=request.GET.get("park", "")).first() or (parks.first() if parks[:2].count() == 1 else None)
    form = AskForm(request.POST or None, parks=parks, initial={"park": first})
    ledger = reverse("requests:list")

    def run() -> tuple[str, str]:
        said = dict(form.cleaned_data)
        park = said.pop("park")
        made = actions.raise_request(park=park, asked=Asked(**said), by=request.user)
        told = f"诉求已提出，编号 {made.number}，园区发展办在 {made.due_on:%-m月%-d日}前交办。"
        return told, reverse("requests:request", args=[made.pk])

    answer = "填好四项即可；由园区发展办交办到承办单位，办理结果在本页反馈。"
    return form_page(request, form, FormPage("提出企业诉求", answer, "提出", ledger, trail=(("企业诉求", ledger),)), run)


@never_cache
@viewer
@require_GET
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked for, what has been done, and what may this person do next?"""
    return _page(request, _visible(request, pk))


@never_cache
@mover
@require_POST
@takes(MoveForm)
def request_move(request: HttpRequest, pk: int) -> HttpResponse:
    row, verb = _visible(request, pk), request.POST.get("verb", "")
    if verb not in VERBS:
        return _page(request, row, refused=Invalid("请选择要办理的事项。"))
    form = None
    try:
        step = step_for(verb, row.state)
        form = MoveForm(request.POST, request.FILES, step=step)
        if not form.is_valid():
            return _page(request, row, form)
        moved = _moved(row, verb, form, request)
    except REFUSALS as refused:
        if form is not None:
            form.refuse(refused)
        return _page(request, _visible(request, pk), form, refused)
    messages.success(request, f"{moved.number}：{step.label}，已记录。")
    if verb == "assign" and not RequestPeople(clock.today()).handlers(moved.unit):
        messages.warning(request, f"{moved.unit.name}没有可以办理的在用账号，请电话通知，或请单位申请账号。")
    return redirect("requests:request", pk)


def _moved(row: ServiceRequest, verb: str, form: MoveForm, request: HttpRequest) -> ServiceRequest:
    said = {name: value for name, value in form.cleaned_data.items() if name != "verb"}
    sent = said.pop("file", None)
    if sent:
        said["file"] = check(sent.read(), sent.name, EVIDENCE)
    return getattr(actions, verb)(request=row, by=request.user, **said)


@never_cache
@mover
@require_POST
@takes()
def request_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole number, in this answer alone; nothing keeps it but the person who asked."""
    row = _visible(request, pk)
    try:
        number = request_numbers.reveal(request=row, by=request.user)
    except NotReady as refused:
        return _page(request, row, refused=refused)
    return render(request, "parks/requests/number.html", {"row": row, "number": number})


def _visible(request: HttpRequest, pk: int) -> ServiceRequest:
    return get_visible_or_404(listed(ServiceRequest.objects.all()), request.user, pk=pk)


def _page(
    request: HttpRequest, row: ServiceRequest, sent: MoveForm | None = None, refused: PortalError | None = None
) -> HttpResponse:
    page = page_of(row, request.user, clock.today())
    usual = {each.pk: each.usual_unit_id for each in RequestKind.objects.filter(is_used=True)}
    steps = [
        (step, sent if _is_sent(sent, step) else MoveForm(step=step, initial=forms_asked(row, step, usual)), _is_sent(sent, step))
        for step in page.steps
    ]
    errors = [(f"{sent.data.get('verb')}_{name}", text) for name, texts in sent.errors.items() for text in texts] if sent else []
    context = {
        "row": row,
        "page": page,
        "steps": steps,
        "errors": errors,
        "message": refused.message if refused else "",
        "work": work_for(request.user, row.pk),
    }
    status = refused.status if refused else 422 if errors else 200
    return render(request, "parks/requests/detail.html", context, status=status)


def _is_sent(sent: MoveForm | None, step) -> bool:
    return sent is not None and sent.data.get("verb") == step.verb
