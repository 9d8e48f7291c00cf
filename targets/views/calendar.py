"""报送日历: which forms are asked of whom and when, and the office's button to ask for one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Invalid, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions.cycles import open_counted
from targets.models import ReturnTemplate
from targets.queries import calendar


@require_GET
@permission_required(Permission.RETURN_VIEW, to="查看报送日历")
def calendar_page(request: HttpRequest) -> HttpResponse:
    """When is which form due, and how far is it?"""
    today = clock.today()
    offered = calendar.years(today)
    year = _year(request.GET.get("year", ""), offered, today.year)
    entries = calendar.calendar(request.user, year)
    opens = request.user.may(Permission.CYCLE_OPEN)
    context = {
        "year": year,
        "years": offered,
        "rows": [
            {
                "entry": each,
                "late": each.is_due_to_open(today),
                "over": each.period.end <= today,
                "shut": bool(each.cycle and (each.cycle.closed_at or each.cycle.is_closed(today))),
                "behind": each.is_behind(today),
            }
            for each in entries
        ],
        "opens": opens,
        "late": [each for each in entries if each.is_due_to_open(today)] if opens else [],
        "today": today,
    }
    return render(request, "targets/calendar.html", context)


def _year(asked: str, offered: list[int], usual: int) -> int:
    if not asked:
        return usual
    if asked.isascii() and asked.isdigit() and int(asked[:6]) in offered:
        return int(asked)
    raise Invalid(f"没有“{asked[:20]}”年的报送日历，可选 {offered[0]} 至 {offered[-1]} 年。")


@require_POST
@permission_required(Permission.CYCLE_OPEN, to="布置报表")
@takes("template", "period")
def calendar_open(request: HttpRequest) -> HttpResponse:
    template = get_visible_or_404(
        ReturnTemplate.objects.all(), request.user, Permission.CYCLE_OPEN, pk=request.POST.get("template", "")
    )
    period = request.POST.get("period", "")
    try:
        opening = open_counted(template=template, period=period, by=request.user)
    except PortalError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, opening.sentence)
    year = period[:4] if period[:4].isascii() and period[:4].isdigit() else ""
    return redirect(f"{reverse('targets:calendar')}?year={year}" if year else "targets:calendar")
