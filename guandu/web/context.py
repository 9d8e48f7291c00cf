"""What every template may read."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from guandu.core import clock
from guandu.web.registry import navigation_for


def portal(request: HttpRequest) -> dict:
    """`demo_date` (None without demonstration data), the business date `today`, and the side bar
    `navigation` of the person, read only where a page shows it."""
    return {
        "demo_date": getattr(request, "demo_date", None),
        "today": clock.today(),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
    }


def _navigation(request: HttpRequest) -> list:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return navigation_for(user, request.path)
