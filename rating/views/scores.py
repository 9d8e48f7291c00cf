"""星级评定: every park's trial score, one score explained, and computing them again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from rating.actions import assessments
from rating.models import Assessment
from rating.queries import scores
from rating.queries.explained import explained
from rating.queries.score_papers import score_paper
from targets.models import Publication
from targets.queries.work_builders import office_name
from targets.views.paper_files import demand_form, paper_file

UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)

viewer = permission_required(Permission.ASSESSMENT_VIEW, to="查看星级试算")
runner = permission_required(Permission.ASSESSMENT_RUN, to="发起星级试算")


@viewer
@require_GET
def score_list(request: HttpRequest) -> HttpResponse:
    """Every park the person may see, for one quarter under a scheme in use."""
    scheme, schemes = scores.scheme_to_list(request.GET.get("scheme"))
    quarters = scores.scored_quarters(scheme, request.user) if scheme else []
    if not quarters:
        near = scores.may_see_nearness(request.user)
        return render(request, "rating/list.html", {"scheme": scheme, "schemes": schemes, "near": near})
    quarter = _chosen(request.GET.get("period"), quarters)
    table = scores.score_table(scheme, quarter, request.user)
    near = scores.may_see_nearness(request.user)
    context = {
        "scheme": scheme,
        "schemes": schemes,
        "quarters": quarters,
        "quarter": quarter,
        "table": table,
        "near": near,
        "grades": scores.grade_counts(table.rows) if near else (),
        "publications": scores.publications_of(quarter, request.user) if near else (),
    }
    return render(request, "rating/list.html", context | (_progress(quarter) if near else {}))


@viewer
@require_GET
def score_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one score comes from, down to the sources, and what has moved since."""
    score = explained(visible(request, pk), request.user)
    context = {"score": score}
    return render(request, "rating/detail.html", context | (_progress(score.quarter) if score.near else {}))


@viewer
@require_GET
def score_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The explained score as Word or PDF, for whoever sees the score."""
    demand_form(form)
    score = explained(visible(request, pk), request.user)
    name = score.assessment.park.name
    return paper_file(score_paper(score, office_name()), form, f"{name}{score.quarter.label}星级试算得分说明")


def visible(request: HttpRequest, pk: int) -> Assessment:
    rows = Assessment.objects.select_related("park", "scheme", "publication")
    return get_visible_or_404(rows, request.user, pk=pk)


@runner
@require_POST
@takes("period", "publication")
def recompute(request: HttpRequest) -> HttpResponse:
    """Queue the trial scores of the posted quarter again, from the 核定 figures or from one 期次 of it."""
    quarter = Period.parse(request.POST.get("period", ""))
    publication = _publication(request)
    assessments.ask_trial(period=quarter, publication=publication, by=request.user)
    read = f"，取数：{publication}" if publication else ""
    messages.success(request, f"已开始重新试算{quarter.label}{read}，完成后本页自动更新。")
    return redirect(_list_url(quarter))


def _publication(request: HttpRequest) -> Publication | None:
    number = request.POST.get("publication", "")
    if not number:
        return None
    is_number = number.isascii() and number.isdigit() and len(number) < 18
    found = Publication.objects.visible_to(request.user).filter(pk=number).first() if is_number else None
    if found is None:
        raise Invalid("没有这个期次，请从列出的期次中选择。")
    return found


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
