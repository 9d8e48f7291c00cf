"""One's own second factor: the pages of django-allauth, written by our actions, so that the trail knows
of every change in the transaction that makes it."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from guandu.accounts.actions import factors
from guandu.accounts.forms_factor import EnrolForm

CODES = "已生成一组恢复码，请抄下并妥善保管。"


class Enrol(ActivateTOTPView):
    """The code that was shown counts for this session."""

    def form_valid(self, form: EnrolForm) -> HttpResponse:
        user = self.request.user
        generator = factors.enrol(secret=form.secret, step=form.step, by=user)
        clear_totp_secret(self.request)
        record_authentication(self.request, user, "mfa", id=generator.pk, type=str(generator.type))
        messages.success(self.request, f"动态口令已启用。{CODES}")
        return redirect("mfa_view_recovery_codes")


class GiveUp(DeactivateTOTPView):
    def form_valid(self, form) -> HttpResponse:
        factors.remove(by=self.request.user)
        messages.success(self.request, "动态口令已停用。")
        return redirect(self.get_success_url())


class RenewCodes(GenerateRecoveryCodesView):
    def form_valid(self, form) -> HttpResponse:
        factors.renew_codes(by=self.request.user)
        messages.success(self.request, CODES)
        return redirect(self.get_success_url())
