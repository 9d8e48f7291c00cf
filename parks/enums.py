"""The register's fixed choices; what the district may extend is data (reference/)."""

from enum import StrEnum

from django.db import models


class Carrier(models.TextChoices):
    LAND = "land", "用地类"
    BUILDING = "building", "楼宇类"


class OperatingModel(models.TextChoices):
    GOVERNMENT = "government", "政府主导型"
    JOINT = "joint", "政企合作型"
    ENTERPRISE = "enterprise", "企业自持型"


class TitleLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"
    CITY = "city", "市级"


class TitleState(models.TextChoices):
    CANDIDATE = "candidate", "拟申报"
    APPLIED = "applied", "已申报"
    AWARDED = "awarded", "已认定"
    LAPSED = "lapsed", "已失效"


class HonourCode(StrEnum):
    """The recognitions that code counts by name; all others are rows of HonourKind only."""

    HITECH = "hitech"
    INNOVATIVE = "innovative"
    SPECIALISED = "specialised"
    LITTLE_GIANT = "little_giant"


class HonourLevel(models.TextChoices):
    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"


class Renewal(models.TextChoices):
    """What a firm does when a recognition runs out."""

    REAPPLY = "reapply", "重新认定"
    REVIEW = "review", "复核"
    NONE = "none", "不需办理"


class HonourState(models.TextChoices):
    """Where a recognition stands on a day."""

    HELD = "held", "有效"
    ENDING = "ending", "即将到期"
    ENDED = "ended", "已到期"
    REVOKED = "revoked", "已撤销"
    TO_COME = "to_come", "未生效"


class IndustryLevel(models.TextChoices):
    """The four levels of GB/T 4754."""

    SECTION = "section", "门类"
    DIVISION = "division", "大类"
    GROUP = "group", "中类"
    CLASS = "class", "小类"


class EnterpriseKind(models.TextChoices):
    COMPANY = "company", "企业法人"
    BRANCH = "branch", "分支机构"
    HOUSEHOLD = "household", "个体工商户"
    OTHER = "other", "其他"


class CodeState(models.TextChoices):
    VERIFIED = "verified", "已核实"
    PENDING = "pending", "待核"


class AttributionKind(models.TextChoices):
    TAX = "tax", "税收归属"
    STATISTICS = "statistics", "统计归属"


class SpaceUse(models.TextChoices):
    OFFICE = "office", "办公"
    WORKSHOP = "workshop", "厂房"
    WAREHOUSE = "warehouse", "仓储"
    SHOP = "shop", "商业"
    LABORATORY = "laboratory", "研发"
    HOUSING = "housing", "配套居住"
    OTHER = "other", "其他"


class SpaceState(models.TextChoices):
    """Where a space stands on a day, by its dates and its occupancies."""

    FREE = "free", "可招商"
    TAKEN = "taken", "使用中"
    PROMISED = "promised", "已约定"
    WAITING = "waiting", "未到招商日期"
    CLOSED = "closed", "已停用"


class TenancyState(models.TextChoices):
    """Where a firm stands towards a park on a day, by the dates of its tenancy."""

    IN = "in", "在园"
    COMING = "coming", "将入驻"
    LEFT = "left", "已离园"


class LeavingReason(models.TextChoices):
    MOVED = "moved", "迁出"
    CLOSED = "closed", "注销"
    MERGED = "merged", "合并"
    OTHER = "other", "其他"


class CultivationState(models.TextChoices):
    NURTURED = "nurtured", "培育"
    REACHED = "reached", "达标"
    APPLIED = "applied", "申报"
    ENTERED = "entered", "入库"
    LEFT = "left", "退库"


class ProposalState(models.TextChoices):
    WAITING = "waiting", "待审核"
    ACCEPTED = "accepted", "已同意"
    APPLIED = "applied", "已生效"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    STALE = "stale", "已失效"


class FindingKind(models.TextChoices):
    MOVED = "moved", "注册地址变动"
    CLOSED = "closed", "已注销或吊销"
    RENAMED = "renamed", "名称不一致"
    MISSING = "missing", "登记中查无"


class FindingState(models.TextChoices):
    WAITING = "waiting", "待街道确认"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "与实际不符"


class ParkState(models.TextChoices):
    """Where a park stands on a day, by its dates."""

    PLANNED = "planned", "规划中"
    OPEN = "open", "在运营"
    CLOSED = "closed", "已关闭"
