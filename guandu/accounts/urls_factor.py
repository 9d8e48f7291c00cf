"""The pages of django-allauth that the portal uses, under the names that the package looks for.

No sign-up, no mail, no way to set a password that was forgotten: those pages do not exist.
"""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery_codes
from django.urls import path
from django.views.decorators.cache import never_cache

from guandu.accounts import views, views_factor, views_security, views_sso
from guandu.accounts.forms_factor import CodeAgainForm, CodeForm, EnrolForm
from guandu.web.posted import takes

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("sign-in/code/", takes(CodeForm)(base.authenticate), name="mfa_authenticate"),
    path("confirm/", never_cache(takes("password", "next")(ReauthenticateView.as_view())), name="account_reauthenticate"),
    path("confirm/code/", never_cache(takes(CodeAgainForm, "next")(base.reauthenticate)), name="mfa_reauthenticate"),
    path("security/", views_security.security, name="mfa_index"),
    path("factor/enrol/", never_cache(takes(EnrolForm)(views_factor.Enrol.as_view())), name="mfa_activate_totp"),
    path("factor/remove/", never_cache(takes()(views_factor.GiveUp.as_view())), name="mfa_deactivate_totp"),
    path("factor/codes/", never_cache(recovery_codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("factor/codes/renew/", never_cache(takes()(views_factor.RenewCodes.as_view())), name="mfa_generate_recovery_codes"),
    path("single-sign-on/<str:provider_id>/", views_sso.begin, name="openid_connect_login"),
    path("single-sign-on/<str:provider_id>/back/", views_sso.finish, name="openid_connect_callback"),
]
