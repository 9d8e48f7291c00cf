"""Lists of firms that leave the portal: who took which, what for, and how many."""

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, concerning
from guandu.core.actors import Actor
from guandu.core.errors import Invalid

SHORTEST, LONGEST = 4, 100


def purpose_of(text: str) -> str:
    """What for, in words. Raises Invalid."""
    purpose = " ".join(text.split())
    if not SHORTEST <= len(purpose) <= LONGEST:
        sentence = f"批量导出企业信息须写明用途，{SHORTEST} 至 {LONGEST} 个字，例如：核对三季度在园企业名单。"
        raise Invalid(sentence, errors=[("purpose", sentence)])
    return purpose


@action("enterprise.export")
def export(*, name: str, purpose: str, count: int, by: Actor) -> None:
    """The list `name` with `count` rows leaves as a file. Raises NotAllowed, Invalid."""
    require(by, Permission.PARK_VIEW, to="导出企业名单")
    concerning("parks.enterprise", "", f"{name}，{count} 行"[:200], reason=purpose_of(purpose))
