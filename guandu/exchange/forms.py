from django import forms

from guandu.exchange.preflight import MOST_PACKED

KINDS = (".xlsx", ".csv")


class UploadForm(forms.Form):
    """The file that somebody filled in."""

    file = forms.FileField(
        label="填好的文件",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        help_text=".xlsx 或 .csv，不超过 20 MB",
        error_messages={
            "required": "请选择填好的文件。",
            "empty": "这个文件是空的，请选择填好的文件。",
        },
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(KINDS):
            raise forms.ValidationError("只接收 .xlsx 工作簿和 .csv 文本。请用 WPS 或 Excel 打开，另存为 .xlsx 工作簿后再上传。")
        if file.size > MOST_PACKED:
            raise forms.ValidationError("文件超过 20 MB，请拆分后再上传。")
        return file
