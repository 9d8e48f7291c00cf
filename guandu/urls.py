"""Every address of the portal, by room."""

from django.contrib import admin
from django.http import HttpResponse
from django.urls import include, path


def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("", include("guandu.portal.urls")),
    path("accounts/", include("guandu.accounts.urls")),
    path("accounts/", include("guandu.accounts.urls_officers")),
    path("accounts/", include("guandu.accounts.urls_factor")),
    path("files/", include("guandu.files.urls")),
    path("jobs/", include("guandu.jobs.urls")),
    path("messages/", include("guandu.notices.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("guandu.api.urls")),
    path("", include("targets.urls")),
    path("", include("parks.urls.space")),
    path("register/", include("parks.urls.duties")),
    path("parks/", include("parks.urls.parks")),
    path("enterprises/", include("parks.urls.enterprises")),
    path("register/", include("parks.urls.changes")),
    path("register/", include("guandu.exchange.urls")),
    path("", include("parks.urls.requests")),
    path("rating/", include("rating.urls")),
    path("projects/", include("investment.urls")),
    path("audit/", include("guandu.oversight.urls")),
]

handler400 = "guandu.web.errors.bad_request"
handler403 = "guandu.web.errors.forbidden"
handler404 = "guandu.web.errors.not_found"
handler500 = "guandu.web.errors.server_error"
