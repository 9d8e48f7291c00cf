"""Officials' edits of indicators and templates: names, 口径 and explanations, never what numbers mean."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit
from guandu.core.actors import Actor
from targets.models import Indicator, ReturnTemplate

INDICATOR_EDITABLE = frozenset({"name", "caliber", "certifying_unit", "note", "position"})
TEMPLATE_EDITABLE = frozenset({"name", "printed_line", "due_days"})


@action("indicator.update")
def update(
    *, indicator: Indicator, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Indicator:
    """Change what INDICATOR_EDITABLE names; unit and scale are versions. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, indicator, to="修改指标")
    return edit(indicator, values, editable=INDICATOR_EDITABLE, seen=seen)


@action("template.update")
def update_template(
    *, template: ReturnTemplate, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> ReturnTemplate:
    """Change what TEMPLATE_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, template, to="修改报表模板")
    return edit(template, values, editable=TEMPLATE_EDITABLE, seen=seen)
