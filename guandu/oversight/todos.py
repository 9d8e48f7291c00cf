"""What waits for the audit administrator, and the alarm for the security administrator as well."""

from datetime import timedelta

from django.urls import reverse

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.models import AuditCheck
from guandu.core import clock
from guandu.oversight import queries
from guandu.web.registry import ToDo, todo_sources

SIGN_EVERY = timedelta(days=7)


@todo_sources.register(5)
def audit_waiting(user: User) -> list[ToDo]:
    """The alarm while the newest check found the trail broken, and the week's counter-sign."""
    audits = user.may(Permission.AUDIT_VIEW)
    if not audits and not user.may(Permission.POLICY_EDIT):
        return []
    return [*_alarm(audits), *(_countersign() if audits else ())]


def _alarm(audits: bool) -> list[ToDo]:
    last = AuditCheck.objects.first()
    if last is None or last.is_whole:
        return []
    url = reverse("oversight:overview" if audits else "oversight:alarm")
    return [ToDo("审计记录校验不通过", url, "查看情况", detail=last.breaks[0], word="告警", tone="late")]


def _countersign() -> list[ToDo]:
    signed = queries.last_countersign()
    if queries.head() is None or (signed and clock.now() - signed < SIGN_EVERY):
        return []
    detail = "每周核对一次校验码，由审计管理员署名确认。"
    return [ToDo("会签本周的审计锚定", f"{reverse('oversight:overview')}#anchors", "去会签", detail=detail)]
