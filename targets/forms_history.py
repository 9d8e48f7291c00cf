"""What the pages of 历史补录 ask for."""

from django import forms

from guandu.core import clock
from guandu.core.periods import Period
from guandu.files.forms import AttachedFileField
from guandu.files.kinds import XLSX
from targets.actions.history import LONGEST_REASON
from targets.history_cells import SCOPES

FIRST_YEAR = 2022


class HistoryUploadForm(forms.Form):
    """A filled workbook and what the batch is called."""

    name = forms.CharField(
        label="名称", max_length=60, help_text="例如：2023—2025 年园区数据（统计台账）",
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": "请填写名称。", "max_length": "名称最多 60 个字。"},
    )  # fmt: skip
    file = AttachedFileField((XLSX,), label="填好的补录表")


class HistoryTemplateForm(forms.Form):
    """Which indicators, scopes and periods a template has."""

    indicators = forms.MultipleChoiceField(
        label="指标", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个指标。", "invalid_choice": "没有这个指标，请从列表中选择。"},
    )  # fmt: skip
    kinds = forms.MultipleChoiceField(
        label="预填范围", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(kind.value, kind.label) for kind in SCOPES],
        error_messages={"invalid_choice": "没有这种范围，请从列表中选择。"},
    )  # fmt: skip
    periods = forms.MultipleChoiceField(
        label="预填报告期", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "没有这个报告期，请从列表中选择。"},
    )  # fmt: skip

    def __init__(self, *args, indicators: list[tuple[str, str]], **options) -> None:
        super().__init__(*args, **options)
        self.fields["indicators"].choices = indicators
        self.fields["periods"].choices = offered_periods()


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="理由", max_length=LONGEST_REASON, required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2, "maxlength": LONGEST_REASON}),
    )  # fmt: skip


def offered_periods() -> list[tuple[str, str]]:
    """Periods from January on that are over, the newest year first."""
    today = clock.today()
    years = range(today.year, FIRST_YEAR - 1, -1)
    periods = [Period(year, 1, last) for year in years for last in (12, 9, 6, 3)]
    return [(period.code, period.label) for period in periods if period.end <= today]
