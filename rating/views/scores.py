"""星级评定: every park's trial score, one score explained, and computing them again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from rating.actions import assessments
from rating.models import Assessment
from rating.queries import scores

UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)

viewer = permission_required(Permission.ASSESSMENT_VIEW, to="查看星级试算")
runner = permission_required(Permission.ASSESSMENT_RUN, to="发起星级试算")


@viewer
@require_GET
def score_list(request: HttpRequest) -> HttpResponse:
    """Every park the person may see, for one quarter under the newest scheme."""
    scheme = scores.newest_scheme()
    quarters = scores.scored_quarters(scheme, request.user) if scheme else []
    if not quarters:
        return render(request, "rating/list.html", {"scheme": scheme})
    quarter = _chosen(request.GET.get("period"), quarters)
    table = scores.score_table(scheme, quarter, request.user)
    near = scores.may_see_nearness(request.user)
    context = {
        "scheme": scheme,
        "quarters": quarters,
        "quarter": quarter,
        "table": table,
        "near": near,
        "grades": scores.grade_counts(table.rows) if near else (),
    }
    return render(request, "rating/list.html", context | (_progress(quarter) if near else {}))


@viewer
@require_GET
def score_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one score comes from, down to the sources."""
    rows = Assessment.objects.select_related("park", "scheme").defer("facts")
    assessment = get_visible_or_404(rows, request.user, pk=pk)
    return render(request, "rating/detail.html", {"score": scores.explained(assessment, request.user)})


@runner
@require_POST
@takes("period")
def recompute(request: HttpRequest) -> HttpResponse:
    """Queue the trial scores of the posted quarter again."""
    quarter = Period.parse(request.POST.get("period", ""))
    assessments.ask_trial(period=quarter, by=request.user)
    messages.success(request, f"已开始重新试算{quarter.label}，完成后本页自动更新。")
    return redirect(_list_url(quarter))


@runner
@require_GET
def progress(request: HttpRequest, period: str) -> HttpResponse:
    """The job's line, asked for again until it ends; the page is then loaded anew."""
    quarter = Period.parse(period)
    context = _progress(quarter)
    if not request.htmx:
        return redirect(_list_url(quarter))
    response = render(request, "rating/_job.html", context)
    if not context["under_way"]:
        response["HX-Refresh"] = "true"
    return response


def _chosen(code: str | None, quarters: list[Period]) -> Period:
    if not code:
        return quarters[0]
    quarter = Period.parse(code)
    if quarter not in quarters:
        raise Http404
    return quarter


def _progress(quarter: Period) -> dict:
    job = scores.trial_job(quarter)
    return {"quarter": quarter, "job": job, "under_way": bool(job and job.state in UNDER_WAY)}


def _list_url(quarter: Period) -> str:
    return f"{reverse('rating:list')}?period={quarter.code}"
