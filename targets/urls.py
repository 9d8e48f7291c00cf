"""Addresses of this room, by subject."""

from targets import urls_calendar, urls_completeness, urls_history, urls_paper, urls_plan, urls_returns

app_name = "targets"
urlpatterns = [
    *urls_completeness.urlpatterns,
    *urls_returns.urlpatterns,
    *urls_paper.urlpatterns,
    *urls_calendar.urlpatterns,
    *urls_history.urlpatterns,
    *urls_plan.urlpatterns,
]
