"""Where this room's objects are shown."""

from django.urls import reverse

from targets.models import Figure, QualitativeAim, Target


def figure_url(figure: Figure) -> str:
    return reverse("targets:figure", args=[figure.pk])


def done_url(done: Target | QualitativeAim) -> str:
    """Where a milestone or an aim is reported as done and accepted."""
    return reverse("targets:aim" if isinstance(done, QualitativeAim) else "targets:done", args=[done.code])
