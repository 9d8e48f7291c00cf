"""临时调度表, died in at every SQL statement and at every step of a file: all of it once, or nothing."""

import pytest

from guandu.accounts.models import Unit
from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from guandu.files.models import Attachment
from guandu.notices.models import Message
from targets.actions import dispatch, dispatch_answers
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.dispatch_books import blank_book, read_answer
from tests.crash import crash_action, tell
from tests.targets.dispatched import GOOD, in_days, made, receiver_of, sent
from tests.targets.factories import make_office, make_operator, make_park, make_street_person, make_unit
from tests.targets.office_tables import opened, saved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def cast():
    """Office, park, operator; and a street with somebody in it."""
    park = make_park()
    make_street_person()
    return make_office(), park, make_operator()


def test_it_is_sent_to_all_of_them_or_to_none(cast, prove_figure):
    office, park, _ = cast
    table, street, due = made(office), make_unit("U-ST", Unit.Kind.STREET), in_days(3)
    crashes = crash_action(lambda: sent(office, park, street, table=table, due_at=due), office.forget_grants)
    assert (DispatchReceiver.objects.count(), Message.objects.count()) == (2, 2)
    assert DispatchTable.objects.get().state == "sent"
    assert AuditEvent.objects.filter(verb="dispatch.send").count() == 1
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_an_answer_by_page_is_filed_whole_or_not_at_all(cast, prove_figure):
    office, park, operator = cast
    receiver = receiver_of(sent(office, park), park)
    crashes = crash_action(lambda: dispatch_answers.file(receiver=receiver, rows=[GOOD], seen=1, by=operator), operator.forget_grants)
    row = DispatchReceiver.objects.get()
    assert (row.state, len(row.answer), row.version) == ("filed", 1, 2)
    assert list(trail.verify()) == []
    tell(prove_figure, crashes)


def test_an_answer_by_workbook_is_filed_with_its_file_or_not_at_all(cast, prove_figure):
    office, park, operator = cast
    receiver = receiver_of(sent(office, park), park)
    made_ = opened(blank_book(receiver))
    for letter, text in GOOD.items():
        made_["报送表"][f"{letter}4"] = text
    data = saved(made_)
    handed = read_answer(receiver, data, "填好.xlsx")
    file = check(data, "填好.xlsx", (XLSX,))
    crashes = crash_action(
        lambda: dispatch_answers.load(receiver=receiver, handed=handed, workbook=file, seen=1, by=operator),
        operator.forget_grants,
    )
    assert DispatchReceiver.objects.get().workbook == Attachment.objects.get(owner_kind="dispatch.answer")
    tell(prove_figure, crashes)


def test_they_are_urged_all_or_none(cast, prove_figure):
    office, park, _ = cast
    table = sent(office, park, make_unit("U-ST", Unit.Kind.STREET))
    crashes = crash_action(lambda: dispatch.urge(table=table, by=office), office.forget_grants)
    assert Message.objects.filter(kind="urge").count() == 2
    tell(prove_figure, crashes)
