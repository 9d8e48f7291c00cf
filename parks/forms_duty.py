"""Forms of the portal's pages about honours, 升规培育 and 包保."""

from django import forms

from guandu.accounts.models import Unit
from guandu.core.errors import Invalid
from guandu.web.admin import OfficialForm
from parks.enums import CultivationState, HonourLevel, HonourState
from parks.forms_space import Dressed, Measure, RegisterFilter, day
from parks.models import Cultivation, Enterprise, Honour, HonourKind, StatisticalClass
from parks.validators import credit_code

EARLIEST_YEAR = 2015


class FirmField(forms.CharField):
    """A firm of the register, named by its credit code, its code or its whole name; of those that `firms`
    holds, which the form narrows to the person's own."""

    def __init__(self, **kwargs) -> None:
        help_text = "填写 18 位统一社会信用代码、企业编码，或与营业执照一致的企业全称"
        super().__init__(label="企业", max_length=120, help_text=help_text, **kwargs)
        self.firms = Enterprise.objects.none()

    def clean(self, value) -> Enterprise:
        said = super().clean(value).strip()
        found = list(self._named(said)[:2])
        if len(found) > 1:
            raise forms.ValidationError("名录中有几家同名的企业，请填写统一社会信用代码。")
        if not found:
            raise forms.ValidationError("您的工作范围内没有这家企业，请核对代码或全称。")
        return found[0]

    def _named(self, said: str):
        try:
            return self.firms.filter(credit_code=credit_code(said))
        except Invalid:
            by_code = self.firms.filter(code__iexact=said)
            return by_code if by_code.exists() else self.firms.filter(name=said)


class OfFirm(Dressed):
    """A form that begins with the firm, unless the page is about one."""

    def __init__(self, *args, firms, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise"].firms = firms


class AwardForm(OfFirm, forms.Form):
    enterprise = FirmField()
    kind = forms.ModelChoiceField(HonourKind.objects.all(), label="荣誉")
    on = day("认定日期", help_text="证书或文件上的起始日期")
    until = day("有效期至", required=False, help_text="到期之日，当日起不再计入；留空按规则的有效年数计算")
    level = forms.ChoiceField(
        label="级别", choices=[("", "按荣誉种类"), *HonourLevel.choices], required=False
    )
    document = forms.CharField(label="认定文号", max_length=120, required=False)
    issuer = forms.CharField(label="认定机关", max_length=80, required=False, help_text="留空按规则填入")
    batch = forms.CharField(label="批次", max_length=60, required=False)
    certificate = forms.CharField(label="证书编号", max_length=60, required=False)
    first_recognised_on = day("首次认定日期", required=False, help_text="留空按已登记的最早一次计算")


class HonourForm(Dressed, OfficialForm):
    valid_to = day("有效期至", required=False, help_text="到期之日，当日起不再计入；长期有效的留空")
    first_recognised_on = day("首次认定日期", required=False)

    class Meta:
        model = Honour
        fields = ("valid_to", "level", "document", "issuer", "batch", "certificate", "first_recognised_on")

    def refuse(self, refusal) -> None:
        self._show(refusal)


class RevokeForm(Dressed, forms.Form):
    on = day("撤销日期", help_text="自该日起不再计入")
    because = forms.CharField(label="撤销原因", max_length=120)


class HonourFilter(RegisterFilter):
    kind = forms.ChoiceField(label="荣誉", choices=[("", "全部荣誉")])
    state = forms.ChoiceField(label="状态", choices=[("", "有效"), ("all", "全部"), *HonourState.choices[1:]])
    name = forms.CharField(
        label="企业", max_length=60, widget=forms.TextInput(attrs={"placeholder": "名称或信用代码"})
    )
    on = day("日期")

    def __init__(self, *args, **kwargs) -> None:
        kinds = HonourKind.objects.values_list("code", "name")
        super().__init__(*args, offers={"kind": kinds}, **kwargs)

    def rows(self, honours):
        state, name = self.said("state", ""), self.said("name")
        if state != "all":
            wanted = [state] if state else [HonourState.HELD, HonourState.ENDING]
            honours = honours.filter(state__in=wanted)
        if name:
            honours = honours.filter(enterprise__name__icontains=name) | honours.filter(
                enterprise__credit_code__icontains=name.upper()
            )
        return self.matching(honours, kind__code="kind")


def revenue(label: str = "上年营业收入") -> Measure:
    return Measure(label, "万元", "最多两位小数；企业自身数据，只有本街道和园区发展办可见")


class BeginForm(OfFirm, forms.Form):
    enterprise = FirmField()
    of_class = forms.ModelChoiceField(StatisticalClass.objects.all(), label="四上类别")
    revenue = revenue()
    revenue_year = forms.IntegerField(label="收入所属年份", required=False, min_value=EARLIEST_YEAR, max_value=2100)
    note = forms.CharField(label="说明", max_length=200, required=False)


class CultivationForm(Dressed, OfficialForm):
    revenue = revenue()

    class Meta:
        model = Cultivation
        fields = ("of_class", "revenue", "revenue_year", "note")

    def refuse(self, refusal) -> None:
        self._show(refusal)


class StepForm(Dressed, forms.Form):
    """One step; which one stands in the address of the page."""

    on = day("日期", help_text="批准、申报或退出的日期")
    batch = forms.CharField(
        label="入库批次", max_length=40, required=False, help_text="例如：2026年年度、2026年9月月度"
    )
    document = forms.CharField(label="依据", max_length=120, required=False)
    comment = forms.CharField(label="说明", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CultivationFilter(RegisterFilter):
    UNCOUNTED = "uncounted"
    state = forms.ChoiceField(
        label="环节", choices=[("", "全部环节"), *CultivationState.choices, (UNCOUNTED, "达标准未纳统")]
    )
    of_class = forms.ChoiceField(label="四上类别", choices=[("", "全部类别")])
    name = forms.CharField(
        label="企业", max_length=60, widget=forms.TextInput(attrs={"placeholder": "名称或信用代码"})
    )

    def __init__(self, *args, **kwargs) -> None:
        classes = StatisticalClass.objects.values_list("code", "name")
        super().__init__(*args, offers={"of_class": classes}, **kwargs)


class SponsorForm(Dressed, forms.Form):
    """Who answers for the park from a day on."""

    on = day("起始日期", help_text="原包保到前一日为止")
    department = forms.ModelChoiceField(Unit.objects.filter(kind__in=Unit.DEPARTMENTS), label="包保部门")
    leader = forms.CharField(label="包保区领导", max_length=40, required=False)
    deputy_head = forms.CharField(label="包保部门分管领导", max_length=40, required=False)
    staff_member = forms.CharField(label="工作人员（A角）", max_length=40, required=False)
    deputy_staff = forms.CharField(label="工作人员（B角）", max_length=40, required=False)
    document = forms.CharField(label="依据", max_length=120, required=False)


class DutyFilter(RegisterFilter):
    department = forms.ChoiceField(label="包保部门", choices=[("", "全部部门")])
    gaps = forms.ChoiceField(label="缺口", choices=[("", "全部园区"), ("only", "只看有缺口的")])
    on = day("日期")

    def __init__(self, *args, **kwargs) -> None:
        units = Unit.objects.filter(sponsored_parks__isnull=False).distinct().order_by("code")
        super().__init__(*args, offers={"department": units.values_list("code", "short_name")}, **kwargs)
