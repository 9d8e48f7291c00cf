"""名单比对 of a bureau's return: the rosters out, counts and park totals back, what stands now."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

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
from targets.queries.match_rosters import rosters_of
from targets.queries.matches import matches_of, takes_rosters
from targets.views.evidence import put_errors
from targets.views.one_return import visible_return

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
    if not filled.faults and not filled.rows:
        raise Invalid("“汇总回填”表还没有填写。请填好匹配户数、未匹配户数和汇总数后再上传。")
    if not filled.faults:
        matches.match(
            return_=return_, rows=filled.rows, issued=filled.issued, file=file, reason=form.cleaned_data["reason"],
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
        return _page(request, return_, purpose=form, message=put_purpose(form, refused), status=refused.status)
    rosters = rosters_of(return_)
    data = write_rosters(return_, rosters, _mark(request, purpose))
    count = sum(len(each.firms) + len(each.pending) for each in rosters.values())
    matches.export(return_=return_, purpose=purpose, count=count, by=request.user)
    response = HttpResponse(data, content_type=TYPE)
    response["Content-Disposition"] = attachment_named(f"{return_.filer or return_.subject_name}名单比对-{return_.cycle.period}.xlsx")
    return response
