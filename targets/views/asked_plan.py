"""Which plan a page speaks of: the one asked for by ?plan=, else the one in force."""

from django.http import Http404, HttpRequest

from guandu.web.quarters import asked_quarter
from targets.models import Plan
from targets.queries.plan import plan_in_force, plans_of


def asked_plan(request: HttpRequest) -> Plan | None:
    """None where no plan is loaded. Raises Http404 for a code that is no plan's."""
    code = request.GET.get("plan", "")
    if not code:
        return plan_in_force(request.user, asked_quarter(request))
    plan = plans_of(request.user).filter(code=code).first()
    if plan is None:
        raise Http404
    return plan


def kept_plan(request: HttpRequest) -> str:
    """What links of the page add to an address that has a query already, so that they stay with the plan asked for."""
    return f"&plan={request.GET['plan']}" if request.GET.get("plan") else ""


def kept_filters(request: HttpRequest) -> list[tuple[str, str]]:
    """The same for the form that chooses another period."""
    return [("plan", request.GET["plan"])] if request.GET.get("plan") else []
