"""What the pages of messages and the officials' admin post."""

from django import forms

from guandu.notices.channels import channel_names
from guandu.notices.enums import Rhythm
from guandu.notices.models import ReminderRule
from guandu.notices.series import series_known
from guandu.web.admin import OfficialForm

PORTAL_ONLY = "只在站内显示"
ALL_SERIES = "全部报表"


class PreferenceForm(forms.Form):
    channel = forms.ChoiceField(label="除站内消息外，另发到", required=False)
    rhythm = forms.ChoiceField(label="方式", choices=Rhythm.choices)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [("", PORTAL_ONLY), *channel_names().items()]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"


class ReminderRuleForm(OfficialForm):
    series = forms.ChoiceField(label="报表", required=False, help_text="留空表示全部报表")

    class Meta:
        model = ReminderRule
        fields = ("code", "name", "series", "event", "offset", "unit", "audience", "grouping", "is_on", "note")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if "series" in self.fields:
            self.fields["series"].choices = [("", ALL_SERIES), *series_known().items()]
