"""What the register hands up to the shared pages: its line in the side bar and its search."""

from django.db.models import Q
from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.registry import Hit, NavigationEntry, add_navigation, search_sources
from parks.models import Park

MOST = 20

add_navigation(NavigationEntry("日常工作", "园区名录", "parks:list", "park", (Permission.PARK_VIEW,), 20))
add_navigation(
    NavigationEntry("园区与企业", "企业荣誉", "duties:honours", "star", (Permission.PARK_VIEW,), 41),
    NavigationEntry("园区与企业", "升规培育", "duties:cultivations", "target", (Permission.CULTIVATION_VIEW,), 42),
    NavigationEntry("园区与企业", "园区包保", "duties:sponsorships", "people", (Permission.PARK_VIEW,), 43),
)
add_navigation(NavigationEntry("日常工作", "可招商空间", "space:free", "search", (Permission.PARK_VIEW,), 22))


@search_sources.register(10)
def parks_found(user: User, text: str) -> list[Hit]:
    """Parks of the person's scope whose name, short name or code holds `text`."""
    named = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__iexact=text)
    parks = Park.objects.visible_to(user).placed_on(clock.today()).filter(named).order_by("code")[:MOST]
    return [
        Hit("园区", park.name, reverse("parks:detail", args=[park.code]), park.chain_name or "尚未登记归属")
        for park in parks
    ]
