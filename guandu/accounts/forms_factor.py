"""The forms of the second factor: django-allauth's, with codes that are used up in the database."""

from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed

from guandu.accounts import one_time_codes

WRONG = "动态口令不正确，或已经用过，或账号已锁定。请等手机上出现新的六位数字后重试。"


def _code(form: forms.Form) -> None:
    field = form.fields["code"]
    field.label, field.max_length = "动态口令", 20
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "form-control", "maxlength": 20}
    )


class _UsedUp:
    """A code of the generator or a recovery code; wrong ones count as failed sign-ins."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _code(self)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].replace(" ", "")
        who = {"username": self.user.username}
        if AxesProxyHandler.is_allowed(context.request, who):
            self.authenticator = one_time_codes.accept(self.user, code)
            if self.authenticator:
                self.authenticator.user = self.user
                return code
        user_login_failed.send(sender=__name__, credentials=who, request=context.request)
        raise forms.ValidationError(WRONG)


class CodeForm(_UsedUp, AuthenticateForm):
    """At sign-in, after the password."""


class CodeAgainForm(_UsedUp, ReauthenticateForm):
    """Before a dangerous act."""


class EnrolForm(ActivateTOTPForm):
    """A first code, which shows that the generator has the secret."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        _code(self)

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].replace(" ", "")
        step = one_time_codes.step_of(self.secret, code)
        if step is None:
            raise forms.ValidationError("动态口令不正确。请核对手机时间是否自动校准，等新的六位数字出现后重试。")
        self.step = step
        return code
