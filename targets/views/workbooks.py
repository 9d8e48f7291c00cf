"""用工作簿填报: one return as a workbook, what came back of it, and what to do about that."""

from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.exchange.writer import TYPE
from guandu.files.inspection import check
from guandu.files.kinds import SCANS
from guandu.files.models import Attachment
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, signed_in
from targets.actions import returns, workbooks
from targets.actions.attached import ON_WORKBOOK
from targets.actions.workbooks import require_loader
from targets.enums import WorkbookState
from targets.exchange.marked import marked
from targets.exchange.received import read_again, receive
from targets.exchange.return_writer import write_return
from targets.forms import whole
from targets.forms_workbooks import LoadForm, ReceivedForm, WorkbookForm
from targets.models import Return, ReturnWorkbook
from targets.queries.locks import lock_of
from targets.queries.next_steps import NextStep, next_steps
from targets.queries.workbooks import PARTS, outgoing
from targets.views.evidence import put_errors
from targets.views.one_return import moves
from targets.workflow import Verb

SHOWN = 20


@require_http_methods(["GET", "POST"])
@signed_in
@takes(WorkbookForm)
def workbook_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the return out as a workbook, and send it back filled in."""
    return_ = get_visible_or_404(Return.objects.select_related(*PARTS), request.user, pk=pk)
    require_loader(return_, request.user)
    if request.method == "GET":
        return _page(request, return_, WorkbookForm())
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, return_, form, status=422)
    try:
        row = _kept(return_, form, request)
    except (Invalid, NotReady) as refused:
        return _page(request, return_, form, put_errors(form, refused), refused.status)
    return redirect("targets:workbook", row.pk)


def _kept(return_: Return, form: WorkbookForm, request: HttpRequest) -> ReturnWorkbook:
    if return_.draft is None:
        raise NotReady(lock_of(return_).sentence)
    sent = form.cleaned_data["file"]
    workbooks.refuse_more(by=request.user, size=sent.size)
    received = receive(return_, sent.read(), sent.name, request.user)
    outlook = workbooks.look(return_=return_, reading=received.reading, by=request.user)
    return workbooks.keep(
        return_=return_, file=received.file, reading=received.reading, outlook=outlook, by=request.user
    )


@require_GET
@signed_in
def workbook_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The return as a workbook, as its draft stands."""
    return_ = get_visible_or_404(Return.objects.select_related(*PARTS), request.user, pk=pk)
    require_loader(return_, request.user)
    if return_.draft is None:
        raise NotReady(lock_of(return_).sentence)
    data = write_return(outgoing(return_, request.user))
    return as_workbook(data, file_name_of(return_))


@require_GET
@signed_in
def workbook_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What did my file say?"""
    return _detail(request, _visible(request, pk))


@require_POST
@signed_in
@takes(ReceivedForm)
def workbook_load(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the file into the draft, as it is read now."""
    row = _visible(request, pk)
    form = _form(request, row, request.POST, request.FILES)
    if not form.is_valid():
        return _detail(request, row, form, status=422)
    said = form.cleaned_data
    try:
        scan = check(said["scan"].read(), said["scan"].name, SCANS) if said.get("scan") else None
        _, reading = read_again(row, _open(row), request.user)
        loaded = workbooks.load(
            workbook=row,
            reading=reading,
            partly=said["partly"],
            overwrite=said["overwrite"],
            filled_by=said.get("filled_by", ""),
            came_by=said.get("came_by", ""),
            scan=scan,
            by=request.user,
        )
    except (Invalid, NotReady, Conflict) as refused:
        return _detail(request, row, form, refused.message, refused.status)
    count = len(reading.unread)
    left = f"，另有 {count} 格没有载入，已在表中标出，请在页面上填写" if count else ""
    messages.success(request, f"已载入“{loaded.file_name}”{left}。请核对后报送。")
    if loaded.is_received:
        return redirect("targets:workbook", pk)
    return redirect("targets:return", row.return_of_id)


@require_POST
@signed_in
@takes()
def workbook_drop(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    try:
        workbooks.drop(workbook=row, by=request.user)
    except NotReady as refused:
        messages.warning(request, refused.message)
        return redirect("targets:workbook", pk)
    messages.success(request, f"已放弃“{row.file_name}”，没有载入任何内容。")
    return redirect("targets:return-workbook", row.return_of_id)


@require_POST
@signed_in
@takes()
def workbook_marked(request: HttpRequest, pk: int) -> HttpResponse:
    """The same file with what is wrong marked in it."""
    row = _visible(request, pk)
    return_ = _open(row)
    data, reading = read_again(row, return_, request.user)
    outlook = workbooks.look(return_=return_, reading=reading, by=request.user)
    workbooks.hand_back(workbook=row, by=request.user)
    return as_workbook(marked(data, reading, outlook), f"{row.file_name.rpartition('.')[0]}（标注）.xlsx")


@moves
@takes("state")
def return_receive(request: HttpRequest, return_: Return) -> HttpResponse:
    """代录报送."""
    try:
        returns.receive(return_=return_, expected=whole(request.POST.get("state", "")), by=request.user)
    except Invalid as refused:
        raise NotReady(f"{refused.message}{'；'.join(text for _, text in refused.errors)}") from refused
    messages.success(request, "已代录报送。")
    return redirect("targets:return", return_.pk)


def as_workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPE)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def file_name_of(return_: Return) -> str:
    """Told apart in a folder of all of them."""
    label = Period.parse(return_.cycle.period).label
    plain = f"{return_.park_code or return_.filer.code}-{return_.subject_name}-{label}-{return_.cycle.template.name}"
    return f"{''.join(letter for letter in plain if letter not in '/:*?|<>' and letter.isprintable())[:90]}.xlsx"


def _visible(request: HttpRequest, pk: int) -> ReturnWorkbook:
    rows = ReturnWorkbook.objects.select_related(*(f"return_of__{part}" for part in PARTS), "owner", "batch")
    return get_visible_or_404(rows, request.user, pk=pk)


def _open(row: ReturnWorkbook) -> Return:
    if row.return_of.draft is None:
        raise NotReady(lock_of(row.return_of).sentence)
    return row.return_of


def _form(request: HttpRequest, row: ReturnWorkbook, *sent) -> LoadForm:
    """For a file of his own a person is asked nothing."""
    if request.user.may(Permission.RETURN_FILE, row.return_of):
        return LoadForm(*sent[:1])
    named = row.report.get("names", {}).get("preparer", "")
    return ReceivedForm(*sent, initial={"filled_by": named})


def _page(
    request: HttpRequest, return_: Return, form: WorkbookForm, message: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "form": form,
        "lock": lock_of(return_),
        "open": return_.draft is not None,
        "rows": return_.workbooks.select_related("owner")[:SHOWN],
        "message": message,
        "errors": [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts],
    }
    return render(request, "targets/workbook_page.html", context, status=status)


def _detail(
    request: HttpRequest, row: ReturnWorkbook, form: LoadForm | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    form = form or _form(request, row)
    return_ = row.return_of
    waiting = row.state in {WorkbookState.READY, WorkbookState.FAULTY}
    lock = lock_of(return_)
    context = {
        "book": row,
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "report": row.report,
        "form": form,
        "asks_filler": isinstance(form, ReceivedForm),
        "waiting": waiting and lock is None,
        "lock": lock if waiting else None,
        "files": Attachment.objects.of(ON_WORKBOOK, row).select_related("file"),
        "receive": _receive_step(return_, row, request),
        "message": message,
        "errors": [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts],
    }
    return render(request, "targets/workbook_detail.html", context, status=status)


def _receive_step(return_: Return, row: ReturnWorkbook, request: HttpRequest) -> NextStep | None:
    """代录报送, where this file is what the draft was loaded from."""
    if not row.is_received or row.version_id != return_.draft_id:
        return None
    return next((each for each in next_steps(return_, request.user) if each.verb == Verb.RECEIVE), None)
