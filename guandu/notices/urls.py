"""Addresses of a person's messages, and of how they fare outside the portal."""

from django.urls import path

from guandu.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.message_list, name="messages"),
    path("read-all/", views.read_all, name="read-all"),
    path("settings/", views.preference, name="settings"),
    path("deliveries/", views.delivery_list, name="deliveries"),
    path("deliveries/<int:pk>/retry/", views.delivery_retry, name="delivery-retry"),
    path("<int:pk>/open/", views.message_open, name="open"),
    path("<int:pk>/read/", views.message_read, name="read"),
]
