"""国民经济行业分类: kept by the office."""

from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.enums import IndustryLevel
from parks.models import Industry

EDITABLE = frozenset({"name"})
LEVELS = {3: IndustryLevel.GROUP, 4: IndustryLevel.CLASS}


@action("industry.create")
def create(*, code: str, name: str, by: Actor) -> Industry:
    """A 中类 or 小类 below what its code says stands above it. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记行业分类")
    known = {row.code: row for row in Industry.objects.all()}
    return enter(_placed(code, name, known))


@action("industry.update")
def update(
    *, industry: Industry, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Industry:
    """Change the name; the code is the standard's own. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, industry, to="修改行业分类")
    return edit(industry, values, editable=EDITABLE, seen=seen)


def _placed(code: str, name: str, known: dict[str, Industry]) -> Industry:
    """The code below what stands above it: 0111 below 011 below 01; a 大类 stands below a 门类 that its
    digits do not tell, so it is shipped and not entered here."""
    level = LEVELS.get(len(code)) if code.isascii() and code.isdigit() else None
    if level is None:
        sentence = f"“{code[:10]}”不是中类（3 位数字）或小类（4 位数字）代码；门类和大类随系统提供。"
        raise Invalid(sentence, errors=[("code", sentence)])
    parent = known.get(code[:-1])
    if parent is None:
        sentence = f"“{code}”的上级 {code[:-1]} 不在行业分类中，请先登记上级。"
        raise Invalid(sentence, errors=[("code", sentence)])
    return Industry(code=code, name=name, level=level, parent=parent, section=parent.section)
