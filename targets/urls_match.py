"""Addresses of 名单比对; targets.urls mounts them."""

from django.urls import path

from targets.views import match

urlpatterns = [
    path("returns/<int:pk>/match/", match.match_page, name="match"),
    path("returns/<int:pk>/match/export/", match.match_export, name="match-export"),
]
