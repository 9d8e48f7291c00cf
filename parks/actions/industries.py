"""The finer levels of GB/T 4754, which the district imports from the official table."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from parks.enums import IndustryLevel
from parks.models import Industry

_LEVELS = {3: IndustryLevel.GROUP, 4: IndustryLevel.CLASS}


@action("industry.create")
def create(*, code: str, name: str, by: Actor) -> Industry:
    """A 中类 or 小类 below the one that its code begins with. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记行业分类")
    level = _LEVELS.get(len(code)) if code.isascii() and code.isdigit() else None
    if level is None:
        raise _wrong("中类写三位数字，小类写四位数字。")
    parent = Industry.objects.filter(code=code[:-1]).first()
    if parent is None:
        raise _wrong(f"上级行业 {code[:-1]} 还没有登记。")
    return enter(Industry(code=code, name=name, level=level, parent=parent, section=parent.section))


@action("industry.update")
def update(*, industry: Industry, name: str, by: Actor) -> Industry:
    """Another name for the same code. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, industry, to="修改行业分类")
    return edit(industry, {"name": name}, editable=frozenset({"name"}))


def _wrong(sentence: str) -> Invalid:
    return Invalid(f"行业代码有误：{sentence}", errors=[("code", sentence)])
