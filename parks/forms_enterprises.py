"""What people say about a firm: who counts it, what the bureau's register has, a typing error."""

from typing import Any

from django import forms

from guandu.accounts.models import Unit
from guandu.core.errors import Invalid
from guandu.web.admin import OfficialForm
from guandu.web.admin_fields import text
from parks.actions.enterprises import NAMED
from parks.enums import AttributionKind
from parks.models import Enterprise
from parks.validators import credit_code


def typed(
    label: str, *, required: bool = True, max_length: int = 200, help_text: str = ""
) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control"})
    return forms.CharField(
        label=label, required=required, max_length=max_length, help_text=help_text, widget=widget
    )


def dated(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


def chosen(label: str, choices, **options: Any) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, choices=choices, widget=widget, **options)


def _kind() -> forms.ChoiceField:
    return chosen("归属类别", AttributionKind.choices)


class ClaimForm(forms.Form):
    """A street says that a firm counts with it."""

    kind = _kind()
    street = forms.ModelChoiceField(
        Unit.objects.none(),
        label="主张街道",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    ground = typed("理由", help_text="例如：税务登记在本街道，附纳税证明")

    def __init__(self, *args, streets: list[Unit], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["street"].queryset = Unit.objects.filter(pk__in=[street.pk for street in streets])


class AttributeForm(forms.Form):
    """The office says who counts a firm from a day on."""

    kind = _kind()
    on = dated("起始日期", help_text="原归属到前一日为止")
    street = forms.ModelChoiceField(
        Unit.objects.filter(kind=Unit.Kind.STREET), label="归属街道", required=False, empty_label="不在本区",
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    elsewhere = typed("区外归属", required=False, max_length=60, help_text="不在本区时填写，例如：盘龙区")
    document = typed("依据", required=False, max_length=120)


class SettleForm(forms.Form):
    upheld = chosen("意见", [("yes", "采纳，按主张确定归属"), ("no", "不采纳")])
    on = dated("自何日起", required=False, help_text="采纳的填写；同一归属的其他主张随之不采纳")
    document = typed("依据", required=False, max_length=120, help_text="会议纪要、协商函等")
    answer = typed("确认意见", required=False, help_text="不采纳的必须写明，主张的街道会看到")

    def clean_upheld(self) -> bool:
        return self.cleaned_data["upheld"] == "yes"


class FindingForm(forms.Form):
    """`decision` is the button that was pressed."""

    decision = forms.ChoiceField(choices=[("confirm", "属实"), ("reject", "与实际不符")])
    on = dated("注销日期", required=False)
    answer = typed("情况说明", required=False)


FACTS = (
    "code", "name", "credit_code", "credit_code_state", "kind", "head_office", "industry", "is_service_body",
    "registered_street", "registered_address", "operating_street", "operating_address", "established_on",
    "closed_on", "note",
)  # fmt: skip


class EnterpriseForm(OfficialForm):
    """A firm in the officials' admin. A name or code that stands already is corrected with a reason."""

    reason = text("订正原因", required=False, help_text="订正名称或代码的笔误时填写；依法更名请办理更名")

    class Meta:
        model = Enterprise
        fields = FACTS

    def clean_credit_code(self) -> str:
        try:
            return credit_code(self.cleaned_data["credit_code"])
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    @property
    def said(self) -> dict[str, Any]:
        return {name: value for name, value in super().said.items() if name != "reason"}

    @property
    def altered(self) -> dict[str, Any]:
        """With the reason beside, where there is one: the admin hands both to the action."""
        found = {name: value for name, value in super().altered.items() if name != "reason"}
        given = self.cleaned_data.get("reason", "")
        return {**found, "reason": given} if given and set(found) & set(NAMED) else found
