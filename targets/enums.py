"""Fixed choices of indicators, returns, figures and targets."""

from django.db import models


class IndicatorKind(models.TextChoices):
    FLOW = "flow", "本年累计"
    STOCK = "stock", "期末数"
    RATIO = "ratio", "比率"
    SHARE = "share", "占全区比重"
    COUNT = "count", "达标园区数"
    REGISTERED = "registered", "登记册计数"
    MEASURE = "measure", "适用指标"
    AVERAGE = "average", "平均值"
    GROWTH = "growth", "增长率"
    ANNUAL_GROWTH = "annual_growth", "年均增速"
    SINGLE = "single", "当季数"
    ALL_OF = "all_of", "各园区均符合"
    FORMULA = "formula", "公式计算"


class SubjectKind(models.TextChoices):
    """What a value is about where it is collected."""

    PARK = "park", "园区"
    DISTRICT = "district", "全区"
    STREET = "street", "街道"
    AREA = "area", "片区"
    CHAIN = "chain", "产业链"
    FIRM = "firm", "企业"
    REST = "rest", "其余企业合计"


class LinesKind(models.TextChoices):
    """What the lines below a return's own cells are about; empty for a form without lines."""

    FIRM = "firm", "在园企业"
    PARK = "park", "各园区"


class RosterStanding(models.TextChoices):
    """What became of a firm in the period."""

    PRESENT = "present", "在园"
    ENTERED = "entered", "迁入"
    LEFT = "left", "迁出"
    CLOSED = "closed", "注销"


class Frequency(models.TextChoices):
    """How often a form or an indicator is asked for."""

    MONTH = "月", "每月"
    QUARTER = "季", "每季"
    YEAR = "年", "每年"


class Direction(models.TextChoices):
    UP = "up", "越高越好"
    DOWN = "down", "越低越好"
    NEUTRAL = "neutral", "不分高低"


class OverSpace(models.TextChoices):
    """How values of parks become one of a street, a chain or the district."""

    SUM = "sum", "各园区相加"
    AVERAGE = "average", "各园区平均"
    MAX = "max", "取最大的园区"
    RECOMPUTE = "recompute", "按分子分母重算"
    NONE = "none", "不汇总"


class OverTime(models.TextChoices):
    """How values of a year's periods become the year's."""

    LAST = "last", "取最后一期"
    SUM = "sum", "各期相加"
    AVERAGE = "average", "各期平均"
    MAX = "max", "取最大的一期"
    RECOMPUTE = "recompute", "按分子分母重算"
    NONE = "none", "不汇总"


class FigureScope(models.TextChoices):
    PARK = "park", "园区"
    CHAIN = "chain", "产业链"
    STREET = "street", "街道"
    AREA = "area", "片区"
    DEPARTMENT = "department", "包保部门"
    DISTRICT = "district", "全区"


class Gap(models.TextChoices):
    """Why a figure has no number, the first that applies; the label is the sentence a reader sees."""

    NOT_APPLICABLE = "not_applicable", "不适用于该园区，不评定"
    NOT_REPORTED = "not_reported", "尚无核定数"
    NO_DENOMINATOR = "no_denominator", "缺少分母，暂不能计算"
    ZERO_DENOMINATOR = "zero_denominator", "分母或基期数不大于零，不计算"
    NO_BASE = "no_base", "缺少基期数，暂不能计算"
    NO_PREVIOUS = "no_previous", "缺少上一期的累计数，当季数不能推算"
    ROSTER = "roster", "两期之间企业名单有变动，合计数不能相减"
    ROSTER_UNKNOWN = "roster_unknown", "企业名单未登记，不能判断两期名单是否一致"
    DIFFERENT = "different", "两期口径不一致（来源、采集层级或指标版本不同），不能相减或计算增速"
    CYCLE = "cycle", "计算方法互相引用，不能计算"
    TOO_LARGE = "too_large", "数值超出可存范围"


class Basis(models.TextChoices):
    FILED = "filed", "初步"
    CERTIFIED = "certified", "核定"


class TemplateKind(models.TextChoices):
    WORK = "work", "工作调度表"
    SURVEY = "survey", "统计调查表"


class ReturnState(models.TextChoices):
    """The five words users see, and 免报 beside them. OPEN_STATES may be edited by the filer."""

    DRAFT = "draft", "待填报"
    FILED = "filed", "已报送"
    SENT_BACK = "sent_back", "已退回"
    REVIEWED = "reviewed", "已审核"
    LOCKED = "locked", "已锁定"
    EXEMPT = "exempt", "免报"


OPEN_STATES = frozenset({ReturnState.DRAFT, ReturnState.SENT_BACK})


class OpinionSide(models.TextChoices):
    """Who is asked for an opinion beside the review. The value is the kind of scope that gives it."""

    STREET = "street", "街道"
    CHAIN = "chain", "产业链专班"


class CorrectionState(models.TextChoices):
    ASKED = "asked", "待批准"
    OPEN = "opened", "订正中"
    DONE = "done", "已订正"
    DECLINED = "declined", "未同意"
    WITHDRAWN = "withdrawn", "已撤销"


class ExtensionState(models.TextChoices):
    ASKED = "asked", "待批准"
    GRANTED = "granted", "已同意"
    DECLINED = "declined", "未同意"


class FirmSheetState(models.TextChoices):
    ISSUED = "issued", "未报"
    SENT = "sent", "已报"
    ACCEPTED = "accepted", "已采用"
    REVOKED = "revoked", "已作废"


class ValueSource(models.TextChoices):
    OPERATOR = "operator", "运营方报送"
    BUREAU = "bureau", "部门反馈"
    STREET = "street", "街道反馈"
    REGISTER = "register", "登记册"
    HISTORY = "history", "补录"


class NoteKind(models.TextChoices):
    COMMENT = "comment", "审核意见"
    REASON = "reason", "情况说明"
    FLAG = "flag", "待跟进"
    UNREAD = "unread", "未能载入"


class WorkbookState(models.TextChoices):
    READY = "ready", "待载入"
    FAULTY = "faulty", "有误"
    LOADED = "loaded", "已载入"
    DROPPED = "dropped", "已放弃"


class BatchState(models.TextChoices):
    READING = "reading", "核对中"
    READ = "read", "已核对"
    LOADING = "loading", "载入中"


class Operator(models.TextChoices):
    AT_LEAST = "ge", "不低于"
    MORE_THAN = "gt", "超过"
    AT_MOST = "le", "不超过"
    DONE = "done", "完成"


class Shape(models.TextChoices):
    """The ten shapes of the plan's targets."""

    STOCK = "stock", "期末存量"
    NEW_SINCE = "new_since", "期内新增"
    COUNT_OVER_LINE = "count_over_line", "达标园区个数"
    SHARE = "share", "占全区比重"
    RATIO_EACH = "ratio_each", "各园区比率"
    AVERAGE = "average", "平均值"
    GROWTH_ON_BASE = "growth_on_base", "较基期增长"
    AVG_ANNUAL_GROWTH = "avg_annual_growth", "年均增速"
    CAP_EACH = "cap_each", "各园区上限"
    MILESTONE = "milestone", "节点事项"
    FLOW = "flow", "年度总量"


class Force(models.TextChoices):
    BINDING = "约束", "约束性"
    STRIVE = "力争", "力争"
    COMPETE = "争创", "争创"


class TargetStatus(models.TextChoices):
    """How a target stands, by the rule in force (StatusRule)."""

    MET = "met", "已完成"
    ON_TRACK = "on_track", "正常"
    AT_RISK = "at_risk", "有风险"
    BEHIND = "behind", "滞后"
    PENDING = "pending", "待补"
