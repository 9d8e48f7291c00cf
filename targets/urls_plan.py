"""Addresses of the plan, figures and indicators; targets.urls mounts them."""

from django.urls import path

from targets.views import figures, plan

urlpatterns = [
    path("plan/", plan.plan_page, name="plan"),
    path("plan/<str:code>/", plan.target_page, name="target"),
    path("figures/<int:pk>/", figures.figure_page, name="figure"),
    path("indicators/", plan.indicator_list, name="indicators"),
]
