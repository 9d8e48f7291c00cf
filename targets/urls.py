"""Addresses of this room, by subject."""

from targets import urls_calendar, urls_plan, urls_returns

app_name = "targets"
urlpatterns = [*urls_returns.urlpatterns, *urls_calendar.urlpatterns, *urls_plan.urlpatterns]
