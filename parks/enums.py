"""The register's fixed choices; what the district may extend is data (reference/)."""

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


class HonourKind(models.TextChoices):
    HITECH = "hitech", "高新技术企业"
    INNOVATIVE = "innovative", "创新型中小企业"
    SPECIALISED = "specialised", "专精特新中小企业"
    LITTLE_GIANT = "little_giant", "专精特新小巨人企业"


class ParkState(models.TextChoices):
    """Where a park stands on a day, by its dates."""

    PLANNED = "planned", "规划中"
    OPEN = "open", "在运营"
    CLOSED = "closed", "已关闭"
