from django.urls import path

from guandu.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/chain/<str:code>/", views.chain_dashboard, name="chain"),
    path("search/", views.search_page, name="search"),
    path("gallery/", views.gallery, name="gallery"),
]
