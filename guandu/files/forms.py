"""The field with which a page asks for a file."""

from django import forms
from django.conf import settings

from guandu.files.kinds import FileKind, in_words


class AttachedFileField(forms.FileField):
    """One file of the kinds `takes`. What it holds is decided by the action, which reads it; here only
    that there is one, and no larger than may be."""

    def __init__(self, takes: tuple[FileKind, ...], **options) -> None:
        endings = ",".join(f".{ending}" for kind in takes for ending in kind.endings)
        most = settings.FILES_MOST_BYTES
        options.setdefault("help_text", f"{in_words(takes)}，不超过 {most // 1024 // 1024} MB")
        options["widget"] = forms.FileInput(
            attrs={"class": "form-control", "accept": endings, "data-most-bytes": str(most)}
        )
        options["error_messages"] = {"required": "请选择文件。", "empty": "这个文件是空的，请重新选择。"}
        super().__init__(**options)

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if file and file.size > settings.FILES_MOST_BYTES:
            most = settings.FILES_MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(f"文件超过 {most} MB，请压缩或拆分后再上传。")
        return file
