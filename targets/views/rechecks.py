"""复核: what would the checks of another version of the form say of the files that were loaded?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from targets.actions import rechecks
from targets.enums import BatchState
from targets.forms import whole
from targets.models import Cycle, Recheck, ReturnTemplate
from targets.queries.rechecks import rules_for
from targets.views.workbook_batches import receives

SHOWN = 20


@require_http_methods(["GET", "POST"])
@receives
@takes("rules")
def recheck_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Which rechecks of this cycle were made; ask for one more."""
    cycle = get_visible_or_404(Cycle.objects.select_related("template"), request.user, pk=pk)
    if request.method == "GET":
        return _list(request, cycle)
    rules = ReturnTemplate.objects.visible_to(request.user).filter(pk=whole(request.POST.get("rules", ""))).first()
    if rules is None:
        return _list(request, cycle, "请选择按哪一版的审核关系复核。", 422)
    try:
        row = rechecks.ask(cycle=cycle, rules=rules, by=request.user)
    except Invalid as refused:
        return _list(request, cycle, refused.message, refused.status)
    return redirect("targets:recheck", row.pk)


@require_GET
@receives
def recheck_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found?"""
    rows = Recheck.objects.select_related("cycle__template", "rules", "owner")
    row = get_visible_or_404(rows, request.user, pk=pk)
    job = Job.objects.visible_to(request.user).filter(pk=row.job_number).first()
    context = {
        "recheck": row,
        "period": Period.parse(row.cycle.period),
        "report": row.report,
        "at_work": row.state == BatchState.READING,
        "job": job,
        "may_retry": bool(job) and job.waits_for_retry_by(request.user),
    }
    return render(request, "targets/recheck.html", context)


def _list(request: HttpRequest, cycle: Cycle, message: str = "", status: int = 200) -> HttpResponse:
    context = {
        "cycle": cycle,
        "period": Period.parse(cycle.period),
        "rules": rules_for(cycle),
        "rows": cycle.rechecks.select_related("rules", "owner")[:SHOWN],
        "message": message,
        "errors": [("id_rules", message)] if message else [],
    }
    return render(request, "targets/rechecks.html", context, status=status)
