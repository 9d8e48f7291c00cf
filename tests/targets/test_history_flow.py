"""历史补录 from the file to the 核定值: who may do what, and what comes of it."""

from datetime import date

import pytest

from guandu.audit import trail
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.files.models import Attachment
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from targets.actions import history, history_signing
from targets.models import CertifiedValue, HistoryBatch, HistoryLine, IndicatorVersion
from tests.parks.codes import GOOD_CODES
from tests.targets.factories import (
    make_cast,
    make_indicator,
    make_leader_person,
    make_office,
    make_operator,
    make_park,
    make_reviewer,
)
from tests.targets.historic import DOCUMENT, FIRMS, REV, book, checked, faults, kept, line, signed, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings, tmp_path):
    """Two of the office, and one park with the indicators."""
    settings.FILES_DIR = tmp_path / "files"
    make_park("P1")
    make_indicator("REV", name="营业收入")
    make_indicator("FIRMS", "stock", name="入驻企业数", unit="家", scale=0)
    return make_office(), make_office("second")


def plain(*values) -> bytes:
    return book(line("园区", "P1", "2024", *values), titles=(REV, FIRMS))


@pytest.mark.feature("B19")
def test_the_original_is_kept_with_its_hash_and_every_value_leads_back_to_its_row(people):
    office, second = people
    batch = signed(plain("1,234.5", 30), office, second)
    assert (batch.state, batch.certified_count, batch.line_count, batch.value_count) == ("signed", 2, 1, 2)
    assert Attachment.objects.get(owner_kind="history.original", owner_key=batch.pk).file.digest == batch.file_digest
    values = {row.indicator.code: row for row in CertifiedValue.objects.current()}
    assert {code: row.units for code, row in values.items()} == {"REV": 123450, "FIRMS": 30}
    row = values["REV"]
    assert (row.source, row.certified_by, row.period, row.return_version) == ("history", "second", "2024", None)
    assert (row.history_line.row, row.history_line.document, row.history_line.batch) == (2, DOCUMENT, batch)
    assert list(trail.verify()) == []


@pytest.mark.feature("B19")
def test_a_kept_original_is_checked_again_after_the_register_has_changed_and_nothing_else_changes(people):
    office, _ = people
    batch = checked(book(line("园区", "P2", "2024", 1)), office)
    assert batch.state == "faulty"
    assert "P2" in faults(batch)["B2"]
    make_park("P2")
    history.recheck(batch=batch, by=office)
    run_waiting()
    batch.refresh_from_db()
    assert batch.state == "ready"
    assert not HistoryLine.objects.exists()
    assert not CertifiedValue.objects.exists()


def test_one_event_holds_a_change_for_each_value(people):
    signed(plain(5, 6), *people)
    event = AuditEvent.objects.get(verb="history.sign")
    kinds = sorted(event.changes.values_list("object_type", flat=True))
    # The values, the batch, and the roll-up that was asked for.
    assert kinds.count("targets.certifiedvalue") == 2
    assert kinds.count("targets.historybatch") == 1


def test_a_second_person_signs(people):
    office, second = people
    batch = stored(plain(1, 1), office)
    with pytest.raises(NotAllowed, match="上传人以外"):
        history_signing.sign(batch=batch, by=office)
    assert not CertifiedValue.objects.exists()
    history_signing.sign(batch=batch, by=second)
    assert CertifiedValue.objects.count() == 2


@pytest.mark.parametrize(
    ("make", "may_send", "may_sign"),
    [(make_office, True, True), (make_reviewer, True, False), (make_operator, False, False), (make_leader_person, False, False)],
)
def test_the_office_and_departments_send_in_and_the_office_signs(people, make, may_send, may_sign):
    batch = stored(plain(1, 1), people[0])
    person = make(username="asked")
    if may_send:
        assert kept(plain(2, 2), person).owner == person
    else:
        with pytest.raises(NotAllowed):
            kept(plain(2, 2), person)
    if may_sign:
        assert history_signing.sign(batch=batch, by=person).state == "signed"
    else:
        with pytest.raises(NotAllowed):
            history_signing.sign(batch=batch, by=person)


def test_a_department_enters_the_parks_that_it_looks_after_and_sees_its_own_batches(people):
    office, _ = people
    make_park("P2", department="U-OTHER")
    department = make_reviewer()
    theirs, office_s = checked(plain(1, 1), department), checked(plain(2, 2), office)
    assert theirs.state == "ready"
    assert set(HistoryBatch.objects.visible_to(department)) == {theirs}
    assert set(HistoryBatch.objects.visible_to(office)) == {theirs, office_s}
    assert set(HistoryBatch.objects.visible_to(make_reviewer("U-OTHER"))) == set()
    outside = checked(book(line("园区", "P2", "2024", 1)), department)
    assert "不在您的工作范围内" in faults(outside)["B2"]


def test_a_value_of_another_source_stays_and_is_counted(people):
    office, second = people
    cast_value("REV", 500)
    batch = signed(plain(6, 7), office, second)
    assert (batch.certified_count, batch.same_count, batch.apart_count) == (1, 0, 1)
    assert CertifiedValue.objects.current().get(indicator__code="REV").source == "operator"
    again = signed(plain(5, 7), office, second)
    assert (again.certified_count, again.same_count, again.apart_count) == (0, 2, 0)


def cast_value(code: str, units: int, period: str = "2024") -> CertifiedValue:
    version = IndicatorVersion.objects.get(indicator__code=code)
    return CertifiedValue.objects.create(
        indicator=version.indicator, indicator_version=version, subject_kind="park", subject_code="P1", period=period,
        units=units, source="operator", certified_by="测试", certified_at=clock.now(),
    )  # fmt: skip


def test_a_signed_batch_is_withdrawn_with_a_reason_and_its_values_stand_no_longer(people):
    office, second = people
    batch = signed(plain(1, 2), office, second)
    with pytest.raises(Invalid, match="理由"):
        history_signing.withdraw(batch=batch, reason=" ", by=office)
    history_signing.withdraw(batch=batch, reason="口径有误", by=office)
    assert not CertifiedValue.objects.current().exists()
    assert CertifiedValue.objects.count() == 2
    assert batch.lines.count() == 1
    assert Job.objects.filter(kind="figures.roll_up", key="2024Q4", state="queued").exists()
    with pytest.raises(NotReady):
        history_signing.withdraw(batch=batch, reason="再撤", by=office)


def test_what_was_withdrawn_may_be_entered_again(people):
    office, second = people
    batch = signed(plain(1, 2), office, second)
    history_signing.withdraw(batch=batch, reason="口径有误", by=office)
    assert signed(plain(3, 2), office, second).certified_count == 2


def test_a_batch_is_given_up_by_its_sender_or_sent_back_by_the_office_with_a_reason(people):
    office, second = people
    department = make_reviewer()
    first, other = stored(plain(1, 1), department), stored(plain(1, 1), department)
    with pytest.raises(Invalid, match="理由"):
        history.discard(batch=first, by=second)
    history.discard(batch=first, reason="数据来源不明", by=second)
    history.discard(batch=other, by=department)
    assert not HistoryLine.objects.exists()
    assert set(HistoryBatch.objects.values_list("state", flat=True)) == {"dropped"}
    with pytest.raises(NotReady):
        history_signing.sign(batch=first, by=office)


def test_nobody_confirms_the_batch_of_another(people):
    batch = checked(plain(1, 1), people[0])
    with pytest.raises(NotAllowed):
        history.confirm(batch=batch, by=people[1])


def test_what_was_checked_by_another_version_is_not_stored(people):
    office, _ = people
    batch = checked(plain(1, 1), office)
    version = IndicatorVersion.objects.get(indicator__code="REV")
    IndicatorVersion.objects.filter(pk=version.pk).update(valid_to=date(2024, 6, 1))
    IndicatorVersion.objects.create(
        indicator=version.indicator, number=2, unit="亿元", scale=4, valid_from=date(2024, 6, 1), factor="0.0001"
    )
    history.confirm(batch=batch, by=office)
    run_waiting()
    assert not HistoryLine.objects.exists()
    job = Job.objects.get(kind="history.store")
    assert (job.state, "重新核对" in job.error) == ("failed", True)


def test_firms_are_kept_behind_their_park_and_become_no_values(people):
    rows = [
        line("园区", "P1", "2024", 100),
        *(line("园区", "P1", "2024", 40, code=code, firm=f"企业{code[-4:]}") for code in GOOD_CODES),
    ]
    batch = signed(book(*rows), *people)
    assert (batch.line_count, batch.value_count, batch.certified_count) == (3, 3, 1)
    assert set(HistoryLine.objects.exclude(credit_code="").values_list("credit_code", flat=True)) == set(GOOD_CODES)
    assert CertifiedValue.objects.get().units == 10000


def test_what_is_reported_later_takes_the_place_of_what_was_entered(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    cast = make_cast()
    signed(book(line("园区", "P1", "2026Q2", 77)), cast.office, make_office("second"))
    assert CertifiedValue.objects.current().get(indicator__code="REV").units == 7700
    cast.locked()
    row = CertifiedValue.objects.current().get(indicator__code="REV")
    assert (row.source, row.units) == ("operator", 100000)
