"""What is wrong between the register and the returns."""

from datetime import date

from django.urls import reverse

from guandu.accounts.checks import allowed
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.periods import Period
from parks.quality import Defect, Severity, check
from targets.enums import OPEN_STATES
from targets.models import Return


@check(
    "park-closed-asked",
    Severity.WRONG,
    "已关闭的园区仍被要求填报",
    "请更正园区关闭日期；确已关闭的，该报表不必填报。",
)
def closed_but_asked(actor: Actor, day: date) -> list[Defect]:
    """Open returns for a period that began on or after the day on which the park closed. One query."""
    asked = Return.objects.visible_to(actor, Permission.RETURN_VIEW).filter(
        state__in=OPEN_STATES, park__closed_on__lte=day
    )
    rows = asked.select_related("park", "cycle__template").order_by("park_code", "cycle__period")
    return [
        Defect(
            each.subject_name,
            f"{each.park.closed_on} 关闭，{each.cycle.period}《{each.cycle.template.name}》{each.get_state_display()}",
            _address(actor, each),
        )
        for each in rows
        if Period.parse(each.cycle.period).first_day >= each.park.closed_on
    ]


def _address(actor: Actor, return_: Return) -> str:
    if allowed(actor, Permission.PARK_EDIT):
        return reverse("admin:parks_park_change", args=[return_.park_id])
    return reverse("targets:return", args=[return_.pk])
