from django.urls import path

from rating import urls_schemes
from rating.views import planning, scores

app_name = "rating"
urlpatterns = [
    *urls_schemes.urlpatterns,
    path("", scores.score_list, name="list"),
    path("recompute/", scores.recompute, name="recompute"),
    path("progress/<str:period>/", scores.progress, name="progress"),
    path("<int:pk>/", scores.score_detail, name="detail"),
    path("<int:pk>/what-if/", planning.what_if, name="what_if"),
    path("<int:pk>/path/", planning.path, name="path"),
    path("<int:pk>/planning/", planning.set_open, name="planning"),
    path("<int:pk>/report.<str:form>", scores.score_file, name="report"),
]
