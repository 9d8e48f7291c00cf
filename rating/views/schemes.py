"""评定方案, the office's: every version and its life, what one says, what two say differently, and who has which."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.exchange.writer import TYPE
from guandu.files.names import harmless_name
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from rating.actions import schemes
from rating.exchange.scheme_files import read_scheme, text_of
from rating.exchange.scheme_workbook import write_scheme
from rating.forms_schemes import PublishForm, RetireForm, ScopeEndForm, ScopeForm, UploadForm
from rating.models import Scheme, SchemeScope
from rating.queries import schemes as queries

editor = permission_required(Permission.ASSESSMENT_RUN, to="管理评定方案")
REFUSALS = (Conflict, Invalid, NotReady)


def _scheme(request: HttpRequest, pk: int | str) -> Scheme:
    return get_visible_or_404(Scheme.objects, request.user, pk=pk)


@require_GET
@editor
def scheme_list(request: HttpRequest) -> HttpResponse:
    """Which schemes are there, which is in use, and for whom?"""
    return _list(request)


@require_POST
@editor
@takes(UploadForm)
def scheme_upload(request: HttpRequest) -> HttpResponse:
    """A file becomes a version that is kept and not in use; what is wrong in it stands in a table, by cell or line."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, upload=form, status=422)
    sent = form.cleaned_data["file"]
    data, name = sent.read(), harmless_name(sent.name)
    try:
        read_scheme(data, name)
        scheme, new = schemes.receive(text=text_of(data, name), by=request.user)
    except REFUSALS as refused:
        found = list(getattr(refused, "errors", ()))
        return _list(request, upload=form, wrong=found, message=refused.message, status=refused.status)
    said = "已载入，尚未启用。可先在全部园区上模拟。" if new else "这个版本已经载入过，内容相同。"
    messages.success(request, said)
    return redirect("rating:scheme", scheme.pk)


@require_GET
@editor
def scheme_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this version say, and what may be done with it?"""
    return _page(request, _scheme(request, pk))


@require_GET
@editor
def scheme_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The version as the workbook that officials edit and send in again."""
    scheme = _scheme(request, pk)
    return _file(scheme, write_scheme(scheme.text), TYPE, "xlsx")


@require_GET
@editor
def scheme_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The version as the text that it was loaded from."""
    scheme = _scheme(request, pk)
    return _file(scheme, scheme.text.encode(), "application/yaml; charset=utf-8", "yaml")


def _file(scheme: Scheme, data: bytes, content_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    name = quote(f"{scheme.title}（{scheme.version}）.{ending}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_GET
@editor
def scheme_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this version say otherwise than another; without a choice, than the one in use?"""
    new = _scheme(request, pk)
    asked = request.GET.get("with")
    old = _scheme(request, asked) if asked else queries.beside(new)
    context = {"old": old, "new": new, "changes": queries.changes(old, new)}
    return render(request, "rating/scheme_changes.html", context)


@require_POST
@editor
@takes()
def scheme_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Trial scores are taken by this version from now on."""
    scheme = _scheme(request, pk)
    return _moved(request, scheme, {}, partial(schemes.adopt, scheme=scheme), "已启用，最近一期正在重新试算。")


@require_POST
@editor
@takes(PublishForm)
def scheme_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The document by which it was issued is registered."""
    scheme, form = _scheme(request, pk), PublishForm(request.POST, auto_id="publish_%s")
    return _moved(request, scheme, {"publish": form}, partial(schemes.publish, scheme=scheme), "已登记印发。")


@require_POST
@editor
@takes(RetireForm)
def scheme_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """No new score is taken by it."""
    scheme, form = _scheme(request, pk), RetireForm(request.POST, auto_id="retire_%s")
    said = "已停用。以往的试算结果保留不变。"
    return _moved(request, scheme, {"retire": form}, partial(schemes.retire, scheme=scheme), said)


@require_POST
@editor
@takes("carrier", "chain", "scheme_code", "on")
def scope_assign(request: HttpRequest) -> HttpResponse:
    """A class of parks is given a scheme from a day on."""
    form = _scope_form(request.POST)
    if not form.is_valid():
        return _list(request, scope=form, status=422)
    given = form.cleaned_data
    try:
        schemes.assign(
            scheme_code=given["scheme_code"], carrier=given["carrier"], chain_code=given["chain"], on=given["on"],
            by=request.user,
        )  # fmt: skip
    except REFUSALS as refused:
        return _list(request, scope=form, message=_put(form, refused), status=refused.status)
    messages.success(request, "已设置适用范围，下一次试算起按此计分。")
    return redirect("rating:schemes")


@require_POST
@editor
@takes(ScopeEndForm)
def scope_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A line of 适用范围 ends."""
    scope = get_visible_or_404(SchemeScope.objects, request.user, pk=pk)
    form = ScopeEndForm(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _list(request, ending=(pk, form), status=422)
    try:
        schemes.unassign(scope=scope, on=form.cleaned_data["on"], by=request.user)
    except REFUSALS as refused:
        return _list(request, ending=(pk, form), message=_put(form, refused), status=refused.status)
    messages.success(request, "已终止这一条适用范围。")
    return redirect("rating:schemes")


def _moved(request: HttpRequest, scheme: Scheme, sent: dict[str, Form], write: Callable, said: str) -> HttpResponse:
    form = next(iter(sent.values()), None)
    if form is not None and not form.is_valid():
        return _page(request, scheme, sent, status=422)
    try:
        write(by=request.user, **(form.cleaned_data if form else {}))
    except REFUSALS as refused:
        return _page(request, scheme, sent, message=_put(form, refused), missing=getattr(refused, "missing", ()), status=refused.status)
    messages.success(request, said)
    return redirect("rating:scheme", scheme.pk)


def _put(form: Form | None, refused: Exception) -> str:
    """The sentences of a refusal at the form's fields; the message that stands above them."""
    for name, text in getattr(refused, "errors", ()):
        if form is not None and name in form.fields:
            form.add_error(name, text)
    return refused.message


def _scope_form(data=None) -> ScopeForm:
    codes = list(dict.fromkeys(Scheme.objects.order_by("code", "-loaded_at").values_list("code", flat=True)))
    titles = dict(Scheme.objects.order_by("loaded_at").values_list("code", "title"))
    return ScopeForm(
        data, codes=[(code, f"{titles[code]}（{code}）") for code in codes], chains=queries.chain_choices(), auto_id="scope_%s"
    )


def _list(
    request: HttpRequest,
    upload: UploadForm | None = None,
    scope: ScopeForm | None = None,
    ending: tuple[int, ScopeEndForm] | None = None,
    wrong: Any = (),
    message: str = "",
    status: int = 200,
) -> HttpResponse:
    upload, scope = upload or UploadForm(auto_id="upload_%s"), scope or _scope_form()
    forms = [upload, scope, *([ending[1]] if ending else [])]
    chains = dict(queries.chain_choices())
    rows = queries.versions(request.user)
    titles = {row.scheme.code: row.scheme.title for row in rows}
    lines = [
        (
            each, titles.get(each.scheme_code, each.scheme_code), chains.get(each.chain_code, each.chain_code),
            ending[1] if ending and ending[0] == each.pk else ScopeEndForm(auto_id=f"end{each.pk}_%s"),
        )
        for each in queries.scopes()
    ]  # fmt: skip
    context = {
        "rows": rows, "upload": upload, "scope": scope, "lines": lines, "wrong": wrong, "message": message,
        "errors": errors_of(forms), "today": clock.today(),
    }  # fmt: skip
    return render(request, "rating/schemes.html", context, status=status)


def _page(
    request: HttpRequest,
    scheme: Scheme,
    sent: dict[str, Form] | None = None,
    message: str = "",
    missing: Any = (),
    status: int = 200,
) -> HttpResponse:
    sent = sent or {}
    rows = queries.versions(request.user)
    context = {
        "scheme": scheme,
        "row": next(row for row in rows if row.scheme.pk == scheme.pk),
        "others": [row.scheme for row in rows if row.scheme.pk != scheme.pk],
        "content": queries.content(scheme),
        "publish": sent.get("publish") or PublishForm(auto_id="publish_%s"),
        "retire": sent.get("retire") or RetireForm(auto_id="retire_%s"),
        "message": message,
        "errors": [*errors_of(sent.values()), *(("", each) for each in missing)],
    }
    return render(request, "rating/scheme.html", context, status=status)


def errors_of(forms: Any) -> list[tuple[str, str]]:
    """(anchor, sentence) of everything that is wrong in the forms, for the summary above them."""
    return [
        (form[name].id_for_label, text)
        for form in forms
        for name, texts in form.errors.items()
        if name in form.fields
        for text in texts
    ]
