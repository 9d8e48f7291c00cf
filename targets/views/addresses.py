"""Where this room's objects are shown."""

from django.urls import reverse

from guandu.core.periods import Period
from targets.models import Figure, Target


def figure_url(figure: Figure) -> str:
    return reverse("targets:figure", args=[figure.pk])


def target_url(target: Target, quarter: Period) -> str:
    return f"{reverse('targets:target', args=[target.code])}?period={quarter.code}"
