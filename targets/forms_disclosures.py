"""The form of 完整提供 in the officials' admin: given to a client, and stopped."""

from django import forms

from guandu.web.admin import OfficialForm
from targets.models import Disclosure


class DisclosureForm(OfficialForm):
    stop = forms.BooleanField(label="自今日起停止", required=False, help_text="停止后，企业少的数据对该账号不再提供")

    class Meta:
        model = Disclosure
        fields = ("client", "reason")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields.pop("stop", None)
