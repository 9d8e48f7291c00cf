"""Addresses of this room, by subject."""

from targets import urls_plan, urls_returns

app_name = "targets"
urlpatterns = [*urls_returns.urlpatterns, *urls_plan.urlpatterns]
