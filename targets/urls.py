"""Addresses of this room, by subject."""

from targets import urls_completeness, urls_plan, urls_returns

app_name = "targets"
urlpatterns = [*urls_completeness.urlpatterns, *urls_returns.urlpatterns, *urls_plan.urlpatterns]
