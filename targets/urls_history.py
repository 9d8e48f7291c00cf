"""Addresses of 历史补录; targets.urls mounts them."""

from django.urls import path

from targets.views import history

urlpatterns = [
    path("history/", history.batch_list, name="history"),
    path("history/new/", history.batch_new, name="history-new"),
    path("history/template/", history.template, name="history-template"),
    path("history/<int:pk>/", history.batch_detail, name="history-batch"),
    path("history/<int:pk>/confirm/", history.batch_confirm, name="history-confirm"),
    path("history/<int:pk>/recheck/", history.batch_recheck, name="history-recheck"),
    path("history/<int:pk>/discard/", history.batch_discard, name="history-discard"),
    path("history/<int:pk>/sign/", history.batch_sign, name="history-sign"),
    path("history/<int:pk>/withdraw/", history.batch_withdraw, name="history-withdraw"),
]
