"""Addresses of the plan and the indicators; targets.urls mounts them."""

from django.urls import path

from targets.views import plan, plan_papers

urlpatterns = [
    path("plan/", plan.plan_page, name="plan"),
    path("plan/brief/", plan_papers.brief, name="brief"),
    path("plan/closing/", plan_papers.closing, name="closing"),
    path("plan/closing/baselines/", plan_papers.take_baselines, name="take-baselines"),
    path("plan/<str:code>/", plan.target_page, name="target"),
    path("indicators/", plan.indicator_list, name="indicators"),
]
