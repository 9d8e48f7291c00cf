"""Addresses of 报表套填; targets.urls mounts them."""

from django.urls import path

from targets.views import layouts

urlpatterns = [
    path("layouts/", layouts.layout_list, name="layouts"),
    path("layouts/new/", layouts.layout_new, name="layout-new"),
    path("layouts/<int:pk>/", layouts.layout_page, name="layout"),
    path("layouts/<int:pk>/edit/", layouts.layout_edit, name="layout-edit"),
    path("layouts/<int:pk>/replace/", layouts.layout_replace, name="layout-replace"),
    path("layouts/<int:pk>/name/", layouts.layout_name, name="layout-name"),
    path("layouts/<int:pk>/fill/", layouts.layout_fill, name="layout-fill"),
]
