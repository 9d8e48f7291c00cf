"""Addresses of evidence and of paper; targets.urls mounts them."""

from django.urls import path

from targets.views import evidence, paper

urlpatterns = [
    path("returns/<int:pk>/evidence/", evidence.evidence_page, name="evidence"),
    path("returns/evidence/<int:pk>/remove/", evidence.evidence_remove, name="evidence-remove"),
    path("returns/<int:pk>/print/", paper.print_page, name="return-print"),
    path("returns/<int:pk>/paper/", paper.paper_page, name="return-paper"),
    path("returns/paper/<int:pk>/check/", paper.paper_check, name="paper-check"),
    path("returns/paper/<int:pk>/refuse/", paper.paper_refuse, name="paper-refuse"),
]
