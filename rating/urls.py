from django.urls import path

from rating import views

app_name = "rating"
urlpatterns = [
    path("", views.score_list, name="list"),
    path("recompute/", views.recompute, name="recompute"),
    path("progress/<str:period>/", views.progress, name="progress"),
    path("<int:pk>/", views.score_detail, name="detail"),
]
