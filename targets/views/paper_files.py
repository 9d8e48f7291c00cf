"""A paper handed out as Word or PDF."""

from urllib.parse import quote

from django.http import Http404, HttpResponse

from guandu.documents.blocks import Paper
from guandu.documents.docx import write_docx
from guandu.documents.pdf import write_pdf

WRITERS = {
    "docx": (write_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (write_pdf, "application/pdf"),
}


def demand_form(form: str) -> None:
    """Raises Http404 for a form in which no paper is handed out."""
    if form not in WRITERS:
        raise Http404


def paper_file(paper: Paper, form: str, stem: str = "") -> HttpResponse:
    write, kind = WRITERS[form]
    response = HttpResponse(write(paper), content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{stem or paper.title}.{form}')}"
    return response
