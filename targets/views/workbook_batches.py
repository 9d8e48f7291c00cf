"""代收代录: the workbooks of a cycle handed out at once, and what came back of them taken in at once."""

import zipfile
from collections.abc import Iterator
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotReady
from guandu.core.periods import Period
from guandu.exchange.bundles import bundle_of, bundled, count_of
from guandu.files.inspection import Checked
from guandu.files.kinds import BUNDLE
from guandu.files.models import Attachment
from guandu.jobs.models import Job
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import workbook_batches, workbooks
from targets.actions.attached import ON_BATCH
from targets.enums import BatchState, WorkbookState
from targets.exchange.return_writer import write_return
from targets.forms import whole
from targets.forms_workbooks import BatchForm, HandOutForm, LoadManyForm
from targets.models import Cycle, Return, ReturnWorkbook, WorkbookBatch
from targets.queries.workbooks import outgoing, to_hand_out
from targets.views.evidence import put_errors
from targets.views.workbooks import file_name_of

NAME = "n-"
SHOWN = 20
receives = permission_required(Permission.RETURN_RECEIVE, to="代收报送工作簿")


@require_http_methods(["GET", "POST"])
@receives
@takes(BatchForm)
def batch_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Which workbooks go out for this cycle, and what came back?"""
    cycle = get_visible_or_404(Cycle.objects.select_related("template"), request.user, pk=pk)
    if request.method == "GET":
        return _list(request, cycle, BatchForm())
    form = BatchForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, cycle, form, status=422)
    try:
        file = _one_file(form.cleaned_data["file"])
        row = workbook_batches.keep(cycle=cycle, file=file, count=count_of(file.data), by=request.user)
    except (Invalid, NotReady) as refused:
        return _list(request, cycle, form, put_errors(form, refused), refused.status)
    return redirect("targets:workbook-batch", row.pk)


def _one_file(files: list) -> Checked:
    if len(files) == 1 and files[0].name.lower().endswith(".zip"):
        return bundle_of(files[0].read(), files[0].name)
    if any(each.name.lower().endswith(".zip") for each in files):
        raise Invalid("压缩包请单独上传，不和工作簿一起选。")
    name = f"{files[0].name.rpartition('.')[0][:60]}等{len(files)}份.zip"
    return bundle_of(bundled((each.name, each.read()) for each in files), name)


@require_POST
@receives
@takes(HandOutForm)
def batch_hand_out(request: HttpRequest, pk: int) -> HttpResponse:
    """All workbooks of the cycle as one zip, made while it is sent."""
    cycle = get_visible_or_404(Cycle.objects.select_related("template"), request.user, pk=pk)
    form = HandOutForm(request.POST)
    returns, _ = to_hand_out(cycle, request.user)
    try:
        if not form.is_valid():
            raise Invalid("请写明用途。", errors=[("purpose", "请写明用途。")])
        workbooks.hand_out(cycle=cycle, returns=returns, purpose=form.cleaned_data["purpose"], by=request.user)
    except (Invalid, NotReady) as refused:
        return _list(request, cycle, BatchForm(), refused.message, refused.status)
    name = f"{Period.parse(cycle.period).label}{cycle.template.name}工作簿.zip"
    response = StreamingHttpResponse(_zipped(returns, request), content_type=BUNDLE.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def _zipped(returns: list[Return], request: HttpRequest) -> Iterator[bytes]:
    """The zip piece by piece: a workbook is made when it is its turn."""
    stream = _Pieces()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for return_ in returns:
            book.writestr(file_name_of(return_), write_return(outgoing(return_, request.user)))
            yield stream.taken()
    yield stream.taken()


class _Pieces:
    """What was written since it was last taken. It cannot be sought in, so that a zip is written forwards only."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.data.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> bytes:
        data, self.data = b"".join(self.data), []
        return data


@require_GET
@receives
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Which return is each file for, and can it be loaded?"""
    return _detail(request, _visible(request, pk), LoadManyForm())


@require_POST
@receives
@takes(LoadManyForm, "pick", prefixes=(NAME,))
def batch_load(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    form = LoadManyForm(request.POST)
    if not form.is_valid():
        return _detail(request, row, form, "请从列表中选择收件方式。", status=422)
    picks = [key for each in request.POST.getlist("pick") if (key := whole(each)) is not None]
    names = {
        number: text
        for key, text in request.POST.items()
        if key.startswith(NAME) and (number := whole(key.removeprefix(NAME))) is not None
    }
    said = form.cleaned_data
    try:
        workbook_batches.send(
            batch=row, picks=picks, names=names, came_by=said["came_by"], files=said["files"], by=request.user
        )
    except (Invalid, NotReady) as refused:
        return _detail(request, row, form, refused.message, refused.status, getattr(refused, "errors", ()))
    messages.success(request, f"正在载入 {len(picks)} 份工作簿，可以离开本页。")
    return redirect("targets:workbook-batch", pk)


def _visible(request: HttpRequest, pk: int) -> WorkbookBatch:
    return get_visible_or_404(WorkbookBatch.objects.select_related("cycle__template", "owner"), request.user, pk=pk)


def _list(
    request: HttpRequest, cycle: Cycle, form: BatchForm, message: str = "", status: int = 200
) -> HttpResponse:
    returns, typed = to_hand_out(cycle, request.user)
    context = {
        "cycle": cycle,
        "period": Period.parse(cycle.period),
        "form": form,
        "hand_out": HandOutForm(),
        "returns": returns,
        "typed": typed,
        "batches": cycle.workbook_batches.select_related("owner")[:SHOWN],
        "message": message,
        "errors": [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts],
    }
    return render(request, "targets/workbook_batches.html", context, status=status)


def _detail(
    request: HttpRequest, row: WorkbookBatch, form: LoadManyForm, message: str = "", status: int = 200, errors=()
) -> HttpResponse:
    books = list(row.workbooks.select_related("return_of").order_by("return_of__park_code", "pk"))
    at_work = row.state != BatchState.READ
    job = Job.objects.visible_to(request.user).filter(pk=row.job_number).first()
    context = {
        "batch": row,
        "period": Period.parse(row.cycle.period),
        "books": [(book, _name(request, book), _waits(book)) for book in books],
        "loadable": not at_work and any(_waits(book) for book in books),
        "counts": _counts(books),
        "form": form,
        "job": job,
        "may_retry": bool(job) and job.waits_for_retry_by(request.user),
        "at_work": at_work,
        "file": Attachment.objects.of(ON_BATCH, row).select_related("file").first(),
        "message": message,
        "errors": errors,
    }
    return render(request, "targets/workbook_batch.html", context, status=status)


def _waits(book: ReturnWorkbook) -> bool:
    return book.state == WorkbookState.READY or book.state == WorkbookState.LOADED and book.return_of.is_open


def _name(request: HttpRequest, book: ReturnWorkbook) -> str:
    """Who filled it in: as just typed, as loaded, else as the workbook says."""
    typed = request.POST.get(f"{NAME}{book.pk}")
    return typed if typed is not None else book.filled_by or book.report.get("names", {}).get("preparer", "")


def _counts(books: list[ReturnWorkbook]) -> dict[str, int]:
    return {state: sum(book.state == state for book in books) for state in WorkbookState.values}
