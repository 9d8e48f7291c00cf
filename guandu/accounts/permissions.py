"""What may be done, as one list of verbs; who may is in roles.py."""

from enum import StrEnum


class Permission(StrEnum):
    """One verb on one noun. A role holds some; a grant gives a role over a scope."""

    PARK_VIEW = "park.view"
    PARK_EDIT = "park.edit"
    REFERENCE_VIEW = "reference.view"
    REFERENCE_EDIT = "reference.edit"
    RETURN_VIEW = "return.view"
    RETURN_FILE = "return.file"
    RETURN_REVIEW = "return.review"
    RETURN_CONFIRM = "return.confirm"
    CYCLE_OPEN = "cycle.open"
    FIGURE_VIEW = "figure.view"
    TOTALS_VIEW = "totals.view"
    PLAN_VIEW = "plan.view"
    PLAN_EDIT = "plan.edit"
    ASSESSMENT_VIEW = "assessment.view"
    ASSESSMENT_RUN = "assessment.run"
    PROJECT_VIEW = "project.view"
    PROJECT_EDIT = "project.edit"
    JOB_VIEW = "job.view"
    JOB_CONTROL = "job.control"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_EDIT = "account.edit"
    GRANT_EDIT = "grant.edit"
    POLICY_EDIT = "policy.edit"
    # 账号申请 by xlsx: asked for by the office, seen by whoever has a part in it.
    BATCH_VIEW = "batch.view"
    BATCH_REQUEST = "batch.request"
    # Over the accounts of park operators only.
    OPERATOR_RESET = "operator.reset"
    AUDIT_VIEW = "audit.view"
    ADMIN_ENTER = "admin.enter"
    API_USE = "api.use"
