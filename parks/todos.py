"""What waits for those who keep a park's space and tenants."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.periods import Period
from guandu.web.registry import ToDo, todo_sources
from parks.queries.cultivations import waiting_to_apply
from parks.queries.honours import renewals_due
from parks.queries.invariants import faults
from parks.queries.sponsorships import duties_on
from parks.queries.tenants import claimed_twice

FEW = 3


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
    return [ToDo(title, reverse("space:twice"), "去核对", detail="请核对企业实际在哪个园区", word="待核对", tone="warn")]


@todo_sources.register(17)
def parks_without_sponsor(user: User) -> list[ToDo]:
    """Told to the office, which names the department."""
    if not user.may(Permission.PARK_EDIT):
        return []
    none = [duty.park for duty in duties_on(user, clock.today()) if duty.sponsorship is None]
    if not none:
        return []
    names = "、".join(park.display_name for park in none[:FEW]) + ("等" if len(none) > FEW else "")
    url = reverse("duties:sponsorships") + "?gaps=only"
    return [ToDo(f"{len(none)} 个园区没有包保", url, "去落实", detail=names, word="待落实", tone="late")]


@todo_sources.register(18)
def honours_to_renew(user: User) -> list[ToDo]:
    """Told to the office and to the park where the firm is."""
    if not user.may(Permission.TENANCY_EDIT):
        return []
    due = list(renewals_due(user, clock.today()))
    if not due:
        return []
    first = due[0]
    detail = f"{first.enterprise.name}的{first.kind.name}最早到期" if len(due) > 1 else first.enterprise.name
    title = f"{len(due)} 项企业荣誉须办理续期" if len(due) > 1 else f"{first.kind.name}须办理续期"
    url = reverse("duties:honours") + "?state=ending"
    return [ToDo(title, url, "去查看", due_on=first.valid_to, detail=detail, word="即将到期", tone="warn")]


@todo_sources.register(19)
def firms_to_apply(user: User) -> list[ToDo]:
    """Firms that have reached the line and for which nobody has applied: for whoever keeps the store."""
    if not user.may(Permission.CULTIVATION_EDIT):
        return []
    count = waiting_to_apply(user, clock.today()).count()
    if not count:
        return []
    url = reverse("duties:cultivations")
    return [ToDo(f"{count} 家企业达到标准尚未申报入库", url, "去办理", detail="升规培育", word="待申报", tone="active")]
