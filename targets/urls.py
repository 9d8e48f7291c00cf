"""Addresses of this room, by subject."""

from targets import urls_paper, urls_plan, urls_returns

app_name = "targets"
urlpatterns = [*urls_returns.urlpatterns, *urls_paper.urlpatterns, *urls_plan.urlpatterns]
