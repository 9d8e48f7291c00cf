"""Addresses of schemes and of trying them; rating.urls mounts them before those of a score."""

from django.urls import path

from rating.views import schemes, trying

urlpatterns = [
    path("schemes/", schemes.scheme_list, name="schemes"),
    path("schemes/upload/", schemes.scheme_upload, name="scheme-upload"),
    path("schemes/scopes/", schemes.scope_assign, name="scheme-scope"),
    path("schemes/scopes/<int:pk>/end/", schemes.scope_end, name="scheme-scope-end"),
    path("schemes/<int:pk>/", schemes.scheme_page, name="scheme"),
    path("schemes/<int:pk>/workbook/", schemes.scheme_workbook, name="scheme-workbook"),
    path("schemes/<int:pk>/text/", schemes.scheme_text, name="scheme-text"),
    path("schemes/<int:pk>/changes/", schemes.scheme_changes, name="scheme-changes"),
    path("schemes/<int:pk>/adopt/", schemes.scheme_adopt, name="scheme-adopt"),
    path("schemes/<int:pk>/publish/", schemes.scheme_publish, name="scheme-publish"),
    path("schemes/<int:pk>/retire/", schemes.scheme_retire, name="scheme-retire"),
    path("simulations/", trying.simulation_list, name="simulations"),
    path("simulations/new/", trying.simulation_new, name="simulation-new"),
    path("simulations/<int:pk>/", trying.simulation_page, name="simulation"),
    path("simulations/<int:pk>/progress/", trying.simulation_progress, name="simulation-progress"),
    path("simulations/<int:pk>/nearness/", trying.simulation_near, name="simulation-near"),
    path("simulations/<int:pk>/export/", trying.simulation_export, name="simulation-export"),
]
