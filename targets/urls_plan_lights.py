"""Addresses of red lights and of what each unit owes; targets.urls mounts them before those of single targets."""

from django.urls import path

from targets.views import lights, plan_units

urlpatterns = [
    path("plan/lights/", lights.light_list, name="lights"),
    path("plan/lights/release/", lights.light_release, name="light-release"),
    path("plan/lights/forecasts/", lights.forecast_release, name="forecast-release"),
    path("plan/lights/<int:pk>/answer/", lights.light_answer, name="light-answer"),
    path("plan/units/", plan_units.unit_list, name="plan-units"),
    path("plan/units/<str:code>/", plan_units.unit_page, name="plan-unit"),
]
