"""What the audit administrator looks for."""

from django import forms

from guandu.audit.models import AuditEvent
from guandu.oversight.queries import Asked, verb_choices

FORMATS = (("xlsx", "Excel"), ("csv", "CSV"))


class SearchForm(forms.Form):
    """The filters of 审计查询. `before` is where the page goes on."""

    since = forms.DateField(
        label="起始日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )
    until = forms.DateField(
        label="截止日期",
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
    )
    person = forms.CharField(
        label="人员",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "姓名或账号"}),
    )
    verb = forms.ChoiceField(
        label="操作", required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    object = forms.CharField(
        label="对象",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "名称或编号"}),
    )
    outcome = forms.ChoiceField(
        label="结果",
        required=False,
        choices=[("", "全部"), *AuditEvent.Outcome.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    address = forms.CharField(
        label="来源地址",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "如 10.1.2.3"}),
    )
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", "全部"), *verb_choices()]

    def clean(self) -> dict:
        data = super().clean()
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", "截止日期不能早于起始日期。")
        return data

    @property
    def asked(self) -> Asked:
        """What was asked for; of a wrong field, nothing."""
        said = {
            name: self.cleaned_data.get(name) or Asked.__dataclass_fields__[name].default
            for name in Asked.__dataclass_fields__
        }
        return Asked(**said)


class ExportForm(SearchForm):
    format = forms.ChoiceField(label="格式", choices=FORMATS)
