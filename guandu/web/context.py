"""What every template may read."""

from django.http import HttpRequest

from guandu.core import clock


def portal(request: HttpRequest) -> dict:
    """`demo_date` (None without demonstration data) and the business date `today`."""
    return {"demo_date": getattr(request, "demo_date", None), "today": clock.today()}
