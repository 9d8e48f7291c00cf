"""What may be done, as one list of verbs; who may is in roles.py."""

from enum import StrEnum


class Permission(StrEnum):
    """One verb on one noun. A role holds some; a grant gives a role over a scope."""

    PARK_VIEW = "park.view"
    PARK_EDIT = "park.edit"
    # Buildings, spaces and who is where: kept by the park itself and by the office.
    SPACE_EDIT = "space.edit"
    TENANCY_EDIT = "tenancy.edit"
    # Sensitive changes are asked for by one and accepted by another.
    REGISTER_PROPOSE = "register.propose"
    REGISTER_DECIDE = "register.decide"
    NOTE_WRITE = "note.write"
    CONTACT_EDIT = "contact.edit"
    CONTACT_REVEAL = "contact.reveal"
    # Which street counts a firm: claimed by streets, settled by the office.
    ATTRIBUTION_CLAIM = "attribution.claim"
    ATTRIBUTION_SETTLE = "attribution.settle"
    CULTIVATION_VIEW = "cultivation.view"
    CULTIVATION_EDIT = "cultivation.edit"
    # 市监登记比对: run by the office, each difference confirmed by its street.
    COMPARISON_RUN = "comparison.run"
    FINDING_VIEW = "finding.view"
    FINDING_DECIDE = "finding.decide"
    # 企业诉求: raised by whoever is scoped to the park, assigned by the office, handled by the unit it is given to.
    REQUEST_VIEW = "request.view"
    REQUEST_RAISE = "request.raise"
    REQUEST_ASSIGN = "request.assign"
    REQUEST_HANDLE = "request.handle"
    SERVICE_RECORD = "service.record"
    VISIT_RECORD = "visit.record"
    QUALITY_VIEW = "quality.view"
    REFERENCE_VIEW = "reference.view"
    REFERENCE_EDIT = "reference.edit"
    RETURN_VIEW = "return.view"
    RETURN_FILE = "return.file"
    RETURN_REVIEW = "return.review"
    # Streets and task forces are asked beside the review; they approve nothing.
    RETURN_OPINE = "return.opine"
    RETURN_CONFIRM = "return.confirm"
    # 代收代录: load and hand in what an operator sends by other ways than the portal.
    RETURN_RECEIVE = "return.receive"
    CYCLE_OPEN = "cycle.open"
    # 催报: by the office, and by a sponsoring department for its own parks.
    RETURN_URGE = "return.urge"
    REMINDER_EDIT = "reminder.edit"
    # 临时调度表: sent by the office, and by departments and task forces to their parks; filled in by whom it names.
    DISPATCH_SEND = "dispatch.send"
    DISPATCH_FILL = "dispatch.fill"
    # 历史补录: sent in by the office and by departments, signed by the office.
    HISTORY_ENTER = "history.enter"
    FIGURE_VIEW = "figure.view"
    TOTALS_VIEW = "totals.view"
    # 期次: figures published, revised, and given whole to a client of the government.
    PUBLICATION_ISSUE = "publication.issue"
    # 报表套填: the office keeps the layouts, whoever sees figures fills them.
    LAYOUT_EDIT = "layout.edit"
    # 公文: made and moved by the office, read by whom it concerns, signed off for leaders, answered by units asked;
    # its standing sentences belong to the 安全管理员.
    DOCUMENT_VIEW = "document.view"
    DOCUMENT_EDIT = "document.edit"
    DOCUMENT_OPINE = "document.opine"
    DOCUMENT_SIGN = "document.sign"
    DOCUMENT_TEMPLATE_EDIT = "document_template.edit"
    PLAN_VIEW = "plan.view"
    PLAN_EDIT = "plan.edit"
    # 牵头单位 explain a red light and report what is done; they decide nothing.
    PLAN_ANSWER = "plan.answer"
    # 例会: called by the office; task forces, departments and streets propose what it takes up.
    MEETING_VIEW = "meeting.view"
    MEETING_EDIT = "meeting.edit"
    AGENDA_PROPOSE = "agenda.propose"
    # Tasks: units see and report their own; leaders and their 联络员 see all; the office gives out and accepts.
    TASK_VIEW = "task.view"
    TASK_OVERSEE = "task.oversee"
    TASK_EDIT = "task.edit"
    TASK_REPORT = "task.report"
    TASK_ACCEPT = "task.accept"
    INSTRUCTION_ENTER = "instruction.enter"
    SUPERVISION_ISSUE = "supervision.issue"
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
