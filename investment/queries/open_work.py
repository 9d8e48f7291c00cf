"""Projects that a person of a task force follows, for the slip of a hand-over. A project belongs to
its chain, not to a person: it follows the duty."""

from django.urls import reverse

from guandu.accounts.handover import OpenItem
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from investment.enums import Stage
from investment.models import Project


def projects_open(user: User) -> list[OpenItem]:
    """Grain: one per project of the chains granted by name that does not stand at 达效 yet."""
    codes = user.scopes_with(Permission.PROJECT_EDIT).get(ScopeKind.CHAIN, set())
    rows = Project.objects.filter(chain__code__in=codes).exclude(stage=Stage.DELIVERING).select_related("chain")
    return [
        OpenItem(
            f"{project.code} {project.name}",
            f"{project.chain.name}，{project.get_stage_display()}",
            reverse("investment:detail", args=[project.code]),
        )
        for project in rows.order_by("code")
    ]
