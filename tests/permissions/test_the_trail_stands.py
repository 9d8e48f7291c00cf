"""trust.md G-02 and G-04: nobody alters the trail, by whatever statement; nobody stops it; a guard that is
gone gives the alarm."""

from shutil import copytree

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from guandu.audit.models import AuditArchive, AuditChange, AuditCheck, AuditEvent, AuditHead
from guandu.audit.triggers import GUARDS
from guandu.audit.verification import guards_missing
from guandu.core import clock
from guandu.core.triggers import create_all, drop_all
from guandu.jobs import queue
from guandu.jobs.models import Job
from guandu.oversight import tasks
from guandu.oversight.actions import checks
from guandu.oversight.kinds import ENTER_JOB, VERIFY_JOB
from tests.audit.tampering import add
from tests.permissions.submission import ask
from tests.permissions.submissions import WRITTEN
from tests.permissions.world import ANONYMOUS, ROLES

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X1")]

TABLES = (AuditEvent, AuditChange, AuditHead, AuditArchive)
OTHERS = tuple(role for role in ROLES if role not in {"audit_admin", ANONYMOUS})
ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]


@pytest.fixture(autouse=True)
def _anchors_of_this_test(world, settings, tmp_path):
    """The world's own, and what this test adds to them."""
    settings.AUDIT_ANCHOR_DIR = copytree(settings.AUDIT_ANCHOR_DIR, tmp_path / "anchors")


@pytest.fixture
def trail(world) -> dict[type, object]:
    """A row of every table of the trail."""
    add(code="U-TRAIL", by=world.people["office"])
    archive = AuditArchive.objects.create(
        from_seq=10_001, to_seq=10_002, to_version=2, last_hash="x", file_name="x", file_digest="x", kept=0,
        kept_seal="x", made_at=clock.now(), algorithm="sha256", key_number="x", seal="x",
    )  # fmt: skip
    return {model: model.objects.first() for model in TABLES} | {AuditArchive: archive}


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def text_field(model) -> str:
    return {
        AuditEvent: "actor_name",
        AuditChange: "object_name",
        AuditHead: "hash",
        AuditArchive: "file_digest",
    }[model]


def saved(row) -> None:
    setattr(row, text_field(type(row)), "改写")
    row.save()


def put_in_place(row) -> None:
    """The row anew, under the key of the one that stands."""
    columns = [field.column for field in row._meta.concrete_fields]
    table, listed = row._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    altered = ", ".join("'改写'" if c == text_field(type(row)) else f'"{c}"' for c in columns)
    copy = f'SELECT {altered} FROM "{table}" WHERE "{row._meta.pk.column}" = {row.pk}'  # noqa: S608
    if ON_SQLITE:
        sql(f'INSERT OR REPLACE INTO "{table}" ({listed}) {copy}')  # noqa: S608
    else:
        clash = f'ON CONFLICT ("{row._meta.pk.column}") DO UPDATE SET "{text_field(type(row))}" = \'改写\''
        sql(f'INSERT INTO "{table}" ({listed}) {copy} {clash}')  # noqa: S608


def next_in_place(row) -> None:
    """On SQLite a REPLACE takes the clashing row away without a word; here it clashes by its key alone."""
    head = AuditHead.objects.get()
    columns = {f.column: f'"{f.column}"' for f in AuditEvent._meta.concrete_fields}
    columns |= {"seq": str(head.seq + 1), "hash": "'new'"}
    chosen = f"SELECT {', '.join(columns.values())} FROM audit_auditevent WHERE id = {row.pk}"  # noqa: S608
    way = "INSERT OR REPLACE" if ON_SQLITE else "INSERT"
    sql(f"{way} INTO audit_auditevent ({', '.join(columns)}) {chosen}")  # noqa: S608


WAYS = {
    "save": saved,
    "queryset update": lambda row: (
        type(row).objects.filter(pk=row.pk).update(**{text_field(type(row)): "改写"})
    ),
    "bulk update": lambda row: type(row).objects.bulk_update([row], [text_field(type(row))]),
    "bulk create over it": lambda row: type(row).objects.bulk_create(
        [row], update_conflicts=True, unique_fields=[row._meta.pk.name], update_fields=[text_field(type(row))]
    ),
    "delete": lambda row: row.delete(),
    "queryset delete": lambda row: type(row).objects.filter(pk=row.pk)._raw_delete("default"),
    "SQL update": lambda row: sql(f"UPDATE {row._meta.db_table} SET {text_field(type(row))} = '改写'"),  # noqa: S608
    "SQL delete": lambda row: sql(f"DELETE FROM {row._meta.db_table}"),  # noqa: S608
    "SQL insert over it": put_in_place,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", TABLES)
def test_no_row_of_the_trail_is_altered_or_removed(model, way, trail, prove_figure):
    row = trail[model]
    before = list(model.objects.order_by("pk").values())
    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        WAYS[way](row)
    assert list(model.objects.order_by("pk").values()) == before
    prove_figure("审计表改写方式（表 × 语句），全部拒绝", 1)


def test_nor_is_one_pushed_out_by_the_next(trail):
    with pytest.raises(DatabaseError), transaction.atomic():
        next_in_place(trail[AuditEvent])
    assert AuditEvent.objects.filter(pk=trail[AuditEvent].pk, seq=trail[AuditEvent].seq).exists()


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("model", TABLES)
def test_no_table_of_the_trail_is_emptied(model, trail):
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(f"TRUNCATE {model._meta.db_table} CASCADE")
    assert model.objects.exists()


# Nobody stops it


@pytest.mark.parametrize("role", OTHERS)
def test_after_everything_that_somebody_can_send_the_trail_goes_on(role, world):
    """Every form there is, one upon the other, by one person: the guards stand, and the next act is recorded."""
    with transaction.atomic():
        sent = {
            each.route: (each.path(world), each.fill)
            for each in WRITTEN
            if each.route != "accounts/sign-out/"
        }
        for path, fill in sent.values():
            ask(world, role, "POST", path, fill if isinstance(fill, dict) else {})
        assert guards_missing() == []
        last = AuditEvent.objects.first()
        add(code="U-AFTER", by=world.people[role])
        assert AuditEvent.objects.first().seq == last.seq + 1
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", [VERIFY_JOB, ENTER_JOB])
@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_stops_what_the_audit_administrator_asked_for(role, kind, world):
    with transaction.atomic():
        job = queue.enqueue(kind, by=world.people["audit_admin"], key="trail")
        assert ask(world, role, "POST", f"/jobs/{job.pk}/cancel/").status_code in {302, 403, 404}
        job.refresh_from_db()
        assert (job.state, job.cancel_asked_at) == (Job.State.QUEUED, None)
        transaction.set_rollback(True)


def test_the_one_who_asked_may_stop_his_check(world):
    with transaction.atomic():
        job = queue.enqueue(VERIFY_JOB, by=world.people["audit_admin"], key="trail")
        ask(world, "audit_admin", "POST", f"/jobs/{job.pk}/cancel/")
        job.refresh_from_db()
        assert job.state == Job.State.CANCELLED
        transaction.set_rollback(True)


def test_no_setting_switches_it_off():
    """What the environment says of the trail is its key, its algorithm and its place; the watch runs by itself."""
    assert {name for name in dir(settings) if name.startswith("AUDIT")} == {
        "AUDIT_KEY", "AUDIT_KEY_FALLBACKS", "AUDIT_HASH", "AUDIT_ANCHOR_DIR"
    }  # fmt: skip
    assert settings.CELERY_BEAT_SCHEDULE["audit-watch"]["schedule"] <= 60


# A guard that is gone


STANDING = [guard for guard in GUARDS if guard.stands_in("sqlite" if ON_SQLITE else "postgresql")]


@pytest.mark.parametrize("guard", STANDING, ids=lambda guard: guard.name)
def test_the_watch_gives_the_alarm_for_every_guard_that_is_gone(guard, world, prove_figure):
    if not ON_SQLITE:
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    AuditCheck.objects.all().delete()
    assert checks.check(AuditCheck.Kind.FULL, checks.WATCH).is_whole
    drop_all([guard], connection)
    try:
        tasks.watch()
        assert guard.name in AuditEvent.objects.get(verb="audit.alarm").reason
        assert guard.name in ask(world, "security_admin", "GET", "/audit/alarm/").content.decode()
    finally:
        create_all([guard], connection)
    assert guards_missing() == []
    prove_figure("缺失的触发器，当次巡检告警", 1)
