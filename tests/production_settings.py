"""Production as it is, but for assets: they are found where they lie, because collecting and packing them
takes minutes and is the image's work (Dockerfile)."""

from guandu.settings import *  # noqa: F403

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = True
