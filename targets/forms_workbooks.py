"""What the pages of workbooks ask for."""

from django import forms
from django.conf import settings

from guandu.files.forms import AttachedFileField
from guandu.files.kinds import BUNDLE, SCANS, XLSX

CAME_BY = (("", "请选择"), *((way, way) for way in ("纸质件", "电子邮件", "微信、政务钉钉", "U 盘", "其他")))


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


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data, files, name):
        """All of them; a plain input answers the last."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class SeveralFilesField(AttachedFileField):
    """Files chosen together; `clean` answers a list."""

    def __init__(self, takes, **options) -> None:
        super().__init__(takes, **options)
        accept = self.widget.attrs["accept"]
        self.widget = SeveralFiles(attrs={"class": "form-control", "accept": accept, "multiple": True})

    def clean(self, data, initial=None):
        chosen = data if isinstance(data, (list, tuple)) else [data]
        if not [each for each in chosen if each]:
            raise forms.ValidationError(self.error_messages["required"])
        cleaned = [super(SeveralFilesField, self).clean(each, initial) for each in chosen]
        if sum(each.size for each in cleaned) > settings.FILES_MOST_BYTES:
            raise forms.ValidationError(f"合计超过 {settings.FILES_MOST_BYTES // 1024 // 1024} MB，请分几次上传。")
        return cleaned


class BatchForm(forms.Form):
    """A zip of workbooks that came back, or the workbooks themselves."""

    file = SeveralFilesField((BUNDLE, XLSX), label="收回的工作簿", help_text="一个 zip 压缩包，或一次选多个 xlsx 工作簿，合计不超过 20 MB")


class HandOutForm(forms.Form):
    """What the workbooks of a cycle are taken out for."""

    purpose = forms.CharField(label="用途", max_length=100, error_messages={"required": "请填写用途。"})

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["purpose"].widget.attrs["class"] = "form-control"


class LoadManyForm(forms.Form):
    """How the chosen workbooks came, and whether the returns are handed in with it."""

    came_by = forms.ChoiceField(label="收件方式", choices=CAME_BY, required=False)
    files = forms.BooleanField(label="载入后即代录报送", required=False)

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["came_by"].widget.attrs["class"] = "form-select"
