"""Addresses of the calendar of forms; targets.urls mounts them."""

from django.urls import path

from targets.views import calendar

urlpatterns = [
    path("calendar/", calendar.calendar_page, name="calendar"),
    path("calendar/open/", calendar.calendar_open, name="calendar-open"),
]
