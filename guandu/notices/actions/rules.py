"""Rules of reminding, kept by the office."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.notices.models import ReminderRule
from guandu.notices.series import series_known

EDITABLE = frozenset(
    {"name", "series", "event", "offset", "unit", "audience", "grouping", "is_on", "note"}
)


@action("reminder_rule.create")
def create(*, by: Actor, **values: Any) -> ReminderRule:
    """A new rule. Raises NotAllowed, Invalid."""
    require(by, Permission.REMINDER_EDIT, to="登记提醒规则")
    _check(values)
    return enter(ReminderRule(**values))


@action("reminder_rule.update")
def update(
    *, rule: ReminderRule, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> ReminderRule:
    """Change what EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REMINDER_EDIT, to="修改提醒规则")
    _check(values)
    return edit(rule, values, editable=EDITABLE, seen=seen)


def _check(values: dict[str, Any]) -> None:
    series = values.get("series", "")
    if series and series not in series_known():
        sentence = f"没有“{series}”这张报表，请从列表中选择；留空表示全部报表。"
        raise Invalid(sentence, errors=[("series", sentence)])
