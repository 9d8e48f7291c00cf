"""Contacts, notes, names and proposals of a park or a firm: for its profile, and for its record."""

from typing import Any

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.queries import history_of
from guandu.core.periods import Period
from guandu.web.registry import Panel, enterprise_panels, park_panels
from parks.forms_changes import NoteForm
from parks.models import Contact, Enterprise, JournalNote, Park
from parks.queries.names import former_names
from parks.queries.proposals import diff_of, listed
from parks.views.changing import kind_of, record_url
from parks.views.proposals import TONES

SHOWN = 5  # of each kind on a profile; the record shows MOST
MOST = 200
LOGGED = 50


@park_panels.register(40)
def panels_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    return _panels(user, park, SHOWN)


@enterprise_panels.register(40)
def panels_of_enterprise(user: User, enterprise: Enterprise) -> list[Panel]:
    return _panels(user, enterprise, SHOWN)


def record_panels(user: User, subject: Park | Enterprise, note_form: NoteForm | None = None) -> list[Panel]:
    """All of them, with the forms to write and, for who keeps the register, the change log."""
    panels = _panels(user, subject, MOST, note_form=note_form or NoteForm())
    if user.may(Permission.PARK_EDIT, subject):
        log = {"entries": history_of(subject, LOGGED), "most": LOGGED}
        panels.append(Panel("log", "变更日志", "parks/changes/_log.html", log))
    return panels


def _panels(
    user: User, subject: Park | Enterprise, most: int, note_form: NoteForm | None = None
) -> list[Panel]:
    """Nothing for those who only look at numbers."""
    if not any(user.may(each) for each in (Permission.NOTE_WRITE, Permission.CONTACT_REVEAL)):
        return []
    shared = {
        "subject": subject,
        "kind": kind_of(subject),
        "record": record_url(subject),
        "whole": note_form is not None,
    }
    return [
        Panel("contacts", "联系人", "parks/changes/_contacts.html", shared | _contacts(user, subject, most)),
        Panel(
            "notes",
            "记事",
            "parks/changes/_notes.html",
            shared | _notes(user, subject, most) | {"form": note_form},
        ),
        Panel(
            "changes", "名称与变更申请", "parks/changes/_changes.html", shared | _changes(user, subject, most)
        ),
    ]


def _contacts(user: User, subject: Park | Enterprise, most: int) -> dict[str, Any]:
    rows = Contact.objects.visible_to(user).filter(**{kind_of(subject): subject}, ended_on=None)
    return {
        "contacts": list(rows.defer("phone_sealed")[:most]),
        "may_edit": user.may(Permission.CONTACT_EDIT, subject),
        "may_reveal": user.may(Permission.CONTACT_REVEAL, subject),
    }


def _notes(user: User, subject: Park | Enterprise, most: int) -> dict[str, Any]:
    rows = JournalNote.objects.visible_to(user).filter(**{kind_of(subject): subject})
    keeps = user.may(Permission.PARK_EDIT, subject)
    may_write = user.may(Permission.NOTE_WRITE, subject)
    notes = [
        (note, may_write and not note.struck_at and (keeps or note.author_id == user.pk))
        for note in rows[:most]
    ]
    return {"notes": notes, "may_write": may_write}


def _changes(user: User, subject: Park | Enterprise, most: int) -> dict[str, Any]:
    rows = listed(subject.proposals.visible_to(user)).order_by("-proposed_at", "-pk")[:most]
    proposals = [
        (each, [label for label, _, _ in diff_of(each)], TONES.get(each.state, "idle")) for each in rows
    ]
    return {
        "proposals": proposals,
        "names": former_names(subject),
        "merged_from": list(subject.merged_from.all()),
        "may_ask": user.may(Permission.REGISTER_PROPOSE, subject),
        "may_edit": user.may(Permission.PARK_EDIT, subject),
    }
