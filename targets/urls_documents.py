"""Addresses of 公文; targets.urls mounts them."""

from django.urls import path

from targets.views import document_making, document_moves, document_templates, documents

urlpatterns = [
    path("documents/", documents.document_list, name="documents"),
    path("documents/new/", document_making.document_new, name="document-new"),
    path("documents/make/", document_making.document_make, name="document-make"),
    path("documents/templates/", document_templates.template_list, name="document-templates"),
    path("documents/templates/edit/", document_templates.template_edit, name="document-template-edit"),
    path("documents/templates/restore/", document_templates.template_restore, name="document-template-restore"),
    path("documents/<int:pk>/", documents.document_detail, name="document"),
    path("documents/<int:pk>/word/", documents.document_word, name="document-word"),
    path("documents/<int:pk>/pdf/", documents.document_pdf, name="document-pdf"),
    path("documents/<int:pk>/next/", document_making.document_next, name="document-next"),
    path("documents/<int:pk>/ask/", document_moves.document_ask, name="document-ask"),
    path("documents/<int:pk>/opine/", document_moves.document_opine, name="document-opine"),
    path("documents/<int:pk>/send-up/", document_moves.document_send_up, name="document-send-up"),
    path("documents/<int:pk>/send-back/", document_moves.document_send_back, name="document-send-back"),
    path("documents/<int:pk>/sign/", document_moves.document_sign, name="document-sign"),
    path("documents/<int:pk>/issue/", document_moves.document_issue, name="document-issue"),
    path("documents/<int:pk>/drop/", document_moves.document_drop, name="document-drop"),
]
