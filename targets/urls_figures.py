"""Addresses of 数据查询, one figure and what lies under it; targets.urls mounts them."""

from django.urls import path

from targets.views import certified, crossing, explorer, figures, roll_ups

urlpatterns = [
    path("figures/", explorer.figure_list, name="figures"),
    path("figures/export/", explorer.figure_export, name="figure-export"),
    path("figures/crossing/", crossing.crossing_page, name="crossing"),
    path("figures/roll-ups/", roll_ups.roll_up_list, name="roll-ups"),
    path("figures/roll-ups/ask/", roll_ups.roll_up_ask, name="roll-up-ask"),
    path("figures/<int:pk>/", figures.figure_page, name="figure"),
    path("values/<int:pk>/", certified.value_page, name="certified-value"),
]
