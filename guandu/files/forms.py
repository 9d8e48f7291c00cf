"""The field with which a page asks for a file."""

from django import forms
from django.conf import settings

from guandu.files.kinds import FileKind, in_words


class AttachedFileField(forms.FileField):
    """One file of the kinds `takes`. What it holds is decided by the action, which reads it; here only
    that there is one, and no larger than may be."""

    def __init__(self, takes: tuple[FileKind, ...], **options) -> None:
        endings = ",".join(f".{ending}" for kind in takes for ending in kind.endings)
        self.takes = takes
        options["widget"] = forms.FileInput(attrs={"class": "form-control", "accept": endings})
        options["error_messages"] = {"required": "请选择文件。", "empty": "这个文件是空的，请重新选择。"}
        super().__init__(**options)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """The limit as it stands when the form is shown, not when the module was read."""
        most = settings.FILES_MOST_BYTES
        self.help_text = self.help_text or f"{in_words(self.takes)}，不超过 {most // 1024 // 1024} MB"
        self.widget.attrs["data-most-bytes"] = str(most)
        return super().get_bound_field(form, field_name)

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if file and file.size > settings.FILES_MOST_BYTES:
            most = settings.FILES_MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(f"文件超过 {most} MB，请压缩或拆分后再上传。")
        return file
