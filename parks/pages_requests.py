"""The side bar's lines of 企业诉求, services and 包保, and the search for a request."""

from django.db.models import Q
from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.web.registry import Hit, NavigationEntry, add_navigation, search_sources
from parks.models import ServiceRequest
from parks.queries.requests import listed

MOST = 10

add_navigation(
    NavigationEntry("工作推进", "企业诉求", "requests:list", "inbox", (Permission.REQUEST_VIEW,), 50),
    NavigationEntry("工作推进", "包保工作", "requests:sponsors", "people", (Permission.REQUEST_VIEW,), 52),
    NavigationEntry("工作推进", "园区服务", "requests:services", "briefcase", (Permission.PARK_VIEW,), 53),
)


@search_sources.register(35)
def requests_found(user: User, text: str) -> list[Hit]:
    """Requests of the person's scope whose firm or words hold `text`."""
    if not user.may(Permission.REQUEST_VIEW):
        return []
    named = Q(firm_name__icontains=text) | Q(text__icontains=text)
    rows = listed(ServiceRequest.objects.visible_to(user).filter(named))[:MOST]
    return [
        Hit("企业诉求", f"{row.firm_name}：{row.text[:30]}", reverse("requests:request", args=[row.pk]), row.get_state_display())
        for row in rows
    ]
