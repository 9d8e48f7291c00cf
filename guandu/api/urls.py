"""Version 1 of the API: what each room offers, the schema and its page."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from guandu.api.views import NothingHereView, RootView

app_name = "api"

urlpatterns = [
    path("", RootView.as_view(), name="root"),
    path("", include("parks.api.urls")),
    path("", include("targets.api.urls")),
    path("", include("rating.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema"), name="docs"),
    re_path(r"^.*$", NothingHereView.as_view(), name="nothing"),
]
