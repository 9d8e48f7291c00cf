"""Red targets of units, for the page of 包保: as far as the person may know of them."""

from collections import defaultdict

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.quarters import last_ended_quarter
from parks.reds import Red, reds_source
from targets.enums_plan import LightState
from targets.models import RedLight, TargetUnit


@reds_source
def red_targets(user: User, units: frozenset[int]) -> dict[int, list[Red]]:
    """Unit → the red lights of the last quarter on targets that it leads. Two queries."""
    if not user.may(Permission.PLAN_VIEW):
        return {}
    quarter = last_ended_quarter(clock.today())
    lights = RedLight.objects.visible_to(user).filter(period=quarter.code).exclude(state=LightState.CLEARED)
    by_target = {each.target_id: each for each in lights.select_related("target")}
    found: dict[int, list[Red]] = defaultdict(list)
    duties = TargetUnit.objects.filter(target__in=by_target, unit__in=units, leads=True)
    for target, unit in duties.order_by("target__position", "target").values_list("target", "unit"):
        found[unit].append(_red(by_target[target], quarter))
    return dict(found)


def _red(light: RedLight, quarter: Period) -> Red:
    url = f"{reverse('targets:target', args=[light.target.code])}?period={quarter.code}"
    return Red(f"{light.target.code} {light.target.title}", url, light.get_state_display())
