from django import forms

from guandu.exchange.preflight import MOST_PACKED


class UploadForm(forms.Form):
    """The file that somebody filled in."""

    file = forms.FileField(
        label="填好的文件",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.csv"}),
        help_text=".xlsx 或 .csv，不超过 20 MB",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MOST_PACKED:
            raise forms.ValidationError("文件超过 20 MB，请拆分后再上传。")
        return file
