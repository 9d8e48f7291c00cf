"""What administrators and the office do with accounts."""

from django.urls import path

from guandu.accounts import views_batches, views_duties, views_handovers, views_operators

app_name = "officers"
urlpatterns = [
    path("batches/", views_batches.batch_list, name="batches"),
    path("batches/template/", views_batches.batch_template, name="batch-template"),
    path("batches/new/", views_batches.batch_new, name="batch-new"),
    path("batches/confirm/", views_batches.batch_confirm, name="batch-confirm"),
    path("batches/<int:pk>/", views_batches.batch_detail, name="batch"),
    path("batches/<int:pk>/open/", views_batches.batch_open, name="batch-open"),
    path("batches/<int:pk>/reissue/", views_batches.batch_reissue, name="batch-reissue"),
    path("batches/<int:pk>/grant/", views_batches.batch_grant, name="batch-grant"),
    path("batches/<int:pk>/refuse/", views_batches.batch_refuse, name="batch-refuse"),
    path("operators/", views_operators.operator_list, name="operators"),
    path("operators/<int:pk>/reset/", views_operators.operator_reset, name="operator-reset"),
    path("duties/", views_duties.duty_list, name="duties"),
    path("duties/<int:pk>/seat/", views_duties.duty_seat, name="seat"),
    path("away/", views_duties.own_away, name="away"),
    path("away/<int:pk>/", views_duties.others_away, name="away-of"),
    path("own/", views_duties.own_details, name="own"),
    path("dormant/", views_duties.dormant_list, name="dormant"),
    path("handover/", views_handovers.handover_list, name="handovers"),
    path("handover/new/", views_handovers.handover_new, name="handover-new"),
    path("handover/<int:pk>/", views_handovers.handover_slip, name="handover"),
]
