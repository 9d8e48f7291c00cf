"""企业诉求, service events and visits: their fixed choices."""

from django.db import models


class RequestState(models.TextChoices):
    """Where a request stands; each but the last two has a clock, or a day on which it is looked at again."""

    RAISED = "raised", "待交办"
    ASSIGNED = "assigned", "已交办"
    HANDLING = "handling", "办理中"
    ANSWERED = "answered", "已反馈"
    SUSPENDED = "suspended", "挂起"
    CLOSED = "closed", "办结"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN_REQUESTS = (
    RequestState.RAISED,
    RequestState.ASSIGNED,
    RequestState.HANDLING,
    RequestState.ANSWERED,
    RequestState.SUSPENDED,
)
WITH_UNIT = (RequestState.ASSIGNED, RequestState.HANDLING)  # the handling unit's move


class RequestStage(models.TextChoices):
    """What a clock measures, in working days."""

    ASSIGN = "assign", "交办"
    HANDLE = "handle", "办理"
    REDO = "redo", "不满意后重新办理"
    JUDGE = "judge", "提出方评价"
    SUSPEND = "suspend", "挂起最长"


# Until the office has set others: 一个工作日交办、十个工作日办理.
STANDING_DAYS = {
    RequestStage.ASSIGN: 1,
    RequestStage.HANDLE: 10,
    RequestStage.REDO: 5,
    RequestStage.JUDGE: 5,
    RequestStage.SUSPEND: 20,
}


class RequestVerb(models.TextChoices):
    """One line of a request's trace."""

    RAISE = "raise", "提出诉求"
    ASSIGN = "assign", "交办"
    GIVE_BACK = "give_back", "退回交办"
    TAKE_UP = "take_up", "开始办理"
    ANSWER = "answer", "反馈结果"
    ACCEPT = "accept", "评价满意"
    REJECT = "reject", "评价不满意"
    LAPSE = "lapse", "逾期未评价，视为满意"
    SUSPEND = "suspend", "挂起"
    LOOK_AGAIN = "look_again", "改定再议日期"
    RESUME = "resume", "恢复办理"
    WITHDRAW = "withdraw", "撤回"


class RequestOutcome(models.TextChoices):
    """How a request ended."""

    SATISFIED = "satisfied", "满意"
    SILENT = "silent", "逾期未评价"


class RequestSource(models.TextChoices):
    """Who brought it in."""

    OPERATOR = "operator", "园区运营方"
    STREET = "street", "街道"
    SPONSOR = "sponsor", "包保部门"
    TASK_FORCE = "task_force", "产业链专班"
    OFFICE = "office", "园区发展办"
    PUBLIC = "public", "企业自行提出"


class Unsolved(models.TextChoices):
    """Why a request belongs on the agenda of the 例会."""

    OVERDUE = "overdue", "逾期"
    DISSATISFIED = "dissatisfied", "两次不满意"
    SUSPENDED = "suspended", "长期挂起"


class ServiceKind(models.TextChoices):
    GOVERNMENT = "government", "政务服务进园区"
    TRAINING = "training", "培训"
    TALENT_HOUSING = "talent_housing", "人才公寓"
    STATION = "station", "企业服务站"
    OTHER = "other", "其他服务"


class VisitRank(models.TextChoices):
    """Which of the four of a 包保 went."""

    LEADER = "leader", "包保区领导"
    DEPUTY_HEAD = "deputy_head", "部门分管领导"
    STAFF = "staff", "工作人员"
    OTHER = "other", "其他人员"
