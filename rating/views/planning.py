"""What would change a park's score: values tried by hand, and the cheapest way to the next star. Nothing is kept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid, NotAllowed
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.views import permission_required
from rating.actions import planning as switch
from rating.engine import FactsError
from rating.models import Assessment
from rating.planning.path import cheapest_way, next_grade
from rating.planning.whatif import HELD, dimension_changes, what_if as tried
from rating.queries import planning
from rating.views.scores import visible

MOST_DAYS = 3650
# A page is answered while somebody waits; a path that needs more says how far it is proven.
PAGE_NODES = 6000

viewer = permission_required(Permission.ASSESSMENT_VIEW, to="查看星级试算")
runner = permission_required(Permission.ASSESSMENT_RUN, to="开放或收回园区测算")


@viewer
@require_GET
def what_if(request: HttpRequest, pk: int) -> HttpResponse:
    """The score with some inputs changed, asked for again whenever one moves."""
    assessment = _planned(request, pk)
    found = planning.stored(assessment)
    knobs, changes = planning.knobs(found, request.GET)
    wrong = [(f"v-{knob.spec.name}", knob.error) for knob in knobs if knob.error]
    context = _head(request, assessment) | {"knobs": knobs, "errors": wrong, "held": HELD}
    try:
        result = tried(found.rules, found.facts, changes, found.references)
        context |= {
            "tried": result,
            "dimensions": dimension_changes(result),
            "moved": [each for each in result.leaves if not each.same],
        }
    except FactsError as error:
        context["errors"] = [*wrong, *(("", sentence) for sentence in error.errors)]
    if request.htmx:
        # The part says itself what was not counted; an answer that is no success would not be put in its place.
        return render(request, "rating/_what_if.html", context)
    return render(request, "rating/what_if.html", context, status=422 if context["errors"] else 200)


@viewer
@require_GET
def path(request: HttpRequest, pk: int) -> HttpResponse:
    """The cost table, and the cheapest way that follows from it."""
    assessment = _planned(request, pk)
    found = planning.stored(assessment)
    rows, levers = planning.cost_table(found, request.GET)
    errors = [error for row in rows for error in row.errors]
    deadline = _deadline(request.GET.get("deadline", "").strip(), errors)
    target = request.GET.get("target", "")
    grades = [grade for grade in found.rules.grades[:-1] if grade.stars]
    if target and target not in [grade.code for grade in grades]:
        errors.append(("target", "请从列出的星级中选择。"))
    context = _head(request, assessment) | {
        "rows": rows,
        "errors": errors,
        "grades": grades,
        "held": HELD,
        "target": target,
        "deadline": request.GET.get("deadline", ""),
        "asked": bool(levers),
    }
    if levers and not errors:
        context["way"] = cheapest_way(
            found.rules,
            found.facts,
            levers,
            found.references,
            target=target,
            deadline=deadline,
            most_nodes=PAGE_NODES,
        )
    elif not target:
        context["next"] = next_grade(
            found.rules, tried(found.rules, found.facts, {}, found.references).before
        )
    return render(request, "rating/path.html", context, status=422 if errors else 200)


@runner
@require_POST
@takes("open")
def set_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what-if and path to the parks' operators, or take them back."""
    assessment = visible(request, pk)
    wanted = request.POST.get("open", "")
    if wanted not in ("yes", "no"):
        raise Invalid("请选择开放或收回。")
    switch.set_open(scheme=assessment.scheme, opened=wanted == "yes", by=request.user)
    word = "已向园区运营单位开放测算" if wanted == "yes" else "已收回，测算仅供园区发展办使用"
    messages.success(request, f"{assessment.scheme.title}：{word}。")
    return redirect("rating:what_if", pk=pk)


def _planned(request: HttpRequest, pk: int) -> Assessment:
    """The score, if the person may plan by it. Outside his scope it does not exist."""
    assessment = visible(request, pk)
    if not planning.may_plan(request.user, assessment):
        raise NotAllowed("评定办法印发前，测算只供园区发展办使用；开放后由园区运营单位测算本园区。")
    return assessment


def _head(request: HttpRequest, assessment: Assessment) -> dict:
    return {
        "assessment": assessment,
        "quarter": Period.parse(assessment.period),
        "office": request.user.may(Permission.ASSESSMENT_RUN),
    }


def _deadline(text: str, errors: list[tuple[str, str]]) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST_DAYS):
        errors.append(("deadline", f"期限应为 0 至 {MOST_DAYS} 的整数天。"))
        return None
    return int(text)
