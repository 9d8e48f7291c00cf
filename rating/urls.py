from django.urls import path

from rating import urls_schemes
from rating.views import scores

app_name = "rating"
urlpatterns = [
    *urls_schemes.urlpatterns,
    path("", scores.score_list, name="list"),
    path("recompute/", scores.recompute, name="recompute"),
    path("progress/<str:period>/", scores.progress, name="progress"),
    path("<int:pk>/", scores.score_detail, name="detail"),
    path("<int:pk>/report.<str:form>", scores.score_file, name="report"),
]
