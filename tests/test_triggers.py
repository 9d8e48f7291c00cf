"""The guards stand in the database that is in use, and bite whoever writes around the actions."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from guandu.audit.actions import about, action, created
from guandu.audit.models import AuditChange, AuditEvent, AuditHead
from guandu.audit.triggers import GUARDS as AUDIT_GUARDS
from guandu.core import clock
from guandu.core.actors import LOADER
from guandu.core.triggers import create_all, drop_all, installed, missing
from guandu.files.triggers import GUARDS as FILE_GUARDS
from rating.models import Assessment, Scheme
from rating.triggers import GUARDS as RATING_GUARDS
from targets.models import (
    CertifiedValue,
    HistoryBatch,
    HistoryLine,
    Publication,
    PublishedFigure,
    Return,
    ReturnLine,
    ReturnVersion,
)
from targets.triggers import GUARDS as TARGET_GUARDS
from targets.triggers_dictionary import DICTIONARY_GUARDS
from targets.triggers_evidence import GUARDS as EVIDENCE_GUARDS
from targets.triggers_history import GUARDS as HISTORY_GUARDS
from targets.triggers_matches import MATCH_GUARDS
from targets.triggers_publication import GUARDS as PUBLICATION_GUARDS
from tests.factories import make_cycle, make_indicator, make_park, make_template, make_unit, make_user
from tests.plugins.flush import without_guards

GUARDS = (
    *AUDIT_GUARDS, *FILE_GUARDS, *TARGET_GUARDS, *DICTIONARY_GUARDS, *EVIDENCE_GUARDS, *MATCH_GUARDS, *HISTORY_GUARDS,
    *PUBLICATION_GUARDS, *RATING_GUARDS,
)  # fmt: skip


@pytest.fixture
def event(db) -> AuditEvent:
    @action("test.something")
    def something(*, by):
        unit = make_unit()
        about(unit)
        created(unit)

    something(by=LOADER)
    return AuditEvent.objects.get()


@pytest.fixture
def indicator(db):
    return make_indicator()


@pytest.fixture
def line(indicator) -> ReturnLine:
    cycle = make_cycle(make_template(indicator))
    park = make_park()
    return_ = Return.objects.create(
        cycle=cycle, subject_kind="park", park=park, park_code=park.code, subject_name=park.name
    )
    version = ReturnVersion.objects.create(return_of=return_)
    return ReturnLine.objects.create(
        version=version, subject_kind="park", subject_code=park.code, values={indicator.code: 100}
    )


@pytest.fixture
def locked_line(line) -> ReturnLine:
    ReturnVersion.objects.filter(pk=line.version_id).update(frozen_at=clock.now(), digest="d")
    return line


@pytest.fixture
def certified(indicator) -> CertifiedValue:
    return CertifiedValue.objects.create(
        indicator=indicator,
        indicator_version=indicator.versions.get(),
        subject_kind="park",
        subject_code="P",
        period="2026Q3",
        units=100,
        source="operator",
        certified_by="某人",
        certified_at=clock.now(),
    )


def refused(words: str, write, *arguments) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        write(*arguments)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_every_guard_is_in_the_database():
    assert missing(GUARDS, connection) == []


@pytest.mark.django_db
def test_a_guard_that_is_off_or_hollow_is_missing(line):
    name, table = "audit_auditevent_no_update", "audit_auditevent"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        assert missing(GUARDS, connection) == [name]
        sql(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
        assert missing(GUARDS, connection) == []
        hollow = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
    else:
        sql(f"DROP TRIGGER {name}")
        hollow = f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} BEGIN SELECT 1; END"
    sql(hollow)
    assert missing(GUARDS, connection) == [name]
    drop_all(GUARDS, connection)
    create_all(GUARDS, connection)
    assert missing(GUARDS, connection) == []


@pytest.mark.feature("X1")
def test_the_trail_is_append_only(event):
    for model in (AuditEvent, AuditChange):
        assert model.objects.exists()
        refused("append-only", lambda m=model: m.objects.update(object_name="别的"))
        refused("append-only", lambda m=model: m.objects.all()._raw_delete("default"))
        refused("append-only", sql, f"UPDATE {model._meta.db_table} SET object_name = 'x'")  # noqa: S608
        refused("append-only", sql, f"DELETE FROM {model._meta.db_table}")  # noqa: S608
    assert AuditEvent.objects.get().object_name == event.object_name


@pytest.mark.feature("X1")
def test_the_trail_grows_at_its_end_only(event):
    forged = {"event_id": event.pk, "position": 9, "object_type": "x", "object_key": "x", "object_name": "x"}
    refused("grows at its end", lambda: AuditChange.objects.create(**forged))
    copies = {f.attname: getattr(event, f.attname) for f in AuditEvent._meta.concrete_fields if f.name != "id"}
    for seq in (0, event.seq + 2, event.seq + 100):
        refused("grows at its end", lambda s=seq: AuditEvent.objects.create(**{**copies, "seq": s, "hash": str(s)}))
    heads = AuditHead.objects.all()
    refused("moves forward", lambda: heads.update(seq=0))
    refused("moves forward", lambda: heads.update(hash="x"))
    refused("moves forward", lambda: heads.update(seq=9))
    refused("moves forward", lambda: heads._raw_delete("default"))


@pytest.mark.feature("X1")
@pytest.mark.skipif("postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="SQLite has no TRUNCATE")
def test_the_trail_is_not_emptied_at_once(event):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("audit_auditevent", "audit_auditchange", "audit_audithead", "audit_auditarchive"):
        refused("append-only", sql, f"TRUNCATE {table} CASCADE")
    assert AuditEvent.objects.count() == 1


@pytest.mark.feature("B3")
def test_a_draft_line_may_change(line):
    ReturnLine.objects.update(values={"X": 1})
    line.refresh_from_db()
    line.delete()


@pytest.mark.feature("B3")
def test_a_filed_line_is_locked(locked_line):
    lines = ReturnLine.objects.filter(pk=locked_line.pk)
    refused("locked return line", lambda: lines.update(values={"X": 1}))
    refused("locked return line", lambda: lines.delete())
    refused("locked return line", sql, "UPDATE targets_returnline SET subject_code = 'x'")
    refused("locked return line", sql, "DELETE FROM targets_returnline")
    refused(
        "locked return line",
        lambda: ReturnLine.objects.create(version=locked_line.version, subject_kind="park", subject_code="Q"),
    )


@pytest.mark.feature("B3")
def test_no_line_is_moved_into_a_filed_version(locked_line):
    draft = ReturnVersion.objects.create(return_of=locked_line.version.return_of, number=2)
    other = ReturnLine.objects.create(version=draft, subject_kind="park", subject_code="Q")
    refused(
        "locked return line",
        lambda: ReturnLine.objects.filter(pk=other.pk).update(version=locked_line.version),
    )


@pytest.mark.feature("B3")
def test_a_filed_version_stays_filed(locked_line):
    versions = ReturnVersion.objects.filter(pk=locked_line.version_id)
    refused("frozen return version", lambda: versions.update(frozen_at=None, digest=""))
    refused("frozen return version", lambda: versions.update(digest="other"))
    refused("frozen return version", lambda: versions.update(frozen_at=clock.now()))
    refused("frozen return version", sql, "UPDATE targets_returnversion SET digest = 'x'")
    refused("frozen return version", sql, f"DELETE FROM targets_returnversion WHERE id = {locked_line.version_id}")  # noqa: S608
    versions.update(edited_by="备注")


@pytest.mark.feature("B3")
def test_a_certified_value_is_superseded_and_never_changed(certified):
    values = CertifiedValue.objects.all()
    for change in ({"units": 1}, {"base_units": 1}, {"reason": "x"}, {"period": "2026Q2"}, {"subject_code": "Q"}):
        refused("certified value", lambda c=change: values.update(**c))
    refused("certified value", lambda: values.delete())
    refused("certified value", sql, "UPDATE targets_certifiedvalue SET units = units + 1")
    refused("certified value", sql, "DELETE FROM targets_certifiedvalue")
    values.update(superseded_at=clock.now())


@pytest.mark.django_db
def test_the_sentence_says_the_rule_in_chinese(event):
    with pytest.raises(IntegrityError, match="审计记录只能追加"), transaction.atomic():
        AuditChange.objects.all().delete()


@pytest.mark.django_db
def test_guards_are_taken_away_and_put_back(line):
    names = {guard.name for guard in GUARDS}
    with without_guards():
        assert not names & installed(connection)
    assert missing(GUARDS, connection) == []


@pytest.mark.django_db(transaction=True)
def test_the_migrations_turn_back_and_forth():
    names = {guard.name for guard in AUDIT_GUARDS}
    call_command("migrate", "audit", "0001", verbosity=0)
    assert not names & installed(connection)
    call_command("migrate", "audit", verbosity=0)
    assert missing(GUARDS, connection) == []


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_between_tests_brings_the_guards_back(event):
    call_command("flush", interactive=False, verbosity=0)
    assert not AuditEvent.objects.exists()
    assert missing(GUARDS, connection) == []


@pytest.fixture
def history_line(db) -> HistoryLine:
    """A line of a batch that waits for its signature."""
    user = make_user("office")
    batch = HistoryBatch.objects.create(
        name="旧台账", state="stored", owner=user, unit=user.unit, file_name="a.xlsx", file_digest="d", created_at=clock.now()
    )
    return HistoryLine.objects.create(
        batch=batch, row=2, scope_kind="district", scope_name="全区", period="2024", document="旧表", values={"REV": 1}
    )


def _sign(line: HistoryLine) -> None:
    HistoryBatch.objects.filter(pk=line.batch_id).update(state="signed", signed_by=line.batch.owner, signed_at=clock.now())


def test_lines_of_a_batch_that_waits_may_be_given_up(history_line):
    history_line.delete()
    assert not HistoryLine.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE targets_historyline SET document = 'x'", "DELETE FROM targets_historyline",
        "INSERT INTO targets_historyline (batch_id, \"row\", scope_kind, scope_code, scope_name, period, credit_code, "
        "firm_name, document, \"values\") SELECT batch_id, 3, 'park', 'P', 'P', period, '', '', document, \"values\" "
        "FROM targets_historyline",
    ],
)  # fmt: skip
def test_what_was_signed_of_history_is_not_changed(history_line, statement):
    _sign(history_line)
    refused("locked history line", sql, statement)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE targets_historybatch SET file_digest = 'x'", "signed history"),
        ("UPDATE targets_historybatch SET state = 'ready'", "history moves by its workflow"),
        ("UPDATE targets_historybatch SET state = 'dropped'", "history moves by its workflow"),
    ],
)
def test_a_signed_batch_keeps_its_file_and_is_withdrawn_at_most(history_line, statement, words):
    _sign(history_line)
    refused(words, sql, statement)
    sql("UPDATE targets_historybatch SET state = 'withdrawn'")


def test_a_batch_moves_by_its_workflow(history_line):
    refused("history moves by its workflow", sql, "UPDATE targets_historybatch SET state = 'checking'")


@pytest.fixture
def published(db) -> PublishedFigure:
    """A row of a publication that is not shut yet."""
    made = Publication.objects.create(
        kind="flash", period="2026Q3", issued_by="office", issued_on=clock.today(), issued_at=clock.now()
    )
    return PublishedFigure.objects.create(
        publication=made, position=1, indicator_code="REV", indicator_name="营业收入", indicator_kind="flow", version=1,
        unit="万元", scope_kind="district", scope_name="全区", period="2026Q1-3", basis="certified", expected=1, reported=1,
        figure_number=1, computed_at=clock.now(), shown_value="1",
    )  # fmt: skip


def _shut(row: PublishedFigure) -> None:
    Publication.objects.filter(pk=row.publication_id).update(digest="d")


@pytest.mark.parametrize(
    "statement", ["UPDATE targets_publishedfigure SET shown_value = '2'", "DELETE FROM targets_publishedfigure"]
)
def test_a_published_row_is_never_changed(published, statement):
    refused("published row", sql, statement)


def test_a_publication_takes_no_row_once_it_is_shut(published):
    _shut(published)
    published.pk, published.position, published.scope_kind, published.scope_code = None, 2, "park", "P"
    refused("published row", published.save)


@pytest.mark.parametrize(
    "statement", ["UPDATE targets_publication SET note = 'x'", "UPDATE targets_publication SET digest = ''"]
)
def test_a_publication_that_is_shut_is_never_changed(published, statement):
    _shut(published)
    refused("published", sql, statement)


def test_a_publication_is_never_deleted(db):
    Publication.objects.create(kind="flash", period="2026Q3", issued_by="office", issued_on=clock.today(), issued_at=clock.now())
    refused("published", sql, "DELETE FROM targets_publication")


@pytest.fixture
def scheme(db) -> Scheme:
    """A version of a scheme that nothing was scored under."""
    return Scheme.objects.create(code="star", version="1", title="方案", text="甲", digest="d", loaded_at=clock.now())


def _use(scheme: Scheme) -> None:
    Assessment.objects.create(
        scheme=scheme, park=make_park(), period="2026Q3", facts="{}", result="{}", result_digest="d", computed_at=clock.now()
    )


@pytest.mark.feature("E1")
def test_a_scheme_that_was_never_used_may_still_be_put_right(scheme):
    Scheme.objects.update(text="乙", digest="e")
    scheme.delete()
    assert not Scheme.objects.exists()


@pytest.mark.feature("E1")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rating_scheme SET text = 'x'", "UPDATE rating_scheme SET digest = 'x'",
        "UPDATE rating_scheme SET version = '2'", "UPDATE rating_scheme SET code = 'x'", "UPDATE rating_scheme SET title = 'x'",
    ],
)  # fmt: skip
def test_a_scheme_that_scored_a_park_is_never_changed(scheme, statement):
    _use(scheme)
    refused("used scheme", sql, statement)
    sql("UPDATE rating_scheme SET state = 'published'")


@pytest.mark.feature("E1")
def test_an_issued_scheme_is_neither_changed_nor_a_draft_again(scheme):
    Scheme.objects.update(state="published")
    refused("used scheme", sql, "UPDATE rating_scheme SET text = 'x'")
    refused("used scheme", sql, "DELETE FROM rating_scheme")
    refused("issued scheme", sql, "UPDATE rating_scheme SET state = 'draft'")
