"""Addresses of 临时调度表; targets.urls mounts them."""

from django.urls import path

from targets.views import dispatch, dispatch_answers, dispatch_making

urlpatterns = [
    path("dispatch/", dispatch.table_list, name="dispatch"),
    path("dispatch/new/", dispatch_making.table_new, name="dispatch-new"),
    path("dispatch/<int:pk>/", dispatch.table_page, name="dispatch-table"),
    path("dispatch/<int:pk>/columns/", dispatch_making.table_columns, name="dispatch-columns"),
    path("dispatch/<int:pk>/send/", dispatch_making.table_send, name="dispatch-send"),
    path("dispatch/<int:pk>/urge/", dispatch.table_urge, name="dispatch-urge"),
    path("dispatch/<int:pk>/missing/", dispatch.table_missing, name="dispatch-missing"),
    path("dispatch/<int:pk>/merged/", dispatch.table_merged, name="dispatch-merged"),
    path("dispatch/<int:pk>/extend/", dispatch.table_extend, name="dispatch-extend"),
    path("dispatch/<int:pk>/close/", dispatch.table_close, name="dispatch-close"),
    path("dispatch/<int:pk>/reopen/", dispatch.table_reopen, name="dispatch-reopen"),
    path("dispatch/<int:pk>/copy/", dispatch.table_copy, name="dispatch-copy"),
    path("dispatch/answers/<int:pk>/", dispatch_answers.answer_page, name="dispatch-answer"),
    path("dispatch/answers/<int:pk>/workbook/", dispatch_answers.answer_workbook, name="dispatch-workbook"),
    path("dispatch/answers/<int:pk>/upload/", dispatch_answers.answer_upload, name="dispatch-upload"),
]
