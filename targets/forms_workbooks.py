"""What the pages of workbooks ask for."""

from django import forms

from guandu.files.forms import AttachedFileField
from guandu.files.kinds import BUNDLE, SCANS, XLSX

CAME_BY = (("", "请选择"), ("纸质件", "纸质件"), ("电子邮件", "电子邮件"), ("微信、政务钉钉", "微信、政务钉钉"), ("U 盘", "U 盘"), ("其他", "其他"))


class WorkbookForm(forms.Form):
    """The workbook that somebody filled in."""

    file = AttachedFileField((XLSX,), label="填好的工作簿")


class LoadForm(forms.Form):
    """How a workbook is loaded: `partly` what could be read, `overwrite` also over what was changed on the page since."""

    partly = forms.BooleanField(required=False)
    overwrite = forms.BooleanField(required=False)


class ReceivedForm(LoadForm):
    """The same for one that the office loads for somebody: who filled it in, how it came, the scan of its print."""

    filled_by = forms.CharField(label="填报人", max_length=40, error_messages={"required": "请填写填报人姓名。"})
    came_by = forms.ChoiceField(
        label="收件方式", choices=CAME_BY, required=False, error_messages={"invalid_choice": "请从列表中选择收件方式。"}
    )
    scan = AttachedFileField(SCANS, label="签字盖章扫描件", required=False)

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["filled_by"].widget.attrs["class"] = "form-control"
        self.fields["came_by"].widget.attrs["class"] = "form-select"


class BatchForm(forms.Form):
    """A zip of workbooks that came back, or one of them."""

    file = AttachedFileField((BUNDLE, XLSX), label="收回的工作簿")
