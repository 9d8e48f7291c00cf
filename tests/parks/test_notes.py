"""记事: written once, struck out at most, kept for the object's life."""

from datetime import date, timedelta

import pytest

from guandu.audit.models import AuditChange, AuditEvent
from guandu.core import clock
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.web.registry import enterprise_panels
from parks.actions import notes
from parks.models import JournalNote
from tests.factories import make_demonstration, make_enterprise

pytestmark = [pytest.mark.django_db, pytest.mark.feature("A11")]


@pytest.fixture(autouse=True)
def today(db):
    make_demonstration(date(2026, 10, 12))


def write(subject, by, text="与运营方商定盘活二号楼。", **values):
    return notes.write(subject=subject, text=text, by=by, **values)


def test_a_note_is_dated_signed_and_audited(park, department_user):
    note = write(park, department_user, on=date(2026, 10, 10))
    assert (note.on, note.author_name, note.struck_at) == (date(2026, 10, 10), department_user.name, None)
    event = AuditEvent.objects.get(verb="note.write")
    assert (event.object_key, event.changes.count()) == (park.code, 1)


def test_the_note_keeps_its_authors_name_when_he_is_called_otherwise(park, operator, sign_in):
    write(park, operator)
    name, operator.name = operator.name, "改名的人"
    operator.save()
    shown = sign_in(operator).get(f"/register/parks/{park.code}/record/").content.decode()
    assert f"{name}，" in shown


def test_notes_are_rows_of_their_own_and_outlive_the_change_log(park, operator, sign_in):
    """The log may be pruned to an archive; what people wrote is not part of it."""
    write(park, operator)
    assert JournalNote.objects.get().pk
    assert {field.related_model for field in JournalNote._meta.get_fields() if field.is_relation}.isdisjoint(
        {AuditEvent, AuditChange}
    )


@pytest.mark.parametrize(
    ("text", "on", "sentence"),
    [
        ("", None, "内容"),
        ("  ", None, "内容"),
        ("长" * 501, None, "内容"),
        ("好", date(2026, 10, 13), "不能晚于今天"),
    ],
)
def test_what_is_no_note_is_refused(text, on, sentence, park, operator):
    with pytest.raises(Invalid) as refusal:
        write(park, operator, text, on=on)
    assert refusal.value.errors


@pytest.mark.parametrize("who", ["leader", "expert", "audit_admin"])
def test_who_only_reads_writes_no_note(who, request, park):
    with pytest.raises(NotAllowed):
        write(park, request.getfixturevalue(who))


def test_a_note_of_another_park_is_out_of_reach(other_park, operator, office):
    with pytest.raises(NotAllowed):
        write(other_park, operator)
    with pytest.raises(NotAllowed):
        notes.strike(note=write(other_park, office), because="有误", by=operator)


def test_a_wrong_note_is_struck_out_and_stays_readable(park, operator, sign_in):
    note = write(park, operator)
    with pytest.raises(Invalid):
        notes.strike(note=note, because=" ", by=operator)
    struck = notes.strike(note=note, because="楼号写错", by=operator)
    assert (struck.text, struck.struck_because) == (note.text, "楼号写错")
    with pytest.raises(NotReady):
        notes.strike(note=struck, because="再划", by=operator)
    shown = sign_in(operator).get(f"/register/parks/{park.code}/record/").content.decode()
    assert f"<del>{note.text}</del>" in shown
    assert "划去：楼号写错" in shown


def test_only_its_author_or_the_office_strikes_a_note(park, operator, department_user, office):
    note = write(park, operator)
    with pytest.raises(NotAllowed, match="本人的记事"):
        notes.strike(note=note, because="有误", by=department_user)
    assert notes.strike(note=note, because="有误", by=office).struck_at


def test_notes_are_written_and_struck_by_pages(park, department_user, sign_in):
    client = sign_in(department_user)
    path = f"/register/parks/{park.code}/notes/"
    empty = client.post(path, {"text": "", "on": "2026-10-12"})
    assert empty.status_code == 422
    assert "请填写内容" in empty.content.decode()
    assert client.post(path, {"text": "走访园区。", "on": "2026-10-12"}).status_code == 302
    note = JournalNote.objects.get()
    assert client.post(f"/register/notes/{note.pk}/strike/", {"because": ""}).status_code == 422
    assert client.post(f"/register/notes/{note.pk}/strike/", {"because": "写错"}).status_code == 302
    assert JournalNote.objects.get().struck_because == "写错"


def test_the_profile_shows_the_newest_notes(park, department_user, sign_in):
    for day in range(7):
        write(park, department_user, f"第{day}条", on=clock.today() - timedelta(days=day))
    shown = sign_in(department_user).get(f"/parks/{park.code}/").content.decode()
    assert "第0条" in shown
    assert "第6条" not in shown
    assert "第6条" in sign_in(department_user).get(f"/register/parks/{park.code}/record/").content.decode()


def test_a_firm_has_notes_too(park, operator, sign_in):
    firm = make_enterprise(park=park)
    write(firm, operator, "走访企业。")
    panels = {panel.anchor: panel for panel in enterprise_panels.ask(operator, firm)}
    assert [note.text for note, _ in panels["notes"].context["notes"]] == ["走访企业。"]
    assert (
        "走访企业。" in sign_in(operator).get(f"/register/enterprises/{firm.code}/record/").content.decode()
    )
