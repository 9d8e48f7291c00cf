"""名单比对 of a bureau's return: the rosters out, counts and park totals back, what stands now."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.exchange.writer import TYPE
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.web.posted import takes
from guandu.web.views import signed_in
from parks.actions.exports import purpose_of
from targets.actions import matches
from targets.actions.attached import refuse_evidence
from targets.forms import whole
from targets.forms_match import Filled, MatchForm, PurposeForm, read_filled, write_rosters
from targets.models import Return
from targets.queries.locks import lock_of
from targets.queries.match_rosters import rosters_of
from targets.queries.matches import matches_of, takes_rosters
from targets.queries.next_steps import duties
from targets.views.evidence import put_errors
from targets.views.one_return import visible_return
from targets.workflow import Verb

MOST_FAULTS = 100


def _matched_return(request: HttpRequest, pk: int) -> Return:
    return_ = visible_return(request, pk)
    if not takes_rosters(return_):
        raise Http404
    return return_


@require_http_methods(["GET", "POST"])
@signed_in
@takes(MatchForm)
def match_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How many of the parks' firms has this bureau found, and what of them?"""
    return_ = _matched_return(request, pk)
    if request.method == "GET":
        return _page(request, return_)
    refuse_evidence(return_, request.user)
    form = MatchForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, return_, form=form, status=422)
    try:
        filled = _take(request, return_, form)
    except (Invalid, NotReady, Conflict) as refused:
        return _page(request, return_, form=form, message=put_errors(form, refused), status=refused.status)
    if filled.faults:
        return _page(request, return_, form=form, faults=filled.faults, status=422)
    left = f"；{len(filled.blank)} 个园区整行未填，保持原样" if filled.blank else ""
    messages.success(request, f"已写入 {len(filled.rows)} 个园区的匹配户数和汇总数{left}。")
    return redirect("targets:match", pk)


def _take(request: HttpRequest, return_: Return, form: MatchForm) -> Filled:
    """Read the file, and write it where nothing in it is wrong."""
    sent = form.cleaned_data["file"]
    file = check(sent.read(), sent.name, (XLSX,))
    filled = read_filled(file.data, file.name, return_)
    reason = form.cleaned_data["reason"]
    matches.refuse_moved(return_, filled.issued, reason)
    if filled.faults:
        return filled
    if not filled.rows:
        raise Invalid("“汇总回填”表还没有填写。请填好匹配户数、未匹配户数和汇总数后再上传。")
    matches.match(
        return_=return_, rows=filled.rows, issued=filled.issued, file=file, reason=reason,
        counter=whole(form.cleaned_data["counter"]), by=request.user,
    )  # fmt: skip
    return filled


@require_POST
@signed_in
@takes(PurposeForm)
def match_export(request: HttpRequest, pk: int) -> HttpResponse:
    return_ = _matched_return(request, pk)
    if not matches.may_export(return_, request.user):
        require(request.user, Permission.RETURN_FILE, return_, to=matches.TO_EXPORT)
    form = PurposeForm(request.POST)
    try:
        purpose = purpose_of(request.POST.get("purpose", ""))
    except Invalid as refused:
        form.is_valid()
        put_errors(form, refused)
        return _page(request, return_, purpose=form, status=refused.status)
    rosters = rosters_of(return_)
    data = write_rosters(return_, rosters, _mark(request, purpose))
    count = sum(len(each.firms) + len(each.pending) for each in rosters.values())
    matches.export(return_=return_, purpose=purpose, count=count, by=request.user)
    name = f"{return_.cycle.template.name}名单比对-{return_.cycle.period}.xlsx"
    return FileResponse(BytesIO(data), as_attachment=True, filename=name, content_type=TYPE)


def _mark(request: HttpRequest, purpose: str) -> str:
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    user = request.user
    return f"内部资料。{user.actor_name}（{user.actor_key}）于 {at} 导出，用途：{purpose}。"


def _page(
    request: HttpRequest, return_: Return, *, form: MatchForm | None = None, purpose: PurposeForm | None = None,
    message: str = "", faults: tuple[str, ...] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    files = any(step.verb == Verb.FILE for step in duties(return_, request.user))
    lock = lock_of(return_) if files else None
    editable = files and lock is None
    version = return_.draft if editable else return_.filed
    found = matches_of(version)
    rows = [(each, found.get(code)) for code, each in rosters_of(return_).items()]
    forms = [each for each in (form, purpose) if each]
    counter = version.change_counter if version else ""
    context = {
        "return": return_,
        "period": Period.parse(return_.cycle.period),
        "rows": rows,
        "listed": sum(len(each.firms) for each, _ in rows),
        "pending": sum(len(each.pending) for each, _ in rows),
        "found": list(found.values()),
        "files": list({each.file_id: each.file for each in found.values()}.values()),
        "matched": sum(each.matched for each in found.values()),
        "asked": sum(each.listed for each in found.values()),
        "editable": editable,
        "lock": lock,
        "exports": matches.may_export(return_, request.user),
        "form": form or MatchForm(initial={"counter": counter}),
        "purpose": purpose or PurposeForm(),
        "message": message,
        "errors": [(f"id_{name}", text) for each in forms for name, texts in each.errors.items() for text in texts],
        "faults": faults[:MOST_FAULTS],
        "fault_count": len(faults),
    }
    return render(request, "targets/match.html", context, status=status)
