"""Addresses of the returns' pages; targets.urls mounts them."""

from django.urls import path

from targets.views import returns

urlpatterns = [
    path("returns/", returns.return_list, name="returns"),
    path("returns/confirm/", returns.confirm_many, name="confirm-many"),
    path("returns/<int:pk>/", returns.return_detail, name="return"),
    path("returns/<int:pk>/save/", returns.return_save, name="return-save"),
    path("returns/<int:pk>/file/", returns.return_file, name="return-file"),
    path("returns/<int:pk>/send-back/", returns.return_send_back, name="return-send-back"),
    path("returns/<int:pk>/review/", returns.return_review, name="return-review"),
    path("returns/<int:pk>/confirm/", returns.return_confirm, name="return-confirm"),
]
