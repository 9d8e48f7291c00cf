"""Small forms about duties: who is away, who hands over to whom, who somebody is."""

from django import forms

from guandu.accounts.models import Grant, User


def _text(label: str, most: int, help_text: str = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "form-control"})
    return forms.CharField(label=label, max_length=most, help_text=help_text, widget=widget)


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget)


class AwayForm(forms.Form):
    """Both days, or neither for "back at work"."""

    since = _day("离岗起")
    until = _day("离岗止", "含当日；两项都留空表示在岗")


class SeatForm(forms.Form):
    seat = forms.ChoiceField(label="AB角", choices=[("", "不分"), *Grant.Seat.choices], required=False)


class OwnForm(forms.Form):
    name = _text("姓名", 40)
    staff_no = _text("人员编号", 40, "工号或本单位编号，同一个人只设一个账号")


class AccountField(forms.CharField):
    """An account by its name, chosen from a list or typed."""

    def clean(self, value: str) -> User:
        text = super().clean(value)
        user = User.objects.select_related("unit").filter(username__iexact=text.split(" ")[0]).first()
        if user is None:
            raise forms.ValidationError(f"没有账号“{text}”，请从列表中选择。")
        return user


def _account(label: str) -> AccountField:
    widget = forms.TextInput(attrs={"class": "form-control", "list": "account-names", "autocomplete": "off"})
    return AccountField(label=label, max_length=120, widget=widget, help_text="输入账号或姓名，从列表中选择")


class HandoverForm(forms.Form):
    """Who hands over to whom, and why."""

    from_user = _account("移交人")
    to_user = _account("接收人")
    reason = _text("依据", 200, "调令、会议或通知，写明文号更好")
    close_account = forms.BooleanField(
        label="移交人不再使用本系统，请系统管理员停用其账号", required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def clean(self) -> dict:
        data = super().clean()
        if data.get("from_user") and data.get("from_user") == data.get("to_user"):
            self.add_error("to_user", "接收人不能是移交人本人。")
        return data
