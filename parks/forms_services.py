"""What people fill in for service events and 包保走访, and the conditions of their lists."""

from django import forms
from django.db.models import Q

from guandu.core import clock
from parks.enums_requests import ServiceKind, VisitRank
from parks.forms_requests import line, words
from parks.forms_space import Dressed, RegisterFilter, day
from parks.models import Park
from parks.models.service_event import MOST


class ParkField(forms.ModelChoiceField):
    def __init__(self, **given) -> None:
        super().__init__(Park.objects.none(), label="园区", **given)

    def label_from_instance(self, park: Park) -> str:
        return park.name


def parks_open_to(user, permission):
    """Parks that are not closed, over which the person holds the permission."""
    open_ = Q(closed_on=None) | Q(closed_on__gt=clock.today())
    return Park.objects.visible_to(user, permission).filter(open_).order_by("code")


def count(label: str, help_text: str = "没有统计的留空，不填 0") -> forms.IntegerField:
    wrong = f"请填 0 至 {MOST:,} 的整数，没有统计的留空。"
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=MOST, help_text=help_text,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class EventForm(Dressed, forms.Form):
    park = ParkField()
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *ServiceKind.choices])
    on = day("日期")
    title = line("名称", 80, help_text="例如：市场监管窗口进园区、稳岗政策培训")
    host = line("主办单位", 100, required=False)
    people = count("服务人数")
    firms = count("服务企业数")
    items = count("办理数量", "办件数、场次或公寓套数；没有统计的留空")
    note = line("说明", 200, required=False)

    def __init__(self, *args, parks, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["park"].queryset = parks


class CorrectEventForm(EventForm):
    """The park stays; a line of another park is voided and entered anew."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, error_messages={"required": "请刷新页面后再保存。"})
    park = None

    def __init__(self, *args, **kwargs) -> None:
        Dressed.__init__(self, *args, **kwargs)


class VoidForm(Dressed, forms.Form):
    because = line("作废原因", 200)


class EventFilter(RegisterFilter):
    kind = forms.ChoiceField(label="类别", choices=[("", "全部类别"), *ServiceKind.choices])
    text = forms.CharField(label="查找", max_length=60, widget=forms.TextInput(attrs={"placeholder": "园区或名称"}))
    since = day("起")
    until = day("止")
    voided = forms.ChoiceField(label="作废", choices=[("", "不含作废的"), ("all", "含作废的")])
    sort = forms.ChoiceField(label="排序", choices=[("", "按日期"), ("park", "按园区"), ("kind", "按类别")])
    SORTS = {"": ("-on", "-pk"), "park": ("park__code", "-on", "-pk"), "kind": ("kind", "-on", "-pk")}

    def rows(self, events):
        if not self.said("voided"):
            events = events.filter(voided_at=None)
        if text := self.said("text"):
            events = events.filter(Q(park__name__icontains=text) | Q(title__icontains=text))
        events = self.matching(events, kind="kind", on__gte="since", on__lte="until")
        return events.order_by(*self.SORTS[self.said("sort", "")])


class VisitForm(Dressed, forms.Form):
    """Filed on a phone on the way back: a park, a day, who, what was seen."""

    park = ParkField()
    on = day("走访日期")
    rank = forms.ChoiceField(label="走访人员", choices=[("", "请选择"), *VisitRank.choices])
    visitors = line("姓名", 80, help_text="几个人一起去的用顿号分开")
    seen = words("走访情况", 500, help_text="看到什么、园区和企业怎么样；请勿填写涉密内容")
    asks = words("企业反映", 500, required=False, help_text="需要办理的，登记后再提出一条企业诉求")

    def __init__(self, *args, parks, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["park"].queryset = parks
        self.fields["asks"].widget.attrs["rows"] = 3


class VisitFilter(RegisterFilter):
    rank = forms.ChoiceField(label="走访人员", choices=[("", "全部人员"), *VisitRank.choices])
    text = forms.CharField(label="查找", max_length=60, widget=forms.TextInput(attrs={"placeholder": "园区、姓名或情况"}))
    since = day("起")
    until = day("止")
    voided = forms.ChoiceField(label="作废", choices=[("", "不含作废的"), ("all", "含作废的")])

    def rows(self, visits):
        if not self.said("voided"):
            visits = visits.filter(voided_at=None)
        if text := self.said("text"):
            visits = visits.filter(Q(park__name__icontains=text) | Q(visitors__icontains=text) | Q(seen__icontains=text))
        return self.matching(visits, rank="rank", on__gte="since", on__lte="until").order_by("-on", "-pk")


class SponsorFilter(RegisterFilter):
    """By whom the parks are looked at, and on which day."""

    LEADER, DEPARTMENT, OFFICER = "leader", "department", "officer"
    BY = ((LEADER, "包保区领导"), (DEPARTMENT, "包保部门"), (OFFICER, "工作人员"))
    by = forms.ChoiceField(label="按", choices=[("", "包保区领导"), *BY[1:]])
    who = forms.CharField(label="姓名或部门", max_length=60)
    on = day("日期")

    @property
    def kind(self) -> str:
        return self.said("by", self.LEADER)
