"""Notes on parks and firms, and the people to call: written, struck out, changed, revealed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import NotReady
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404
from parks.actions import contacts, notes
from parks.forms_changes import ContactForm, NoteForm
from parks.models import Contact, JournalNote
from parks.views.changing import (
    REFUSALS,
    contact_editor,
    contact_reader,
    form_page,
    note_writer,
    record_url,
    subject_or_404,
)
from parks.views.register_changes import record_page

MASKED = "电话加密保存，名单上只显示 138****0000；需要时按人查看，每次查看都有记录。"


@note_writer
@require_POST
@takes(NoteForm)
def write_note(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    subject = subject_or_404(request, kind, code, Permission.NOTE_WRITE)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return record_page(request, subject, form=form)
    try:
        notes.write(subject=subject, by=request.user, **form.cleaned_data)
    except REFUSALS as refusal:
        return record_page(request, subject, form=form, refusal=refusal)
    messages.success(request, "已记下。")
    return redirect(record_url(subject, "notes"))


@note_writer
@require_POST
@takes("because")
def strike_note(request: HttpRequest, pk: int) -> HttpResponse:
    rows = JournalNote.objects.select_related("park", "enterprise", "author")
    note = get_visible_or_404(rows, request.user, Permission.NOTE_WRITE, pk=pk)
    try:
        notes.strike(note=note, because=request.POST.get("because", "")[:120], by=request.user)
    except REFUSALS as refusal:
        return record_page(request, note.subject, refusal=refusal)
    messages.success(request, "已划去，原文仍可看到。")
    return redirect(record_url(note.subject, "notes"))


@never_cache
@contact_editor
@require_http_methods(["GET", "POST"])
@takes(ContactForm)
def add_contact(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    subject = subject_or_404(request, kind, code, Permission.CONTACT_EDIT)
    form = ContactForm(request.POST or None)

    def run(data: dict) -> tuple[str, str]:
        said = {name: data[name] for name in ("name", "duty", "phone", "is_main")}
        contact = contacts.add(subject=subject, by=request.user, **said)
        return f"已登记联系人{contact.name}。", record_url(subject, "contacts")

    return form_page(
        request, form, run, subject=subject, title=f"登记{subject.name}的联系人", answer=MASKED, verb="登记",
        here="登记联系人",
    )


@never_cache
@contact_editor
@require_http_methods(["GET", "POST"])
@takes(ContactForm)
def change_contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk, Permission.CONTACT_EDIT)
    form = ContactForm(request.POST or None, contact=contact)

    def run(data: dict) -> tuple[str, str]:
        values = {name: data[name] for name in ("name", "duty", "is_main") if name in form.changed_data}
        contacts.change(
            contact=contact, values=values, phone=data["phone"], seen=data["seen"], by=request.user
        )
        return f"已保存联系人{data['name']}。", record_url(contact.subject, "contacts")

    return form_page(
        request,
        form,
        run,
        subject=contact.subject,
        title=f"修改联系人{contact.name}",
        answer=MASKED,
        verb="保存",
        here="修改联系人",
    )


@contact_editor
@require_POST
@takes()
def end_contact(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk, Permission.CONTACT_EDIT)
    try:
        contacts.end(contact=contact, by=request.user)
    except NotReady as refusal:
        return record_page(request, contact.subject, refusal=refusal)
    messages.success(request, f"联系人{contact.name}已停用。")
    return redirect(record_url(contact.subject, "contacts"))


@never_cache
@contact_reader
@require_POST
@takes()
def reveal_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole number, in this answer alone; nothing keeps it but the person who asked."""
    contact = _contact(request, pk, Permission.CONTACT_REVEAL)
    try:
        number = contacts.reveal(contact=contact, by=request.user)
    except NotReady as refusal:
        return record_page(request, contact.subject, refusal=refusal)
    context = {"contact": contact, "number": number, "back": record_url(contact.subject, "contacts")}
    return render(request, "parks/changes/number.html", context)


def _contact(request: HttpRequest, pk: int, permission: Permission) -> Contact:
    rows = Contact.objects.select_related("park", "enterprise")
    return get_visible_or_404(rows, request.user, permission, pk=pk)
