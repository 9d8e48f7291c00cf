from django.urls import path

from parks.views import parks as views

app_name = "parks"
urlpatterns = [
    path("", views.park_list, name="list"),
    path("<str:code>/", views.park_detail, name="detail"),
]
