"""Forms of the register in the officials' admin."""

from typing import Any

from django import forms

from guandu.accounts.models import Unit
from guandu.core import clock
from guandu.web.admin import OfficialForm
from guandu.web.admin_fields import UnitsField, choice, day, many_of, one_of, text
from parks.enums import LeavingReason, TitleLevel, TitleState
from parks.models import Area, Building, Chain, Park, Space, Tenancy

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
        fields = "__all__"


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
    staff_member = text("工作人员", required=False, max_length=40)

    @staticmethod
    def current(park: Park) -> dict[str, Any]:
        duty = park.sponsorships.filter(valid_to=None).first()
        names = ("department", "leader", "deputy_head", "staff_member")
        return {**({name: getattr(duty, name) for name in names} if duty else {}), "on": clock.today()}


class TitleForm(forms.Form):
    """How far a title is; one of the same level and name is changed."""

    level = choice("级别", TitleLevel.choices)
    name = text("称号", max_length=80)
    state = choice("状态", TitleState.choices)
    awarded_on = day("认定日期", required=False)
    lapsed_on = day("失效日期", required=False)
    document = text("文号", required=False, max_length=80)


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
        fields = "__all__"


class SpaceForm(_CodeGiven):
    area = square_metres("面积")
    height = UnitsField(scale=2, label="层高", help_text="米，最多两位小数；不知道请留空")
    rent = UnitsField(scale=2, label="租金", help_text="元/平方米·月，最多两位小数；不知道请留空")

    class Meta:
        model = Space
        fields = "__all__"


class TenancyForm(OfficialForm):
    class Meta:
        model = Tenancy
        fields = "__all__"


class LeavingForm(forms.Form):
    """From which day on the firm is no longer in the park, and why."""

    on = day("离园日期", help_text="从这一天起不在园；使用的空间同日退出")
    reason = choice("离园原因", LeavingReason.choices)
