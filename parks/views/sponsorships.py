"""包保: who answers for each park on a day, and where nobody does."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from parks.actions import placements
from parks.forms import SponsorshipForm
from parks.forms_duty import DutyFilter, SponsorForm
from parks.models import Park
from parks.queries.sponsorships import duties_on
from parks.views.form_pages import FormPage, form_page

viewer = permission_required(Permission.PARK_VIEW, to="查看包保")
editor = permission_required(Permission.PARK_EDIT, to="调整包保")


@viewer
@require_GET
def duty_list(request: HttpRequest) -> HttpResponse:
    """Who answers for which park, and which park has nobody?"""
    chosen = DutyFilter(request.GET)
    every = duties_on(request.user, chosen.day)
    department = chosen.said("department")
    rows = [
        duty
        for duty in every
        if (not department or (duty.sponsorship and duty.sponsorship.department.code == department))
        and (not chosen.said("gaps") or duty.gaps)
    ]
    context = {
        "filter": chosen,
        "day": chosen.day,
        "rows": rows,
        "count": len(every),
        "none": sum(duty.sponsorship is None for duty in every),
        "some": sum(bool(duty.gaps) and duty.sponsorship is not None for duty in every),
        "may_edit": request.user.may(Permission.PARK_EDIT),
    }
    return render(request, "parks/sponsorships.html", context)


@editor
@require_http_methods(["GET", "POST"])
@takes(SponsorForm)
def duty_change(request: HttpRequest, code: str) -> HttpResponse:
    park = get_visible_or_404(Park.objects.all(), request.user, Permission.PARK_EDIT, code=code)
    form = SponsorForm(request.POST or None, initial=SponsorshipForm.current(park))
    back = reverse("duties:sponsorships")

    def run() -> tuple[str, str]:
        duty = placements.sponsor(park=park, by=request.user, **form.cleaned_data)
        return f"{park.name}自 {duty.valid_from} 起由{duty.department.name}包保。", back

    page = FormPage("调整包保", "原包保到起始日期的前一日为止，历史保留。", "保存", back, park=park, trail=(("包保", back),))
    return form_page(request, form, page, run)
