"""The one question every action asks first."""

from django.db import models

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed


def allowed(actor: Actor, permission: Permission, obj: models.Model | None = None) -> bool:
    """Whether `actor` holds `permission` over `obj`. Named services act within their own code."""
    return actor.actor_kind == "service" or actor.may(permission, obj)


def require(actor: Actor, permission: Permission, obj: models.Model | None = None, *, to: str) -> None:
    """Raise NotAllowed unless allowed; `to` completes the sentence 您没有…的权限."""
    if not allowed(actor, permission, obj):
        raise NotAllowed(f"您没有{to}的权限。如确需办理，请联系园区发展办。")


def require_service(by: Actor, *, to: str) -> None:
    """Raise NotAllowed unless a part of the portal acts by itself: no person does this by hand."""
    if by.actor_kind != "service":
        raise NotAllowed(f"{to}由系统自动进行，不由个人办理。")
