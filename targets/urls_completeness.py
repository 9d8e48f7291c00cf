"""Addresses of 报送进度; targets.urls mounts them."""

from django.urls import path

from targets.views import completeness

urlpatterns = [
    path("returns/progress/", completeness.progress_page, name="progress"),
    path("returns/progress/export/", completeness.progress_export, name="progress-export"),
    path("returns/progress/urge/", completeness.progress_urge, name="progress-urge"),
]
