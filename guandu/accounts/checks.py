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
