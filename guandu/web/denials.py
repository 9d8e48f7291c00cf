"""Where a request is refused with 403, the trail hears of it, unless the action that refused has told."""

from typing import Any

from django.http import HttpRequest

from guandu.audit import denials
from guandu.web.logs import route_of


def note(request: HttpRequest | None, reason: str, refusal: Any = None) -> None:
    """Record the refusal of this request, if the one who asks is signed in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or getattr(refusal, "is_recorded", False):
        return
    denials.record(by=user, route=f"{request.method} {route_of(request)}", reason=reason)
