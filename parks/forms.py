"""Forms of the register in the officials' admin."""

from typing import Any

from django import forms

from guandu.accounts.models import Unit
from guandu.core import clock
from guandu.web.admin import OfficialForm
from guandu.web.admin_fields import NamesField, UnitsField, choice, count, day, many_of, one_of, text
from parks.enums import LeavingReason, Renewal, TitleLevel, TitleState
from parks.models import Area, Building, Chain, HonourKind, Park, Space, StatisticalClass, Tenancy

AREA_SCALE = 2


def square_metres(label: str) -> UnitsField:
    return UnitsField(scale=AREA_SCALE, label=label, help_text="平方米，最多两位小数；不知道请留空")


class ParkForm(OfficialForm):
    land_area = square_metres("占地面积")
    floor_area = square_metres("规划建筑面积")
    built_area = square_metres("已建成建筑面积")
    lettable_area = square_metres("可招商面积")
    let_area = square_metres("已入驻面积")

    class Meta:
        model = Park
        fields = (
            "code", "name", "short_name", "park_type", "carrier", "operating_model", "approved_on", "opened_on",
            "closed_on", "land_area", "floor_area", "built_area", "lettable_area", "let_area", "address",
            "leading_industry", "has_service_station", "has_one_stop", "other_services", "clause", "note",
        )  # fmt: skip


class NewParkForm(ParkForm):
    """A park begins in exactly one chain, with one form and one model."""

    chain = one_of("产业链", Chain.objects.all())
    on = day("自何日起", help_text="归属从这一天起算")
    area = one_of("片区", Area.objects.all(), required=False)
    street = one_of("街道", Unit.objects.filter(kind=Unit.Kind.STREET), required=False)
    operator = one_of(
        "运营方", Unit.objects.filter(kind__in=(Unit.Kind.OPERATOR, Unit.Kind.COMPANY)), required=False
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today()
        for name in ("carrier", "operating_model"):
            self.fields[name].required = True


class AreaForm(OfficialForm):
    aliases = NamesField(label="其他写法", help_text="几个写法之间用顿号分开")
    clusters = many_of("产业链", Chain.objects.all(), help_text="以该片区为聚集区的产业链")

    class Meta:
        model = Area
        fields = ("code", "name", "aliases", "clause")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "clusters" in self.fields:
            self.fields["clusters"].initial = list(self.instance.chains.all())


def _kind(*kinds: str):
    return Unit.objects.filter(kind__in=kinds)


class PlacementForm(forms.Form):
    """Where the park belongs from a day on; what is shown first is where it belongs now."""

    on = day("自何日起", help_text="原归属到前一日为止")
    chain = one_of("产业链", Chain.objects.all())
    area = one_of("片区", Area.objects.all(), required=False)
    street = one_of("街道", _kind(Unit.Kind.STREET), required=False)
    operator = one_of("运营方", _kind(Unit.Kind.OPERATOR, Unit.Kind.COMPANY), required=False)

    @staticmethod
    def current(park: Park) -> dict[str, Any]:
        place = park.placements.filter(valid_to=None).first()
        now = (
            {name: getattr(place, name) for name in ("chain", "area", "street", "operator")} if place else {}
        )
        return {**now, "on": clock.today()}


class SponsorshipForm(forms.Form):
    """Who sponsors the park from a day on."""

    on = day("自何日起", help_text="原包保到前一日为止")
    department = one_of("包保部门", _kind(*Unit.DEPARTMENTS))
    leader = text("包保区领导", required=False, max_length=40)
    deputy_head = text("分管领导", required=False, max_length=40)
    staff_member = text("工作人员（A角）", required=False, max_length=40)
    deputy_staff = text("工作人员（B角）", required=False, max_length=40)
    document = text("依据", required=False, max_length=120)

    @staticmethod
    def current(park: Park) -> dict[str, Any]:
        duty = park.sponsorships.filter(valid_to=None).first()
        names = ("department", "leader", "deputy_head", "staff_member", "deputy_staff", "document")
        return {**({name: getattr(duty, name) for name in names} if duty else {}), "on": clock.today()}


class TitleForm(forms.Form):
    """How far a title is; one of the same level and name is changed."""

    level = choice("级别", TitleLevel.choices)
    name = text("称号", max_length=80)
    state = choice("状态", TitleState.choices)
    applied_on = day("申报日期", required=False)
    awarded_on = day("认定日期", required=False)
    lapsed_on = day("失效日期", required=False)
    document = text("文号", required=False, max_length=80)


class HonourRuleForm(forms.Form):
    """What a recognition given from a day on is called and how long it lasts."""

    on = day("自何日起", help_text="该日起认定的按本规则；此前认定的不变")
    name = text("当时的名称", max_length=60)
    issuer = text("认定机关", required=False, max_length=80)
    years = count("有效年数", required=False, help_text="长期有效的留空")
    renewal = choice("到期办法", Renewal.choices)
    document = text("依据", required=False)

    @staticmethod
    def current(kind: HonourKind) -> dict[str, Any]:
        rule = kind.rules.filter(valid_to=None).first()
        names = ("name", "issuer", "years", "renewal", "document")
        return {name: getattr(rule, name) for name in names} if rule else {"name": kind.name}


class StatisticalClassForm(OfficialForm):
    industries = NamesField(
        label="行业范围", required=True, help_text="门类的字母，或大类、中类、小类的数字，之间用顿号分开，例如 B、C、D、7020"
    )

    class Meta:
        model = StatisticalClass
        fields = ("code", "name", "industries", "position")


class ThresholdForm(forms.Form):
    """From which yearly revenue a firm of the class belongs to the statistics, from a day on."""

    on = day("自何日起")
    revenue = UnitsField(scale=2, label="年营业收入标准", help_text="万元；按资质或经营活动认定的留空")
    condition = text("其他条件", required=False, max_length=120)
    document = text("依据", required=False)

    @staticmethod
    def current(of_class: StatisticalClass) -> dict[str, Any]:
        line = of_class.thresholds.filter(valid_to=None).first()
        return {name: getattr(line, name) for name in ("revenue", "condition", "document")} if line else {}


class _CodeGiven(OfficialForm):
    """A code that is left empty is given."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text = "留空则自动编号；确定后不能修改"


class BuildingForm(_CodeGiven):
    built_area = square_metres("建筑面积")

    class Meta:
        model = Building
        fields = (
            "code", "park", "name", "address", "use", "floors_above", "floors_below", "built_area", "completed_on",
            "closed_on", "idle_since", "reuse_plan", "reused_on", "note",
        )  # fmt: skip


class SpaceForm(_CodeGiven):
    area = square_metres("面积")
    height = UnitsField(scale=2, label="层高", help_text="米，最多两位小数；不知道请留空")
    rent = UnitsField(scale=2, label="租金", help_text="元/平方米·月，最多两位小数；不知道请留空")

    class Meta:
        model = Space
        fields = (
            "code", "building", "name", "floor", "use", "area", "height", "rent", "available_from", "closed_on", "note",
        )  # fmt: skip


class TenancyForm(OfficialForm):
    class Meta:
        model = Tenancy
        fields = ("park", "enterprise", "valid_from", "valid_to", "in_leading_industry", "leaving_reason")


class LeavingForm(forms.Form):
    """From which day on the firm is no longer in the park, and why."""

    on = day("离园日期", help_text="从这一天起不在园；使用的空间同日退出")
    reason = choice("离园原因", LeavingReason.choices)
