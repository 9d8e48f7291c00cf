"""What the pages of 期次 ask for."""

from django import forms

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from targets.actions.publications import LONGEST
from targets.enums import FigureScope
from targets.enums_publication import OFFICIAL

_AREA = {"class": "form-control", "rows": 2}


class ChoosePublicationForm(forms.Form):
    """Which period is published as what, in one choice."""

    of = forms.ChoiceField(label="期次", widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args, offered: list[tuple[str, str]], **options) -> None:
        super().__init__(*args, **options)
        self.fields["of"].choices = offered


class IssueForm(forms.Form):
    of = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    accepted = forms.CharField(required=False)
    document = forms.CharField(
        label="依据", required=False, max_length=LONGEST["document"], help_text="印发文件的名称、文号，没有可不填",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip
    note = forms.CharField(
        label="说明", required=False, max_length=LONGEST["note"], widget=forms.Textarea(attrs=_AREA)
    )

    def clean_of(self) -> tuple[str, Period]:
        return chosen(self.cleaned_data["of"])


class ReviseForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    accepted = forms.CharField(required=False)
    note = forms.CharField(
        label="修订原因", max_length=LONGEST["note"], widget=forms.Textarea(attrs=_AREA),
        error_messages={"required": "请写明修订原因。"},
    )  # fmt: skip
    document = IssueForm.base_fields["document"]


class RowFilter(forms.Form):
    """Which rows of a publication are listed. What is not offered is passed over."""

    indicator = forms.ChoiceField(label="指标", required=False, widget=forms.Select(attrs={"class": "form-select"}))
    scope = forms.ChoiceField(
        label="范围类型", required=False, choices=[("", "全部"), *FigureScope.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    name = forms.CharField(
        label="范围名称", required=False, max_length=40, widget=forms.TextInput(attrs={"class": "form-control"})
    )

    def __init__(self, *args, indicators: list[tuple[str, str]], **options) -> None:
        super().__init__(*args, **options)
        self.fields["indicator"].choices = [("", "全部"), *indicators]

    @property
    def conditions(self) -> dict[str, str]:
        self.is_valid()
        columns = {"indicator": "indicator_code", "scope": "scope_kind", "name": "scope_name__icontains"}
        return {columns[name]: value for name, value in self.cleaned_data.items() if value}


def chosen(text: str) -> tuple[str, Period]:
    """Kind and period of what was chosen. Raises ValidationError."""
    kind, _, code = text.partition(" ")
    try:
        period = Period.parse(code)
    except Invalid as wrong:
        raise forms.ValidationError("请从列表中选择期次。") from wrong
    if kind not in OFFICIAL:
        raise forms.ValidationError("请从列表中选择期次。")
    return kind, period
