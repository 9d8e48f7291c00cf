"""How django-allauth behaves here: no sign-up, no mail, our addresses, our sentences."""

import base64
from contextlib import suppress

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from guandu.accounts import factors
from guandu.accounts.actions import sessions
from guandu.accounts.backends import AccountBackend
from guandu.accounts.models import AccessPolicy, User
from guandu.accounts.reauthentication import is_recent
from guandu.core.context import current_request
from guandu.core.errors import NotAllowed

NO_ADDRESS = "0.0.0.0"  # noqa: S104  # what the session list keeps where there is no address
NOT_LINKED = (
    "统一身份认证已通过，但门户没有与您的身份对应的启用账号，没有登录。请联系本单位管理员核对账号。"
)


class AccountAdapter(DefaultAccountAdapter):
    """Signs in accounts that the system administrator opened, and nobody else."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": "口令不正确，或账号已锁定。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["guandu.accounts.stages.CodeStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        return current_request().address or NO_ADDRESS

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        return not is_recent(self.request)

    def get_reauthentication_methods(self, user) -> list[dict]:
        """The single sign-on asks again those who have neither password nor code here."""
        found = super().get_reauthentication_methods(user)
        words = {"reauthenticate": "用口令确认", "mfa_reauthenticate": "用动态口令确认"}
        found = [{**each, "description": words[each["id"]]} for each in found]
        if not found and settings.OIDC_SERVER:
            url = reverse("openid_connect_login", args=["district"])
            found.append({"id": "single-sign-on", "description": settings.OIDC_NAME, "url": url})
        return found

    def login(self, request: HttpRequest, user: User) -> None:
        """The session, its place in the person's list and the event are there together or not at all."""
        with transaction.atomic():
            super().login(request, user)
            request.session.save()
            UserSession.objects.create_from_request(request)

    def respond_user_inactive(self, request: HttpRequest, user) -> HttpResponse:
        return redirect("accounts:sign-in")

    def add_message(self, request, level, message_template=None, message_context=None, extra_tags="", message=None):
        """Only what is said in our words."""
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """The portal sends no mail."""


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of generators are stored encrypted under a key derived from the portal's own."""

    error_messages = {**DefaultMFAAdapter.error_messages, "cannot_delete_authenticator": "您的角色须使用动态口令，不能停用。"}

    def get_totp_label(self, user: User) -> str:
        return user.username

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not factors.demanded_of(authenticator.user, AccessPolicy.current().factor_roles)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Lets in an account that exists and is active, by the claim that names it; makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        user = User.objects.filter(username__iexact=sociallogin.account.uid).first()
        if user is None or not AccountBackend().user_can_authenticate(user):
            raise ImmediateHttpResponse(self._refused(request, sociallogin.account.uid, NOT_LINKED))
        sociallogin.user = user

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None) -> None:
        raise ImmediateHttpResponse(self.refusal(request))

    def refusal(self, request: HttpRequest) -> HttpResponse:
        """The way back to the sign-in page of whom the other side did not vouch for."""
        return self._refused(request, "", f"{settings.OIDC_NAME}没有完成，没有登录。请重试；仍不成功请用账号和口令登录。")

    def _refused(self, request: HttpRequest, username: str, sentence: str) -> HttpResponse:
        with suppress(NotAllowed):
            sessions.refuse(username=username, sentence=sentence, by=sessions.VISITOR)
        messages.error(request, sentence)
        return redirect("accounts:sign-in")


def _cipher() -> MultiFernet:
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str) -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"guandu second factor")
    return Fernet(base64.urlsafe_b64encode(derive.derive(secret.encode())))
