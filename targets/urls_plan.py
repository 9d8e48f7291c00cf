"""Addresses of the plan and the indicators; targets.urls mounts them."""

from django.urls import path

from targets.views import plan

urlpatterns = [
    path("plan/", plan.plan_page, name="plan"),
    path("plan/<str:code>/", plan.target_page, name="target"),
    path("indicators/", plan.indicator_list, name="indicators"),
]
