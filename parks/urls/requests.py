from django.http import HttpResponse
from django.urls import path

app_name = "requests"
urlpatterns = [path("requests/<int:pk>/", lambda request, pk: HttpResponse(""), name="request")]
