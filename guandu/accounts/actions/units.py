"""Units: made once under an immutable code, edited field by field."""

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, created
from guandu.core.actors import Actor
from guandu.core.errors import Invalid


@action("unit.create")
def create(*, code: str, name: str, kind: str, note: str = "", by: Actor) -> Unit:
    """A new unit. Raises Invalid when the code is taken, also by a unit that is gone."""
    require(by, Permission.REFERENCE_EDIT, to="新增单位")
    if Unit.objects.filter(code=code).exists():
        raise Invalid(f"单位编码 {code} 已经使用，请换一个。", errors=[("code", "编码已经使用")])
    unit = Unit(code=code, name=name, kind=kind, note=note)
    unit.full_clean()
    unit.save(force_insert=True)
    about(unit)
    created(unit)
    return unit
