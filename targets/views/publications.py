"""期次: what was published when, one publication beside today's figures, its revisions, and the next one."""

from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.core.periods import Period
from guandu.exchange.writer import TYPE
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import publications
from targets.exchange.publication_book import footnotes, write_book
from targets.forms_publications import ChoosePublicationForm, IssueForm, ReviseForm, RowFilter, chosen
from targets.models import Publication, PublishedFigure
from targets.queries.publication_pages import Preview, lines_of, offered, preview, seen_differences
from targets.queries.publications import newest, revisions_of
from targets.views.evidence import put_errors

PAGE, LISTED = 100, 30
FEW = 12  # as many lines of a difference table or of gaps stand on the page before publishing
reader = permission_required(Permission.FIGURE_VIEW, to="查看发布的数据")
issuer = permission_required(Permission.PUBLICATION_ISSUE, to="发布数据")


@require_GET
@reader
def publication_list(request: HttpRequest) -> HttpResponse:
    """What was published, in which revision, by whom and when?"""
    rows = Publication.objects.visible_to(request.user).order_by("-issued_on", "-pk")
    page = Paginator(rows, LISTED).get_page(request.GET.get("page"))
    replaced = set(rows.filter(replaces__in=[row.pk for row in page]).order_by().values_list("replaces", flat=True))
    context = {"page": page, "replaced": replaced, "issues": request.user.may(Permission.PUBLICATION_ISSUE)}
    return render(request, "targets/publications.html", context)


@require_GET
@reader
def publication_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What did we publish, and does it still hold?"""
    publication = _visible(request, pk)
    rows = _rows(request, publication)
    names = rows.order_by("indicator_code").values_list("indicator_code", "indicator_name").distinct()
    form = RowFilter(request.GET, indicators=list(names))
    page = Paginator(rows.filter(**form.conditions).order_by("position"), PAGE).get_page(request.GET.get("page"))
    context = {
        **_head(request, publication),
        "page": page,
        "lines": lines_of(page.object_list, request.user),
        "form": form,
        "footnotes": footnotes(publication),
    }
    return render(request, "targets/publication.html", context)


@require_GET
@reader
def publication_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What does this one say otherwise than the one whose place it took?"""
    publication = _visible(request, pk)
    found = seen_differences(publication.replaces, publication, request.user) if publication.replaces else []
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "targets/publication_changes.html", {**_head(request, publication), "page": page})


@require_POST
@reader
@takes()
def publication_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that the person may see as a workbook; the trail says who took it."""
    publication = _visible(request, pk)
    rows = list(_rows(request, publication).order_by("position"))
    publications.export(publication=publication, count=len(rows), by=request.user)
    response = HttpResponse(write_book(publication, rows), content_type=TYPE)
    name = f"{publication.title}-{publication.revision_words}-{publication.check_code}.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@require_http_methods(["GET", "POST"])
@issuer
@takes(IssueForm)
def publication_new(request: HttpRequest) -> HttpResponse:
    """Choose a period, look at what would be published, publish it."""
    if request.method == "GET":
        asked = _asked(request)
        return _new_page(request, IssueForm(initial={"of": request.GET.get("of", "")}), asked)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    said = dict(form.cleaned_data)
    kind, period = said.pop("of")
    try:
        made = publications.issue(kind=kind, period=period, by=request.user, **said)
    except (Conflict, Invalid, NotReady) as refused:
        return _new_page(request, form, (kind, period), refused, status=refused.status)
    messages.success(request, f"已发布{made.title}，共 {made.row_count} 项数据，校验码 {made.check_code}。")
    return redirect("targets:publication", made.pk)


@require_http_methods(["GET", "POST"])
@issuer
@takes(ReviseForm)
def publication_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """What has changed since, and why is it published anew?"""
    publication = _visible(request, pk)
    if request.method == "GET":
        return _revise_page(request, publication, ReviseForm())
    form = ReviseForm(request.POST)
    if not form.is_valid():
        return _revise_page(request, publication, form, status=422)
    try:
        made = publications.revise(publication=publication, by=request.user, **form.cleaned_data)
    except (Conflict, Invalid, NotReady) as refused:
        return _revise_page(request, publication, form, refused, status=refused.status)
    messages.success(request, f"已发布{made.title}{made.revision_words}，{made.changed_count} 项数据有变动。")
    return redirect("targets:publication-changes", made.pk)


def _visible(request: HttpRequest, pk: int) -> Publication:
    return get_visible_or_404(Publication.objects.select_related("replaces"), request.user, pk=pk)


def _rows(request: HttpRequest, publication: Publication):
    return PublishedFigure.objects.visible_to(request.user).filter(publication=publication)


def _head(request: HttpRequest, publication: Publication) -> dict:
    revisions = revisions_of(publication)
    return {
        "publication": publication,
        "revisions": revisions,
        "is_newest": revisions[0] == publication,
        "issues": request.user.may(Permission.PUBLICATION_ISSUE),
    }


def _asked(request: HttpRequest) -> tuple[str, Period] | None:
    if not request.GET.get("of"):
        return None
    try:
        return chosen(request.GET["of"])
    except ValidationError as wrong:
        raise Http404 from wrong


def _new_page(
    request: HttpRequest, form: IssueForm, asked: tuple[str, Period] | None = None,
    refused: PortalError | None = None, *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    choice = ChoosePublicationForm(initial={"of": form["of"].value()}, offered=[("", "请选择"), *offered(request.user)])
    found = preview(*asked) if asked else None
    if found and newest(found.kind, found.period.code):
        found = None
    return _form_page(request, "targets/publication_new.html", form, found, refused, status, choice=choice)


def _revise_page(
    request: HttpRequest, publication: Publication, form: ReviseForm, refused: PortalError | None = None, *, status: int = 200
) -> HttpResponse:
    found = preview(publication.kind, Period.parse(publication.period))
    return _form_page(request, "targets/publication_revise.html", form, found, refused, status, publication=publication)


def _form_page(
    request: HttpRequest, template: str, form: forms.Form, found: Preview | None,
    refused: PortalError | None, status: int, **more,
) -> HttpResponse:  # fmt: skip
    message = put_errors(form, refused, "note") if isinstance(refused, Invalid) else refused.message if refused else ""
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    errors += [("", text) for text in getattr(refused, "missing", ())[:FEW]]
    context = {"form": form, "preview": found, "message": message, "errors": errors, "few": f":{FEW}", **more}
    return render(request, template, context, status=status)
