"""Where this room's objects are shown."""

from django.urls import reverse

from targets.models import Figure


def figure_url(figure: Figure) -> str:
    return reverse("targets:figure", args=[figure.pk])
