"""Addresses of returns as workbooks; targets.urls mounts them."""

from django.urls import path

from targets.views import workbook_batches, workbooks

urlpatterns = [
    path("returns/<int:pk>/workbook/", workbooks.workbook_page, name="return-workbook"),
    path("returns/<int:pk>/workbook/file/", workbooks.workbook_file, name="return-workbook-file"),
    path("returns/<int:pk>/receive/", workbooks.return_receive, name="return-receive"),
    path("cycles/<int:pk>/workbooks/", workbook_batches.batch_list, name="workbook-batches"),
    path("cycles/<int:pk>/workbooks/file/", workbook_batches.batch_hand_out, name="workbooks-hand-out"),
    path("workbook-batches/<int:pk>/", workbook_batches.batch_detail, name="workbook-batch"),
    path("workbook-batches/<int:pk>/load/", workbook_batches.batch_load, name="workbook-batch-load"),
    path("workbooks/<int:pk>/", workbooks.workbook_detail, name="workbook"),
    path("workbooks/<int:pk>/load/", workbooks.workbook_load, name="workbook-load"),
    path("workbooks/<int:pk>/drop/", workbooks.workbook_drop, name="workbook-drop"),
    path("workbooks/<int:pk>/marked/", workbooks.workbook_marked, name="workbook-marked"),
]
