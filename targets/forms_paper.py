"""What the pages of evidence and of paper ask for."""

from django import forms

from guandu.files.forms import AttachedFileField
from guandu.files.kinds import EVIDENCE, SCANS
from targets.actions.paper import LONGEST_REASON
from targets.models import PrintedSheet

WHOLE = ("", "整张报表")


class EvidenceForm(forms.Form):
    """One file, and the cell that it is for."""

    code = forms.ChoiceField(
        label="用于", required=False, error_messages={"invalid_choice": "本表没有这项指标，请从列表中选择。"}
    )
    file = AttachedFileField(EVIDENCE, label="文件")

    def __init__(self, *args, cells=(), **options) -> None:
        """`cells`: (code, name) of the template's cells in their order."""
        super().__init__(*args, **options)
        self.fields["code"].choices = [WHOLE, *cells]
        self.fields["code"].widget.attrs["class"] = "form-select"


class NamesForm(forms.ModelForm):
    """The three names that the printed sheet bears."""

    class Meta:
        model = PrintedSheet
        fields = ("preparer_name", "reviewer_name", "head_name")

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control"
            field.error_messages["required"] = f"请填写{self.instance._meta.get_field(name).verbose_name}姓名。"


class SignedSheetForm(forms.Form):
    """The scan of a signed sheet, and what stands on it."""

    step = forms.ChoiceField(
        label="用途", error_messages={"required": "请选择扫描件的用途。", "invalid_choice": "请选择扫描件的用途。"}
    )
    signer_name = forms.CharField(label="签批人", max_length=40, error_messages={"required": "请填写签批人姓名。"})
    signed_on = forms.DateField(
        label="签批日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填写签批日期。", "invalid": "请填写日期，如 2026-10-09。"},
    )
    code = forms.CharField(
        label="校验码",
        max_length=20,
        help_text="照纸面右上角填写，如 7KMP-Q4XD",
        error_messages={"required": "请照纸面填写校验码。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    file = AttachedFileField(SCANS, label="扫描件")

    def __init__(self, *args, steps=(), **options) -> None:
        """`steps`: (value, label) of what this person may record."""
        super().__init__(*args, **options)
        self.fields["step"].choices = list(steps)
        self.fields["step"].widget.attrs["class"] = "form-select"
        for name in ("signer_name", "signed_on", "code"):
            self.fields[name].widget.attrs["class"] = "form-control"


class RefusalForm(forms.Form):
    """Why the scan does not do."""

    reason = forms.CharField(
        label="退回原因",
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": "请写明退回原因，让录入人知道要换什么。"},
    )
