"""The district's single sign-on, as an OpenID Connect client. The identity is what a signed token says."""

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from guandu.accounts.adapters import SingleSignOnAdapter


class DistrictProvider(OpenIDConnectOAuth2Adapter):
    """Checks the signature of the token always, and takes the account from nothing that is unsigned
    unless the signed token is silent about it and names the same subject."""

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs):
        signed = self._signed(app, kwargs["response"].get("id_token", ""))
        claim = app.settings["uid_field"]
        if not signed.get(claim):
            told = self._fetch_user_info(token.token)
            signed[claim] = told.get(claim) if told.get("sub") == signed.get("sub") else None
        if not isinstance(signed[claim], str) or not signed[claim]:
            raise OAuth2Error("the account is missing")
        return self.get_provider().sociallogin_from_response(request, {"id_token": signed})

    def _signed(self, app: SocialApp, id_token: str) -> dict:
        try:
            return jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, ValueError, TypeError) as error:
            raise OAuth2Error("the token is not one") from error


@never_cache
@login_not_required
@require_safe
def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the other side; there is no such page while it is not configured."""
    return _ask(OAuth2LoginView, request, provider_id)


@never_cache
@login_not_required
@require_safe
def finish(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the other side leads back to."""
    return _ask(OAuth2CallbackView, request, provider_id)


def _ask(view: type, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        return view.adapter_view(DistrictProvider(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (OAuth2Error, RequestException):
        return SingleSignOnAdapter(request).refusal(request)
