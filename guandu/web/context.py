"""What every template may read."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from guandu.core import clock
from guandu.notices.queries.inbox import unread_count
from guandu.web.registry import navigation_for


def portal(request: HttpRequest) -> dict:
    """`demo_date` (None without demonstration data), the business date `today`, and, read only where a page
    shows them, the side bar `navigation` of the person and how many `unread_messages` he has."""
    return {
        "demo_date": getattr(request, "demo_date", None),
        "today": clock.today(),
        "navigation": SimpleLazyObject(lambda: _navigation(request)),
        "unread_messages": SimpleLazyObject(lambda: _unread(request)),
    }


def _navigation(request: HttpRequest) -> list:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return navigation_for(user, request.path)


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return unread_count(user) if user is not None and user.is_authenticated else 0
