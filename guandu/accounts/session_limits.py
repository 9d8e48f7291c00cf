"""How long a session lasts: since it was last used, and since the person signed in.

The stamps lie in the session itself, in whole seconds. A request that the page makes by itself says
so with the header `X-Background: 1` and does not count as use.
"""

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from guandu.core import clock

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
BACKGROUND = "X-Background"
TOUCH_SECONDS = 60
# Why a session is over → what the sign-in page says of it.
SENTENCES = {
    "idle": "长时间未操作，已退出登录，请重新登录。",
    "long": "本次登录已超过规定的最长时间，请重新登录。",
}


def start(session: SessionBase) -> None:
    session[SIGNED_IN] = session[SEEN] = _now()


def over(session: SessionBase, *, idle_minutes: int, hours: int) -> str:
    """Which limit the session is over, a key of SENTENCES; "" for none. A session from before there
    were stamps begins now."""
    if SIGNED_IN not in session or SEEN not in session:
        start(session)
    now = _now()
    if now - session[SIGNED_IN] >= hours * 3600:
        return "long"
    return "idle" if now - session[SEEN] >= idle_minutes * 60 else ""


def touch(request: HttpRequest) -> bool:
    """Stamp the session as used, at most once a minute; says whether it was stamped."""
    if request.headers.get(BACKGROUND) or _now() - request.session[SEEN] < TOUCH_SECONDS:
        return False
    request.session[SEEN] = _now()
    return True


def _now() -> int:
    return int(clock.now().timestamp())
