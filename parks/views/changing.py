"""What the pages that change the register share: the park or firm, a form with one action, the record."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.views import get_visible_or_404, permission_required
from parks.forms_changes import faults
from parks.models import Enterprise, Park

REFUSALS = (Conflict, Invalid, NotReady)
KINDS = {"park": Park, "enterprise": Enterprise}
Subject = Park | Enterprise

reader = permission_required(
    Permission.NOTE_WRITE, Permission.REGISTER_PROPOSE, Permission.REGISTER_DECIDE, to="查看变更记录"
)
settler = permission_required(Permission.REGISTER_PROPOSE, Permission.REGISTER_DECIDE, to="查看变更申请")
proposer = permission_required(Permission.REGISTER_PROPOSE, to="提出变更申请")
decider = permission_required(Permission.REGISTER_DECIDE, to="审核变更申请")
editor = permission_required(Permission.PARK_EDIT, to="修改登记册")
note_writer = permission_required(Permission.NOTE_WRITE, to="记事")
contact_editor = permission_required(Permission.CONTACT_EDIT, to="登记联系人")
contact_reader = permission_required(Permission.CONTACT_REVEAL, to="查看联系电话")


def subject_or_404(
    request: HttpRequest, kind: str, code: str, permission: Permission | None = None
) -> Subject:
    return get_visible_or_404(KINDS[kind].objects, request.user, permission, code=code)


def kind_of(subject: Subject) -> str:
    return "park" if isinstance(subject, Park) else "enterprise"


def record_url(subject: Subject, anchor: str = "") -> str:
    return reverse(f"changes:{kind_of(subject)}-record", args=[subject.code]) + (
        f"#{anchor}" if anchor else ""
    )


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    run: Callable[[dict[str, Any]], tuple[str, str]],
    *,
    subject: Subject,
    title: str,
    answer: str,
    verb: str,
    here: str,
    template: str = "parks/changes/form.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """A form about `subject` whose data go to one action: `run(cleaned)` answers what to tell the person
    and where to go. A refusal is shown on the form; nothing that was typed is lost."""
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            told, url = run(form.cleaned_data)
        except REFUSALS as refused:
            refusal = refused
        else:
            messages.success(request, told)
            return redirect(url)
    bound = form if form.is_bound else None
    given = {
        "form": form, "subject": subject, "title": title, "answer": answer, "verb": verb, "here": here,
        "back": record_url(subject), **refused_words(bound, refusal), **(context or {}),
    }  # fmt: skip
    return render(request, template, given, status=status_of(bound, refusal))


def refused_words(form: forms.BaseForm | None, refusal: PortalError | None) -> dict[str, Any]:
    """The error summary of a page: what the form or the action found wrong."""
    if refusal is None:
        return {"errors": list(faults(form)) if form is not None else []}
    known = form.fields if form is not None else {}
    errors = [
        (f"id_{name}" if name in known else "", text)
        for name, text in getattr(refusal, "errors", ())
        if name in known or text != refusal.message
    ]
    errors += [("", text) for text in getattr(refusal, "missing", ())]
    return {"message": refusal.message, "errors": errors, "changes": getattr(refusal, "changes", ())}


def status_of(form: forms.BaseForm | None, refusal: PortalError | None) -> int:
    if refusal is not None:
        return refusal.status
    return 422 if form is not None and form.errors else 200
