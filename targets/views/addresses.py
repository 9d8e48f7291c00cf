"""Where this room's objects are shown."""

from django.urls import reverse

from targets.models import Figure, QualitativeAim, Target


def figure_url(figure: Figure) -> str:
    return reverse("targets:figure", args=[figure.pk])


def done_url(done: Target | QualitativeAim) -> str:
    """Where a milestone or an aim is reported as done and accepted."""
    name = "targets:aim" if isinstance(done, QualitativeAim) else "targets:done"
    return f"{reverse(name, args=[done.code])}?plan={done.plan.code}"


def terms_url(target: Target) -> str:
    """Where the office keeps what a target is held to."""
    return f"{reverse('targets:terms', args=[target.code])}?plan={target.plan.code}"
