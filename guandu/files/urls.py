"""Addresses of files; guandu.urls mounts them below files/."""

from django.urls import path

from guandu.files.views import download

app_name = "files"
urlpatterns = [path("<int:pk>/", download, name="download")]
