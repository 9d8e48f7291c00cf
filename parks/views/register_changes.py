"""The record of a park or a firm, and what the office changes from a day on: its name, a merger."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.permissions import Permission
from guandu.core.errors import PortalError
from guandu.web.posted import takes
from parks.actions import mergers, naming
from parks.forms_changes import EnterpriseMergeForm, ParkMergeForm, RenameForm
from parks.panels_changes import record_panels
from parks.queries.mergers import enterprise_merger, park_merger
from parks.views.changing import (
    REFUSALS,
    Subject,
    editor,
    form_page,
    kind_of,
    reader,
    record_url,
    refused_words,
    status_of,
    subject_or_404,
)

PROFILES = {"park": "parks:detail", "enterprise": "enterprises:detail"}
MERGERS = {"park": (ParkMergeForm, park_merger), "enterprise": (EnterpriseMergeForm, enterprise_merger)}


@reader
@require_GET
def record(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Names, proposals, contacts, notes and the change log of one park or firm."""
    subject = subject_or_404(request, kind, code)
    return record_page(request, subject)


def record_page(
    request: HttpRequest, subject: Subject, *, refusal: PortalError | None = None, form=None
) -> HttpResponse:
    context = {
        "subject": subject,
        "profile": reverse(PROFILES[kind_of(subject)], args=[subject.code]),
        "panels": record_panels(request.user, subject, note_form=form),
        "may_edit": request.user.may(Permission.PARK_EDIT, subject),
        "may_ask": request.user.may(Permission.REGISTER_PROPOSE, subject),
        **{f"{verb}_name": f"changes:{kind_of(subject)}-{verb}" for verb in ("propose", "rename", "merge")},
        **refused_words(form, refusal),
    }
    return render(request, "parks/changes/record.html", context, status=status_of(form, refusal))


@editor
@require_http_methods(["GET", "POST"])
@takes(RenameForm)
def rename(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    subject = subject_or_404(request, kind, code, Permission.PARK_EDIT)
    form = RenameForm(request.POST or None, subject=subject)

    def run(data: dict) -> tuple[str, str]:
        if kind == "park":
            row = naming.rename_park(park=subject, by=request.user, **data)
        else:
            row = naming.rename_enterprise(enterprise=subject, by=request.user, **data)
        return f"自 {row.valid_from} 起名称为{row.name}。", record_url(subject, "changes")

    answer = "此前的报表、数据和通报仍用原名称。写错字的更正请用修改登记，不必变更名称。"
    return form_page(
        request, form, run, subject=subject, title=f"变更{subject.name}的名称", answer=answer, verb="保存",
        here="变更名称",
    )


@editor
@require_http_methods(["GET", "POST"])
@takes(ParkMergeForm, EnterpriseMergeForm, "confirm")
def merge(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """First the effects are shown, then the same merger is carried out."""
    subject = subject_or_404(request, kind, code, Permission.PARK_EDIT)
    form_class, preview_of = MERGERS[kind]
    form = form_class(request.POST or None, subject=subject, user=request.user)
    refusal, preview = None, None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        preview = preview_of(subject, data["into"], data["on"])
        if "confirm" in request.POST and form.is_previewed:
            try:
                return _merged(request, kind, subject, data)
            except REFUSALS as refused:
                refusal = refused
    bound = form if form.is_bound else None
    token = form.token if preview and not preview.obstacles else ""
    context = {
        "form": form, "subject": subject, "preview": preview, "token": token, "back": record_url(subject),
        **refused_words(bound, refusal),
    }  # fmt: skip
    return render(request, "parks/changes/merge.html", context, status=status_of(bound, refusal))


def _merged(request: HttpRequest, kind: str, subject: Subject, data: dict) -> HttpResponse:
    said = {"into": data["into"], "on": data["on"], "reason": data["reason"], "by": request.user}
    if kind == "park":
        mergers.merge_parks(park=subject, **said)
    else:
        mergers.merge_enterprises(enterprise=subject, **said)
    messages.success(request, f"{subject.name}已自 {data['on']} 起并入{data['into'].name}。")
    return redirect(record_url(data["into"]))
