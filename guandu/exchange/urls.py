from django.urls import path

from guandu.exchange import views, views_exports

app_name = "register"
urlpatterns = [
    path("import/", views.import_list, name="imports"),
    path("import/<slug:table>/", views.import_table, name="import"),
    path("import/<slug:table>/template/", views.import_template, name="template"),
    path("uploads/<int:pk>/", views.upload_detail, name="upload"),
    path("uploads/<int:pk>/confirm/", views.upload_confirm, name="confirm"),
    path("uploads/<int:pk>/discard/", views.upload_discard, name="discard"),
    path("export/<slug:table>/", views_exports.export, name="export"),
]
