"""Coming and going, recorded: signed in, signed out, refused. Called by Django's own signals."""

from guandu.accounts.models import User
from guandu.audit.actions import about, action
from guandu.core.actors import Actor, Service
from guandu.core.errors import NotAllowed

VISITOR = Service("visitor", "未登录的访客", actor_kind="visitor")
REFUSED = "账号或口令不正确，或账号已停用。请核对后重试；忘记口令请联系本单位管理员。"


@action("session.sign_in")
def sign_in(*, by: User) -> None:
    about(by)


@action("session.sign_out")
def sign_out(*, by: User) -> None:
    about(by)


@action("session.sign_in")
def refuse(*, username: str, by: Actor) -> None:
    """Record a refused sign-in as a denial. A name is kept only where there is such an account:
    people type passwords into the wrong field. Always raises NotAllowed."""
    user = User.objects.filter(username__iexact=username).select_related("unit").first()
    if user:
        about(user)
    raise NotAllowed(REFUSED)


def on_signed_in(sender, user: User, **kwargs) -> None:
    sign_in(by=user)


def on_signed_out(sender, user: User | None, **kwargs) -> None:
    if user is not None:
        sign_out(by=user)


def on_refused(sender, credentials: dict, **kwargs) -> None:
    try:
        refuse(username=str(credentials.get("username") or ""), by=VISITOR)
    except NotAllowed:
        return
