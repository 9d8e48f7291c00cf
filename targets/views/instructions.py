"""领导批示: what was asked of whom, how far the units are, what is answered."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import instructions
from targets.enums_tasks import FeedbackState
from targets.forms_tasks import FeedbackForm, InstructionFilter, InstructionForm
from targets.models import Instruction
from targets.queries.instructions import WARNING, gathered, instructions_of, parts_of
from targets.queries.tasks import STATE_TONES, TONES
from targets.views.evidence import put_errors
from targets.views.plan_terms import errors_of
from targets.views.task_pages import reader

PAGE = 50
FEEDBACK_TONES = {FeedbackState.NONE: "idle", FeedbackState.DRAFT: "active", FeedbackState.SENT: "done"}
enterer = permission_required(Permission.INSTRUCTION_ENTER, to="登记领导批示")


@require_GET
@reader
def instruction_list(request: HttpRequest) -> HttpResponse:
    """Which 批示 are still to be answered?"""
    form = InstructionFilter(request.GET)
    chosen = form.chosen()
    rows = instructions_of(request.user)
    if "q" in chosen:
        rows = rows.filter(Q(title__icontains=chosen["q"]) | Q(leader__icontains=chosen["q"]))
    paged = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": paged,
        "rows": [(each, FEEDBACK_TONES[each.feedback_state]) for each in paged],
        "waiting": Instruction.objects.visible_to(request.user).exclude(feedback_state=FeedbackState.SENT).count(),
        "enters": request.user.may(Permission.INSTRUCTION_ENTER),
        "today": clock.today(),
        "warning": WARNING,
    }
    return render(request, "targets/instructions/list.html", context)


@require_http_methods(["GET", "POST"])
@enterer
@takes(InstructionForm)
def instruction_new(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _form_page(request, InstructionForm(initial={"given_on": clock.today()}))
    form = InstructionForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        row = instructions.enter(by=request.user, **form.cleaned_data)
    except (Invalid, Conflict) as refused:
        return _form_page(request, form, put_errors(form, refused, "title"), refused.status)
    messages.success(request, "已登记批示，并向承办单位交办任务。")
    return redirect("targets:instruction", row.pk)


def _form_page(request: HttpRequest, form: Form, message: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "errors": errors_of([form]), "message": message, "warning": WARNING}
    return render(request, "targets/instructions/new.html", context, status=status)


def _visible(request: HttpRequest, pk: int) -> Instruction:
    return get_visible_or_404(Instruction.objects.all(), request.user, pk=pk)


@require_GET
@reader
def instruction_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked, how far are the units, what was answered?"""
    return _page(request, _visible(request, pk))


def _page(
    request: HttpRequest, row: Instruction, form: FeedbackForm | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    user = request.user
    enters = user.may(Permission.INSTRUCTION_ENTER)
    if enters and form is None:
        form = FeedbackForm(initial={"text": row.feedback or gathered(row, user), "seen": row.version})
    context = {
        "row": row,
        "tone": FEEDBACK_TONES[row.feedback_state],
        "parts": [
            (part, TONES[part.task.light], STATE_TONES[part.task.state]) for part in parts_of(row, user)
        ],
        "fresh": gathered(row, user) if enters and row.feedback else "",
        "enters": enters,
        "form": form,
        "errors": errors_of([form]) if form else [],
        "message": message,
        "today": clock.today(),
        "warning": WARNING,
    }
    return render(request, "targets/instructions/instruction.html", context, status=status)


@require_POST
@enterer
@takes(FeedbackForm)
def instruction_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _visible(request, pk), FeedbackForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        instructions.draft(instruction=row, by=request.user, **form.cleaned_data)
    except (Invalid, Conflict) as refused:
        return _page(request, row, form, put_errors(form, refused, "text"), refused.status)
    messages.success(request, "已保存反馈稿。")
    return redirect("targets:instruction", pk)


@require_POST
@enterer
@takes("seen")
def instruction_send(request: HttpRequest, pk: int) -> HttpResponse:
    row = _visible(request, pk)
    seen = request.POST.get("seen", "")
    try:
        instructions.send(instruction=row, seen=int(seen) if seen.isdecimal() else None, by=request.user)
    except (Conflict, NotReady) as refused:
        return _page(request, row, None, refused.message, refused.status)
    messages.success(request, "反馈稿已报送。")
    return redirect("targets:instruction", pk)
