"""Addresses of 期次; targets.urls mounts them."""

from django.urls import path

from targets.views import publications

urlpatterns = [
    path("publications/", publications.publication_list, name="publications"),
    path("publications/new/", publications.publication_new, name="publication-new"),
    path("publications/<int:pk>/", publications.publication_detail, name="publication"),
    path("publications/<int:pk>/changes/", publications.publication_changes, name="publication-changes"),
    path("publications/<int:pk>/export/", publications.publication_export, name="publication-export"),
    path("publications/<int:pk>/revise/", publications.publication_revise, name="publication-revise"),
]
