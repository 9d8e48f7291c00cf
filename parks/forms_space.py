"""Forms of the portal's pages about space and tenants: what a park's clerk fills in."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import BLANK_CHOICE_DASH, QuerySet

from guandu.core import clock
from guandu.core.errors import Invalid, PortalError
from guandu.core.numbers import from_units
from guandu.web.admin import OfficialForm
from guandu.web.admin_fields import UnitsField
from parks.enums import LeavingReason
from parks.models import Building, Enterprise, Park, Space, Tenancy
from parks.queries.spaces import spaces_to_take
from parks.validators import credit_code

SCALE = 2
DASHES = BLANK_CHOICE_DASH[0][1]
CODE_HELP = "留空则自动编号；编码确定后不能修改，停用后也不再给别处使用"


class Measure(UnitsField):
    """A number with two decimals and its unit beside it."""

    def __init__(self, label: str, unit: str, help_text: str = "最多两位小数；不知道请留空") -> None:
        super().__init__(scale=SCALE, label=label, help_text=help_text, widget=forms.TextInput())
        self.unit = unit
        self.widget.attrs["inputmode"] = "decimal"


def area(label: str, help_text: str = "最多两位小数；不知道请留空") -> Measure:
    return Measure(label, "平方米", help_text)


def rent(label: str) -> Measure:
    return Measure(label, "元/平方米·月")


def day(label: str, **given: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **given)


class Dressed:
    """Draws the fields as the portal does; the first of the mix, before a form of Django's."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField | forms.NullBooleanField)
            field.widget.attrs.setdefault("class", "form-select" if chosen else "form-control")
            field.error_messages["required"] = f"请{'选择' if chosen else '填写'}{field.label}。"
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "请选择"
            elif isinstance(field, forms.ChoiceField):
                field.choices = [(value, label if label != DASHES else "未填写") for value, label in field.choices]

    def refuse(self, refusal: PortalError) -> None:
        """Show what the action refused, at the field where it says which."""
        errors = getattr(refusal, "errors", ())
        for name, sentence in errors:
            self.add_error(name if name in self.fields else None, sentence)
        if not errors:
            self.add_error(None, [refusal.message, *getattr(refusal, "missing", ())])


class EditForm(Dressed, OfficialForm):
    """A row of the register: knows what the person was shown, so that no one writes over another unseen."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text = CODE_HELP
            if self.instance.pk:
                del self.fields["code"]

    def refuse(self, refusal: PortalError) -> None:
        OfficialForm.refuse(self, refusal)


class BuildingForm(EditForm):
    built_area = area("建筑面积")
    completed_on = day("竣工日期", required=False)
    idle_since = day("闲置自", required=False, help_text="闲置楼宇、老旧厂房填写，未闲置留空")
    reused_on = day("盘活日期", required=False)
    closed_on = day("停用日期", required=False, help_text="自该日起不再计入；须先停用其中的空间")

    class Meta:
        model = Building
        fields = (
            "name", "code", "use", "address", "floors_above", "floors_below", "built_area", "completed_on",
            "idle_since", "reuse_plan", "reused_on", "closed_on", "note",
        )  # fmt: skip


class SpaceForm(EditForm):
    area = area("面积")
    height = Measure("层高", "米")
    rent = rent("租金")
    available_from = day("可招商日期", required=False, help_text="自该日起可以入驻；现在就可以的留空")
    closed_on = day("停用日期", required=False, help_text="自该日起不再计入；须先登记使用企业退出")

    class Meta:
        model = Space
        fields = (
            "name", "code", "floor", "use", "area", "height", "rent", "available_from", "closed_on", "note"
        )  # fmt: skip


class CorrectForm(EditForm):
    valid_from = day("入驻日期")
    valid_to = day("离园日期", required=False, help_text="从这一天起不在园；没有离园的留空")
    in_leading_industry = forms.NullBooleanField(label="属于主导产业", required=False)

    class Meta:
        model = Tenancy
        fields = ("valid_from", "valid_to", "leaving_reason", "in_leading_industry")


class EnterForm(Dressed, forms.Form):
    enterprise = forms.CharField(
        label="企业", max_length=120, help_text="填写 18 位统一社会信用代码，或与营业执照一致的企业全称"
    )
    on = day("入驻日期", help_text="从这一天起在园")
    in_leading_industry = forms.NullBooleanField(
        label="属于主导产业", required=False, help_text="属于本园区主导产业的选“是”；未认定的选“未知”"
    )

    def clean_enterprise(self) -> Enterprise:
        said = self.cleaned_data["enterprise"].strip()
        try:
            code = credit_code(said)
        except Invalid:
            found = list(Enterprise.objects.filter(name=said)[:2])
        else:
            found = list(Enterprise.objects.filter(credit_code=code)[:2])
        if len(found) > 1:
            raise forms.ValidationError("名录中有几家同名的企业，请填写统一社会信用代码。")
        if not found:
            raise forms.ValidationError(
                "企业名录中没有这家企业。请核对代码或全称；确实没有的，请园区发展办先登记企业。"
            )
        return found[0]


class LeaveForm(Dressed, forms.Form):
    on = day("离园日期", help_text="从这一天起不在园；使用的空间同日退出")
    reason = forms.ChoiceField(label="离园原因", choices=[("", "请选择"), *LeavingReason.choices])


class StrikeForm(Dressed, forms.Form):
    reason = forms.CharField(label="撤销原因", max_length=200)


class _SpaceChoice(forms.ModelChoiceField):
    def label_from_instance(self, space: Space) -> str:
        size = "面积未登记" if space.area is None else f"{from_units(space.area, SCALE):,f} 平方米"
        tenant = f"：{space.tenant_name}" if space.tenant_name else ""
        return f"{space.building.name} {space.name}（{size}，{space.state_word}{tenant}）"


class TakeForm(Dressed, forms.Form):
    space = _SpaceChoice(Space.objects.none(), label="空间")
    on = day("开始使用日期")
    area = area("使用面积", "只使用一部分时填写；使用整个空间的留空")
    rent = rent("约定租金")

    def __init__(self, *args, park: Park, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = spaces_to_take(park, clock.today())


class ReleaseForm(Dressed, forms.Form):
    on = day("退出日期", help_text="从这一天起不再使用；自始未使用的，填开始使用的那一天")


class RegisterFilter(Dressed, forms.Form):
    """Conditions of a list: what cannot be read narrows nothing and is said beside the field. `offers`: more
    choices by field, those of the person's own scope."""

    def __init__(self, *args, offers: Mapping[str, Iterable] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (offers or {}).items():
            self.fields[name].choices = [self.fields[name].choices[0], *choices]
        for field in self.fields.values():
            field.required = False
        self.is_valid()

    def said(self, name: str, otherwise: Any = None) -> Any:
        value = self.cleaned_data.get(name)
        return otherwise if value in (None, "") else value

    @property
    def day(self):
        return self.said("on", clock.today())

    def matching(self, rows: QuerySet, **conditions: str) -> QuerySet:
        """`rows` where each lookup holds the value of the field beside it, as far as one was given."""
        given = {lookup: self.said(name) for lookup, name in conditions.items()}
        return rows.filter(**{lookup: value for lookup, value in given.items() if value is not None})
