from django.urls import path

from guandu.oversight import views

app_name = "oversight"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("alarm/", views.alarm, name="alarm"),
    path("verify/", views.verify, name="verify"),
    path("verify/progress/", views.progress, name="progress"),
    path("anchors/<int:number>/countersign/", views.countersign, name="countersign"),
    path("events/", views.events, name="events"),
    path("events/export/", views.export, name="export"),
    path("events/<int:seq>/", views.event, name="event"),
]
