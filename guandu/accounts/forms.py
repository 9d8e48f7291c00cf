"""The forms of signing in, of one's own password and of the sign-in policy."""

from django import forms
from django.contrib.auth import authenticate
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest

from guandu.accounts.actions.policy import EDITABLE, FACTOR_ROLES
from guandu.accounts.actions.sessions import REFUSED
from guandu.accounts.models import AccessPolicy, User
from guandu.core.errors import Invalid

# Each number of the policy, in the order of the page, and what it does.
EXPLAINED = {
    "idle_minutes": "超过这段时间没有操作，登录自动结束。页面自己的刷新不算操作。",
    "session_hours": "不论是否在用，到时须重新登录。",
    "password_length": "对此后设置的口令生效，原有口令到期更换时执行。",
    "password_days": "到期后须先修改口令才能继续使用。",
    "passwords_kept": "含正在使用的口令。",
    "failures_to_lock": "同一账号在同一来源地址连续失败达到次数即锁定，同一地址的其他账号不受影响。",
    "lock_minutes": "到时自动解除，也可以在“登录保护”中解除。",
    "failures_an_hour": "同一账号不论来源地址，一小时内失败达到次数即不再受理。",
    "dormant_days": "超过这段时间没有登录的账号停用，需要时再启用。",
}


def _password(purpose: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": purpose, "class": "form-control"})


class SignInForm(forms.Form):
    """Name and password. The answer to an unknown name, a wrong password and a closed account is one."""

    username = forms.CharField(
        label="账号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "class": "form-control"})
    )
    password = forms.CharField(
        label="口令",
        strip=False,
        max_length=128,
        widget=_password("current-password"),
    )

    def __init__(self, *args, request: HttpRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None

    def clean(self) -> dict:
        data = super().clean()
        if not self.errors:
            self.user = authenticate(self.request, username=data["username"], password=data["password"])
            if self.user is None:
                raise forms.ValidationError(REFUSED)
        return data


class PasswordForm(forms.Form):
    """A person's own new password, which he types twice and vouches for with the old one."""

    old = forms.CharField(label="原口令", strip=False, max_length=128, widget=_password("current-password"))
    new = forms.CharField(label="新口令", strip=False, max_length=1000, widget=_password("new-password"))
    again = forms.CharField(label="再次输入新口令", strip=False, max_length=1000, widget=_password("new-password"))

    def __init__(self, *args, request: HttpRequest, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old(self) -> str:
        """Guessed as little as at the sign-in page: the same lock-out counts."""
        old = self.cleaned_data["old"]
        if authenticate(self.request, username=self.request.user.username, password=old) is None:
            raise forms.ValidationError("原口令不正确。连续输错会锁定一段时间。")
        return old

    def clean(self) -> dict:
        data = super().clean()
        if data.get("new") != data.get("again"):
            self.add_error("again", "两次输入的新口令不一致。")
        return data

    def refuse(self, refusal: Invalid) -> None:
        for _, sentence in refusal.errors:
            self.add_error("new", sentence)


class PolicyForm(forms.ModelForm):
    """The sign-in policy, with the bounds of each number beside it."""

    factor_roles = forms.MultipleChoiceField(
        label="须用第二种鉴别的角色",
        choices=[(role.value, role.label) for role in FACTOR_ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = AccessPolicy
        fields = sorted(EDITABLE)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        for field in self.fields.values():
            if isinstance(field.widget, forms.NumberInput):
                field.widget.attrs["class"] = "form-control"

    def rows(self) -> list[dict]:
        """Grain: one per number, with its least and most, as the model has them, and what it is for."""
        found = []
        for name, sentence in EXPLAINED.items():
            limits = {type(rule): rule.limit_value for rule in AccessPolicy._meta.get_field(name).validators}
            least, most = limits[MinValueValidator], limits[MaxValueValidator]
            found.append({"field": self[name], "least": least, "most": most, "sentence": sentence})
        return found

    def refuse(self, refusal: Invalid) -> None:
        for name, sentence in refusal.errors:
            self.add_error(name if name in self.fields else None, sentence)
