"""trust.md C-08 and F-10: files are whole or not there; what is lost or altered is named; what nothing points at goes."""

import os
import resource
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.digests import digest
from guandu.core.errors import NotAllowed
from guandu.files import actions, storage
from guandu.files.actions import WATCH
from guandu.files.models import Attachment, StoredFile
from guandu.files.queries import faults
from guandu.jobs.models import Job
from guandu.jobs.queue import enqueue
from guandu.jobs.worker import run_waiting

DATA = b"%PDF- content of a file"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def lying(folder) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@contextmanager
def files_no_longer_than(size: int):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def stored(data: bytes = DATA, *, days: int = 2) -> StoredFile:
    """Kept since so many days, attached to nothing."""
    name = digest(data)
    storage.put(data, name)
    moment = (clock.now() - timedelta(days=days)).timestamp()
    os.utime(storage.path_of(name), (moment, moment))
    return StoredFile.objects.create(
        digest=name, size=len(data), kind="pdf", stored_at=clock.now() - timedelta(days=days)
    )


def attached(file: StoredFile) -> Attachment:
    return Attachment.objects.create(
        owner_kind="x", owner_key=1, file=file, name="说明.pdf", added_name="某", added_at=clock.now()
    )


def test_a_file_lies_once_under_its_digest_and_is_its_owners_alone(folder):
    for _ in range(2):
        storage.put(DATA, digest(DATA))
    assert lying(folder) == [digest(DATA)]
    path = storage.path_of(digest(DATA))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert storage.opened(digest(DATA), len(DATA)).read() == DATA


@pytest.mark.feature("B28")
def test_a_disk_that_is_full_leaves_nothing_behind(folder):
    storage.put(b"x", digest(b"x"))
    with files_no_longer_than(1000), pytest.raises(storage.StorageAway, match="存储空间不足") as refused:
        storage.put(b"y" * 100_000, digest(b"y" * 100_000))
    assert refused.value.status == 503
    assert lying(folder) == [digest(b"x")]


def test_a_folder_that_is_not_there_is_a_sentence(settings, tmp_path):
    (tmp_path / "plain").write_text("a file")
    settings.FILES_DIR = tmp_path / "plain" / "files"
    with pytest.raises(storage.StorageAway, match="告知系统管理员"):
        storage.put(DATA, digest(DATA))


def test_a_process_that_dies_while_writing_leaves_no_file_under_its_name(folder, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(*args):
        raise Killed

    monkeypatch.setattr(storage.os, "replace", killed)
    with pytest.raises(Killed):
        storage.put(DATA, digest(DATA))
    assert lying(folder) == []


@pytest.mark.django_db
@pytest.mark.feature("B28")
@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda path: path.unlink(), "丢失"),
        (lambda path: path.write_bytes(DATA[:-1]), "不符"),
        (lambda path: path.write_bytes(b"X" + DATA[1:]), "不符"),
    ],
)
def test_a_lost_or_altered_file_is_named_every_night(spoil, word):
    file = stored()
    attached(file)
    assert list(faults()) == []
    spoil(storage.path_of(file.digest))
    [sentence] = faults()
    assert word in sentence
    assert "说明.pdf" in sentence
    enqueue("files.watch", by=WATCH)
    run_waiting()
    assert Job.objects.get().state == Job.State.DONE
    assert AuditEvent.objects.get(verb="files.alarm").reason == sentence


@pytest.mark.django_db
def test_the_command_names_what_is_wrong_and_ends_with_two(capsys):
    file = stored()
    call_command("verify_files", stdout=(out := StringIO()))
    assert "1 个文件，0 个有问题" in out.getvalue()
    storage.path_of(file.digest).unlink()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_files", stdout=StringIO(), stderr=(told := StringIO()))
    assert ended.value.code == 2
    assert file.digest[:12] in told.getvalue()


@pytest.mark.django_db
def test_what_nothing_points_at_goes_after_a_day_and_nothing_else(folder):
    kept, young, loose = stored(b"kept"), stored(b"young", days=0), stored(b"loose")
    attached(kept)
    unfinished = folder / storage.UNFINISHED / "tmp-old"
    unfinished.write_bytes(b"half")
    os.utime(unfinished, (0, 0))
    unknown = storage.path_of(digest(b"unknown"))
    storage.put(b"unknown", digest(b"unknown"))
    os.utime(unknown, (0, 0))
    enqueue("files.watch", by=WATCH)
    run_waiting()
    assert set(StoredFile.objects.all()) == {kept, young}
    assert lying(folder) == sorted([kept.digest, young.digest])
    assert not StoredFile.objects.filter(pk=loose.pk).exists()


def test_what_is_written_again_meanwhile_is_not_swept(folder):
    storage.put(DATA, digest(DATA))
    path = storage.path_of(digest(DATA))
    os.utime(path, (0, 0))
    [found] = storage.stored_before(1000)
    storage.put(DATA, digest(DATA))
    assert not storage.discard(found, 1000)
    assert lying(folder) == [digest(DATA)]


@pytest.mark.django_db
def test_no_person_sweeps_or_alarms(office):
    for write in (lambda: actions.sweep(by=office), lambda: actions.alarm(sentences=["x"], by=office)):
        with pytest.raises(NotAllowed):
            write()


@pytest.mark.django_db
@pytest.mark.feature("B28")
def test_what_was_attached_is_never_altered():
    attachment = attached(stored())
    for rows, values in (
        (Attachment.objects, {"name": "别的.pdf"}),
        (Attachment.objects, {"owner_key": 2}),
        (StoredFile.objects, {"digest": "0" * 64}),
    ):
        with pytest.raises(IntegrityError, match="never altered"), transaction.atomic():
            rows.update(**values)
    attachment.refresh_from_db()
    assert attachment.name == "说明.pdf"
