"""国民经济行业分类: read by everybody; its 中类 and 小类 come by the register's import."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.web.views import permission_required
from parks.enums import IndustryLevel
from parks.models import Industry
from parks.queries.industries import industries_for

PAGE = 100
LONGEST = 40

reader = permission_required(Permission.REFERENCE_VIEW, to="查看行业分类")


@reader
@require_GET
def industry_list(request: HttpRequest) -> HttpResponse:
    asked = {name: request.GET.get(name, "")[:LONGEST] for name in ("level", "section", "text")}
    sections = Industry.objects.visible_to(request.user).filter(level=IndustryLevel.SECTION).order_by("code")
    context = {
        "page": Paginator(industries_for(request.user, **asked), PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "levels": IndustryLevel.choices,
        "sections": sections,
        "may_edit": request.user.may(Permission.REFERENCE_EDIT),
    }
    return render(request, "enterprises/industries.html", context)
