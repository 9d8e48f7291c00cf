"""The guards stand in the database that is in use, and bite whoever writes around the actions."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from guandu.audit.actions import about, action, created
from guandu.audit.models import AuditChange, AuditEvent
from guandu.audit.triggers import GUARDS as AUDIT_GUARDS
from guandu.core import clock
from guandu.core.actors import LOADER
from guandu.core.triggers import installed
from targets.models import CertifiedValue, Return, ReturnLine, ReturnVersion
from targets.triggers import GUARDS as TARGET_GUARDS
from tests.factories import make_cycle, make_indicator, make_park, make_template, make_unit
from tests.plugins.flush import without_guards

GUARDS = (*AUDIT_GUARDS, *TARGET_GUARDS)


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
    assert {guard.name for guard in GUARDS} <= installed(connection)


@pytest.mark.feature("X1")
def test_the_trail_is_append_only(event):
    for model in (AuditEvent, AuditChange):
        assert model.objects.exists()
        refused("append-only", lambda m=model: m.objects.update(object_name="别的"))
        refused("append-only", lambda m=model: m.objects.all()._raw_delete("default"))
        refused("append-only", sql, f"UPDATE {model._meta.db_table} SET object_name = 'x'")  # noqa: S608
        refused("append-only", sql, f"DELETE FROM {model._meta.db_table}")  # noqa: S608
    assert AuditEvent.objects.get().object_name == event.object_name


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
    assert names <= installed(connection)


@pytest.mark.django_db(transaction=True)
def test_the_migrations_turn_back_and_forth():
    names = {guard.name for guard in AUDIT_GUARDS}
    call_command("migrate", "audit", "0001", verbosity=0)
    assert not names & installed(connection)
    call_command("migrate", "audit", verbosity=0)
    assert {guard.name for guard in GUARDS} <= installed(connection)


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_between_tests_brings_the_guards_back(event):
    call_command("flush", interactive=False, verbosity=0)
    assert not AuditEvent.objects.exists()
    assert {guard.name for guard in GUARDS} <= installed(connection)
