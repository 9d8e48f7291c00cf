"""国民经济行业分类: read by everybody, its 中类 and 小类 imported by the office."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid
from guandu.web.views import permission_required
from parks.actions import industries
from parks.enums import IndustryLevel
from parks.forms_industries import IndustryUploadForm, read_industries
from parks.models import Industry
from parks.queries.industries import industries_for

PAGE = 100
LONGEST = 40

reader = permission_required(Permission.REFERENCE_VIEW, to="查看行业分类")
keeper = permission_required(Permission.REFERENCE_EDIT, to="导入行业分类")


@reader
@require_GET
def industry_list(request: HttpRequest) -> HttpResponse:
    return _page(request, IndustryUploadForm())


@keeper
@require_POST
def industry_import(request: HttpRequest) -> HttpResponse:
    """All of the file or nothing; every wrong cell is named."""
    form = IndustryUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    file = form.cleaned_data["file"]
    try:
        new, renamed = industries.enter_many(rows=read_industries(file.read(), file.name), by=request.user)
    except Invalid as refusal:
        return _page(request, form, refusal)
    messages.success(
        request,
        f"新增 {new} 条，改名 {renamed} 条。" if new or renamed else "与现有的行业分类一致，没有改动。",
    )
    return redirect("enterprises:industries")


def _page(request: HttpRequest, form: forms.Form, refusal: Invalid | None = None) -> HttpResponse:
    asked = {name: request.GET.get(name, "")[:LONGEST] for name in ("level", "section", "text")}
    sections = Industry.objects.visible_to(request.user).filter(level=IndustryLevel.SECTION).order_by("code")
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    if refusal:
        errors = [("", text) for _, text in refusal.errors]
    context = {
        "page": Paginator(industries_for(request.user, **asked), PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "levels": IndustryLevel.choices,
        "sections": sections,
        "form": form,
        "may_edit": request.user.may(Permission.REFERENCE_EDIT),
        "message": refusal.message if refusal else "",
        "errors": errors,
    }
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, "enterprises/industries.html", context, status=status)
