"""The sign-in form."""

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from guandu.accounts.actions.sessions import REFUSED
from guandu.accounts.models import User


class SignInForm(forms.Form):
    """Name and password. The answer to an unknown name, a wrong password and a closed account is one."""

    username = forms.CharField(
        label="账号", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "class": "form-control"})
    )
    password = forms.CharField(
        label="口令",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
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
