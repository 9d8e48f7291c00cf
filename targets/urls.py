"""Addresses of this room, by subject."""

from targets import (
    urls_calendar,
    urls_completeness,
    urls_dispatch,
    urls_documents,
    urls_figures,
    urls_history,
    urls_layouts,
    urls_match,
    urls_meetings,
    urls_paper,
    urls_plan,
    urls_plan_lights,
    urls_plan_terms,
    urls_publications,
    urls_returns,
    urls_tasks,
    urls_workbooks,
)

app_name = "targets"
urlpatterns = [
    *urls_completeness.urlpatterns,
    *urls_returns.urlpatterns,
    *urls_paper.urlpatterns,
    *urls_match.urlpatterns,
    *urls_meetings.urlpatterns,
    *urls_layouts.urlpatterns,
    *urls_workbooks.urlpatterns,
    *urls_calendar.urlpatterns,
    *urls_dispatch.urlpatterns,
    *urls_history.urlpatterns,
    *urls_plan_lights.urlpatterns,
    *urls_plan_terms.urlpatterns,
    *urls_plan.urlpatterns,
    *urls_figures.urlpatterns,
    *urls_publications.urlpatterns,
    *urls_tasks.urlpatterns,
    *urls_documents.urlpatterns,
]
