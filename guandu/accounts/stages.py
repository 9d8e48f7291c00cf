"""The step between the password and the session: the code of whoever has a generator."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.stages import AuthenticateStage
from django.conf import settings
from django.http import HttpRequest


class CodeStage(AuthenticateStage):
    """Asks for the code; not again of those whom a single sign-on with its own second factor let in."""

    def _should_handle(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, self.login.user)
        elsewhere = any(record["method"] == "socialaccount" for record in records)
        return not (settings.OIDC_SECOND_FACTOR and elsewhere) and super()._should_handle(request)
