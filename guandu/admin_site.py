"""The officials' admin as a site: entered through the portal's own sign-in, by grants alone."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite


class OfficialSite(UnfoldAdminSite):
    """Who may enter is `User.is_staff`, which asks the grants."""

    index_title = "后台管理"

    def get_sidebar_list(self, request: HttpRequest) -> list[dict]:
        """The menu of this person: no entry that leads nowhere, no group without entries."""
        groups = super().get_sidebar_list(request)
        for group in groups:
            group["items"] = [item for item in group["items"] if item["has_permission"]]
        return [group for group in groups if group["items"]]

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('accounts:sign-in')}?{wanted}")

    def logout(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("accounts:sign-out", preserve_request=True)

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return redirect("accounts:password")
