"""The forms of signing in and of one's own password."""

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from guandu.accounts.actions.sessions import REFUSED
from guandu.accounts.models import User
from guandu.core.errors import Invalid


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

    old = forms.CharField(label="原口令", strip=False, widget=_password("current-password"))
    new = forms.CharField(label="新口令", strip=False, widget=_password("new-password"))
    again = forms.CharField(label="再次输入新口令", strip=False, widget=_password("new-password"))

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict:
        data = super().clean()
        if "old" in data and not self.user.check_password(data["old"]):
            self.add_error("old", "原口令不正确。")
        if data.get("new") != data.get("again"):
            self.add_error("again", "两次输入的新口令不一致。")
        return data

    def refuse(self, refusal: Invalid) -> None:
        for _, sentence in refusal.errors:
            self.add_error("new", sentence)
