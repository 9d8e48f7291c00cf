"""Roles in code: a name, the kinds of scope it may be granted over, and its permissions."""

from dataclasses import dataclass

from django.db import models

from guandu.accounts.permissions import Permission as P
from guandu.core.errors import Invalid


class ScopeKind(models.TextChoices):
    """Over what a role is granted. The code of a district grant is empty."""

    DISTRICT = "district", "全区"
    DEPARTMENT = "department", "部门"
    CHAIN = "chain", "产业链"
    STREET = "street", "街道"
    PARK = "park", "园区"


class RoleCode(models.TextChoices):
    OFFICE = "office", "园区发展办"
    DEPARTMENT = "department", "区级部门"
    TASK_FORCE = "task_force", "产业链专班"
    STREET = "street", "街道"
    OPERATOR = "operator", "园区运营方"
    LEADER = "leader", "区领导"
    LIAISON = "liaison", "领导联络员"
    EXPERT = "expert", "评审专家"
    API_CLIENT = "api_client", "API 客户端"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# 系统、安全、审计管理员: one person holds at most one of them, and no business role beside it.
ADMINISTRATORS = frozenset({RoleCode.SYSTEM_ADMIN, RoleCode.SECURITY_ADMIN, RoleCode.AUDIT_ADMIN})


@dataclass(frozen=True)
class Role:
    code: str
    scopes: frozenset[str]
    permissions: frozenset[P]

    @property
    def name(self) -> str:
        return RoleCode(self.code).label


_SEES_PARKS = {P.PARK_VIEW, P.RETURN_VIEW, P.FIGURE_VIEW, P.ASSESSMENT_VIEW, P.REFERENCE_VIEW}
_SEES_TOTALS = {P.TOTALS_VIEW, P.PLAN_VIEW}
_SEES_TASKS = {P.TASK_VIEW, P.TASK_OVERSEE}
_DOES_TASKS = {P.TASK_VIEW, P.TASK_REPORT}
_RAISES = {P.REQUEST_VIEW, P.REQUEST_RAISE, P.SERVICE_RECORD}
_VISITS = {P.REQUEST_VIEW, P.VISIT_RECORD}
_BUSINESS_ADMIN = {P.ADMIN_ENTER, P.JOB_VIEW}


def _role(code: str, scopes: set[str], *permissions: P | set[P]) -> Role:
    flat: set[P] = set()
    for each in permissions:
        flat |= each if isinstance(each, set) else {each}
    return Role(code, frozenset(scopes), frozenset(flat))


_D, _U, _C, _S, _K = (kind.value for kind in ScopeKind)

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        _role(
            RoleCode.OFFICE,
            {_D},
            _SEES_PARKS,
            _SEES_TOTALS,
            _BUSINESS_ADMIN,
            {P.PARK_EDIT, P.REFERENCE_EDIT, P.RETURN_CONFIRM, P.CYCLE_OPEN, P.PLAN_EDIT, P.PLAN_ANSWER},
            {
                P.SPACE_EDIT,
                P.TENANCY_EDIT,
                P.REGISTER_PROPOSE,
                P.REGISTER_DECIDE,
                P.NOTE_WRITE,
                P.QUALITY_VIEW,
            },
            {P.CONTACT_EDIT, P.CONTACT_REVEAL, P.ATTRIBUTION_SETTLE, P.CULTIVATION_VIEW, P.CULTIVATION_EDIT},
            {P.COMPARISON_RUN, P.FINDING_VIEW, P.PROJECT_VIEW, P.PROJECT_EDIT, P.ACCOUNT_VIEW},
            {P.BATCH_VIEW, P.BATCH_REQUEST, P.OPERATOR_RESET, P.RETURN_URGE, P.REMINDER_EDIT, P.RETURN_RECEIVE},
            {P.LAYOUT_EDIT, P.DISPATCH_SEND, P.HISTORY_ENTER, P.PUBLICATION_ISSUE, P.ASSESSMENT_RUN},
            {P.MEETING_VIEW, P.MEETING_EDIT, P.AGENDA_PROPOSE},
            _SEES_TASKS,
            {P.TASK_EDIT, P.TASK_REPORT, P.TASK_ACCEPT, P.INSTRUCTION_ENTER, P.SUPERVISION_ISSUE},
            _RAISES,
            _VISITS,
            {P.REQUEST_ASSIGN, P.REQUEST_HANDLE},
            {P.DOCUMENT_VIEW, P.DOCUMENT_EDIT, P.DOCUMENT_SIGN},
        ),
        _role(
            RoleCode.DEPARTMENT,
            {_U},
            _SEES_PARKS,
            _SEES_TOTALS,
            {
                P.RETURN_FILE,
                P.RETURN_REVIEW,
                P.RETURN_URGE,
                P.HISTORY_ENTER,
                P.PROJECT_VIEW,
                P.REGISTER_DECIDE,
                P.NOTE_WRITE,
                P.CONTACT_REVEAL,
                P.DISPATCH_SEND,
                P.DISPATCH_FILL,
                P.PLAN_ANSWER,
            },
            {P.MEETING_VIEW, P.AGENDA_PROPOSE},
            _DOES_TASKS,
            _RAISES,
            _VISITS,
            P.REQUEST_HANDLE,
            {P.DOCUMENT_VIEW, P.DOCUMENT_OPINE},
        ),
        _role(
            RoleCode.TASK_FORCE,
            {_C},
            _SEES_PARKS,
            _SEES_TOTALS,
            {P.PROJECT_VIEW, P.PROJECT_EDIT, P.NOTE_WRITE, P.RETURN_OPINE, P.DISPATCH_SEND, P.DISPATCH_FILL},
            P.PLAN_ANSWER,
            {P.MEETING_VIEW, P.AGENDA_PROPOSE},
            _DOES_TASKS,
            {P.REQUEST_VIEW, P.REQUEST_RAISE, P.REQUEST_HANDLE},
            {P.DOCUMENT_VIEW, P.DOCUMENT_OPINE},
        ),
        _role(
            RoleCode.STREET,
            {_S},
            _SEES_PARKS,
            _SEES_TOTALS,
            {P.PROJECT_VIEW, P.NOTE_WRITE, P.REGISTER_PROPOSE, P.RETURN_OPINE, P.RETURN_FILE},
            {P.CONTACT_REVEAL, P.ATTRIBUTION_CLAIM, P.CULTIVATION_VIEW, P.CULTIVATION_EDIT},
            {P.FINDING_VIEW, P.FINDING_DECIDE, P.QUALITY_VIEW, P.DISPATCH_FILL},
            {P.MEETING_VIEW, P.AGENDA_PROPOSE},
            _DOES_TASKS,
            _RAISES,
            _VISITS,
            P.REQUEST_HANDLE,
            {P.DOCUMENT_VIEW, P.DOCUMENT_OPINE},
        ),
        _role(
            RoleCode.OPERATOR,
            {_K},
            _SEES_PARKS,
            P.RETURN_FILE,
            {P.SPACE_EDIT, P.TENANCY_EDIT, P.REGISTER_PROPOSE},
            {P.NOTE_WRITE, P.CONTACT_EDIT, P.CONTACT_REVEAL, P.QUALITY_VIEW, P.DISPATCH_FILL},
            _RAISES,
        ),
        _role(
            RoleCode.LEADER,
            {_D, _C},
            _SEES_PARKS,
            _SEES_TOTALS,
            P.PROJECT_VIEW,
            P.MEETING_VIEW,
            _SEES_TASKS,
            _VISITS,
            {P.DOCUMENT_VIEW, P.DOCUMENT_SIGN},
        ),
        _role(
            RoleCode.LIAISON,
            {_D, _C},
            _SEES_PARKS,
            _SEES_TOTALS,
            P.PROJECT_VIEW,
            P.MEETING_VIEW,
            _SEES_TASKS,
            _VISITS,
            P.INSTRUCTION_ENTER,
            {P.DOCUMENT_VIEW, P.DOCUMENT_SIGN},
        ),
        _role(RoleCode.EXPERT, {_K}, {P.PARK_VIEW, P.ASSESSMENT_VIEW, P.REFERENCE_VIEW}),
        _role(
            RoleCode.API_CLIENT,
            {_D, _C, _S, _K},
            P.API_USE,
            {P.PARK_VIEW, P.FIGURE_VIEW, P.TOTALS_VIEW, P.PLAN_VIEW, P.ASSESSMENT_VIEW, P.REFERENCE_VIEW},
        ),
        _role(
            RoleCode.SYSTEM_ADMIN,
            {_D},
            P.ADMIN_ENTER,
            P.ACCOUNT_VIEW,
            P.ACCOUNT_EDIT,
            P.BATCH_VIEW,
            {P.JOB_VIEW, P.JOB_CONTROL},
        ),
        _role(
            RoleCode.SECURITY_ADMIN,
            {_D},
            P.ADMIN_ENTER,
            P.ACCOUNT_VIEW,
            P.GRANT_EDIT,
            P.POLICY_EDIT,
            P.BATCH_VIEW,
            P.DOCUMENT_TEMPLATE_EDIT,
        ),
        _role(RoleCode.AUDIT_ADMIN, {_D}, P.ADMIN_ENTER, P.AUDIT_VIEW),
    )
}


def role(code: str) -> Role:
    """The role of `code`; Invalid in words for an unknown one."""
    if code not in ROLES:
        names = "、".join(f"{r.name}（{r.code}）" for r in ROLES.values())
        raise Invalid(f"没有“{code}”这个角色。可用的角色有：{names}。")
    return ROLES[code]
