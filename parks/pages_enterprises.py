"""What the register of firms hands up to the shared pages: side bar, search, what waits."""

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.registry import Hit, NavigationEntry, ToDo, add_navigation, search_sources, todo_sources
from parks.enums import FindingState
from parks.models import AttributionClaim, RegistryFinding
from parks.queries.attributions import ClaimTab, claims_for
from parks.queries.enterprises import firms_for, named

MOST = 20

add_navigation(
    NavigationEntry("日常工作", "企业名录", "enterprises:list", "briefcase", (Permission.PARK_VIEW,), 22),
    NavigationEntry(
        "日常工作", "归属与变动", "enterprises:street", "people",
        (Permission.ATTRIBUTION_CLAIM, Permission.ATTRIBUTION_SETTLE), 24,
    ),
    NavigationEntry("日常工作", "登记比对", "enterprises:findings", "report", (Permission.FINDING_VIEW,), 26),
)  # fmt: skip


@search_sources.register(20)
def firms_found(user: User, text: str) -> list[Hit]:
    """Firms of the person's scope whose name, code or credit code holds `text`."""
    if not user.may(Permission.PARK_VIEW):
        return []
    firms = named(firms_for(user), text).order_by("name", "pk")[:MOST]
    return [
        Hit(
            "企业", firm.name, reverse("enterprises:detail", args=[firm.code]), firm.credit_code or "代码待核"
        )
        for firm in firms
    ]


@todo_sources.register(20)
def claims_waiting(user: User) -> list[ToDo]:
    """Claims for the office to settle; those that two streets dispute come by name."""
    if not user.may(Permission.ATTRIBUTION_SETTLE):
        return []
    waiting = AttributionClaim.objects.visible_to(user).filter(state=AttributionClaim.State.OPEN).count()
    if not waiting:
        return []
    disputed = claims_for(user, ClaimTab.DISPUTED, clock.today()).count()
    tab = ClaimTab.DISPUTED if disputed else ClaimTab.OTHER
    detail = f"其中 {disputed} 项与其他街道有争议" if disputed else ""
    url = f"{reverse('enterprises:claims')}?tab={tab}"
    return [
        ToDo(f"{waiting} 项企业归属主张待确认", url, "去确认", detail=detail, word="待确认", tone="active")
    ]


@todo_sources.register(21)
def findings_waiting(user: User) -> list[ToDo]:
    """Differences with the bureau's register: for the street that is asked, or for the office where no
    street is."""
    waiting = RegistryFinding.objects.filter(state=FindingState.WAITING)
    own = waiting.visible_to(user, Permission.FINDING_DECIDE).count()
    if user.may(Permission.COMPARISON_RUN):
        own += waiting.filter(street=None).count()
    if not own:
        return []
    url = reverse("enterprises:findings")
    return [ToDo(f"市监登记比对：{own} 处差异待确认", url, "去确认", word="待确认", tone="active")]
