"""What waits for those who keep a park's space and tenants."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.registry import ToDo, todo_sources
from parks.queries.invariants import faults
from parks.queries.tenants import claimed_twice


@todo_sources.register(15)
def overlaps(user: User) -> list[ToDo]:
    if not user.may(Permission.TENANCY_EDIT):
        return []
    found = faults(user)
    if not found:
        return []
    url = reverse("space:firms", args=[found[0].park.code])
    title = f"空间或入驻记录有 {len(found)} 处重叠"
    return [ToDo(title, url, "去更正", detail=found[0].sentence, word="待更正", tone="late")]


@todo_sources.register(16)
def firms_claimed_twice(user: User) -> list[ToDo]:
    """Told to both parks, to whoever reviews them and to the office."""
    if not user.may(Permission.TENANCY_EDIT) and not user.may(Permission.REGISTER_DECIDE):
        return []
    quarter = Period.quarter_of(clock.today())
    firms = claimed_twice(user, quarter).order_by().values("enterprise").distinct().count()
    if not firms:
        return []
    title = f"{firms} 家企业{quarter.label}登记在两个园区"
    return [
        ToDo(
            title,
            reverse("space:twice"),
            "去核对",
            detail="请核对企业实际在哪个园区",
            word="待核对",
            tone="warn",
        )
    ]
