"""Addresses of 名单比对; targets.urls mounts them."""

from django.urls import path

from targets.views import match

urlpatterns = [
    path("rosters/<int:pk>/", match.match_page, name="match"),
    path("rosters/<int:pk>/export/", match.match_export, name="match-export"),
]
