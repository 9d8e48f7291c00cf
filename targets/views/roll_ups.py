"""数据汇总情况: how far each quarter's figures are, and asking for them again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions.figures import ask_rebuild, ask_roll_up
from targets.queries.drifts import latest_drifts
from targets.queries.roll_ups import rebuild_under_way, roll_ups, rolled_up_quarters

ALL = "all"

overseer = permission_required(Permission.RETURN_CONFIRM, to="查看数据汇总情况")


@overseer
@require_GET
def roll_up_list(request: HttpRequest) -> HttpResponse:
    """Which quarters' numbers are up to date, and which are not?"""
    rows = roll_ups(request.user)
    context = {
        "rows": rows,
        "works": sum(row.works for row in rows),
        "failed": sum(row.open is not None and not row.works for row in rows),
        "rebuilding": rebuild_under_way(),
        "drifts": latest_drifts(),
    }
    return render(request, "targets/roll_ups.html", context)


@overseer
@require_POST
@takes("period")
def roll_up_ask(request: HttpRequest) -> HttpResponse:
    """Have a quarter rolled up again, or all of them; what already waits is not asked for twice."""
    asked = request.POST.get("period", "")
    if asked == ALL:
        job = ask_rebuild(by=request.user)
        messages.success(request, f"已安排全部重算（计算批次 {job.pk}）。重算期间现有数据照常使用，完成后一次更换。")
        return redirect("targets:roll-ups")
    quarter = next((each for each in rolled_up_quarters() if each.code == asked), None)
    if quarter is None:
        raise Invalid("请从列表中选择报告期。")
    job = ask_roll_up(period=quarter, by=request.user)
    messages.success(request, f"{quarter.label}已安排重新汇总（计算批次 {job.pk}），完成后本页显示结果。")
    return redirect("targets:roll-ups")
