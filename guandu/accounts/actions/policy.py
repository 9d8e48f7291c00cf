"""The rules of signing in, kept by the security administrator within the bounds of 等级保护."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.models import AccessPolicy
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS, RoleCode
from guandu.audit.actions import action, edit
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid

EDITABLE = frozenset(
    {
        "idle_minutes", "session_hours", "password_length", "password_days", "passwords_kept", "failures_to_lock",
        "lock_minutes", "failures_an_hour", "dormant_days", "factor_roles",
    }
)  # fmt: skip
# The administrators need no choosing, and no page asks another system for a code.
FACTOR_ROLES = tuple(role for role in RoleCode if role not in ADMINISTRATORS and role != RoleCode.API_CLIENT)


@action("policy.update")
def update(*, values: dict[str, Any], version: int, by: Actor) -> AccessPolicy:
    """Change what EDITABLE names, from the `version` that the person was shown. Raises NotAllowed,
    Invalid, Conflict."""
    require(by, Permission.POLICY_EDIT, to="修改登录策略")
    _check_roles(values.get("factor_roles", []))
    policy, _ = AccessPolicy.objects.select_for_update().get_or_create(only=1)
    if policy.version != version:
        raise Conflict("您填写期间，他人已修改登录策略，请重新打开本页核对后再保存。")
    return edit(policy, values, editable=EDITABLE)


def _check_roles(roles: list[str]) -> None:
    unknown = [role for role in roles if role not in FACTOR_ROLES]
    if unknown:
        raise Invalid("填写内容有误。", errors=[("factor_roles", "请从所列角色中选择。")])
