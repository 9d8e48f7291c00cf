"""Where files lie: by the digest of their content, once each, in a folder that no address leads to.

A file is written beside its place, settled on disk and then moved there, so that under its own name it is
always whole.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from guandu.audit.disk import settle
from guandu.core.digests import digest as digest_of_bytes
from guandu.core.errors import NotReady

UNFINISHED = "unfinished"


class StorageAway(NotReady):
    """The folder cannot be written to, or not be read."""

    status = 503


FULL = "附件现在存不下：存储空间不足或不可用。已填的内容不受影响，请稍后再传，并告知系统管理员。"
GONE = "附件在存储中找不到或已损坏，不能下载。请告知系统管理员。"


def put(data: bytes, digest: str) -> None:
    """Store `data` under its digest; the same again is the same file. Raises StorageAway, and then
    nothing of it is left."""
    try:
        _put(data, path_of(digest))
    except OSError as error:
        raise StorageAway(FULL) from error


def _put(data: bytes, place: Path) -> None:
    unfinished = _root() / UNFINISHED
    for folder in (unfinished, place.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=unfinished)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    settle(place.parent)
    settle(place.parent.parent)


def opened(digest: str, size: int) -> IO[bytes]:
    """The stored file for reading. Raises StorageAway where it is not there in full."""
    try:
        file = path_of(digest).open("rb")
    except OSError as error:
        raise StorageAway(GONE) from error
    if os.fstat(file.fileno()).st_size != size:
        file.close()
        raise StorageAway(GONE)
    return file


def path_of(digest: str) -> Path:
    return _root() / digest[:2] / digest


def fault_of(digest: str, size: int) -> str:
    """What is wrong with the stored file, in a word; empty when it is whole."""
    try:
        data = path_of(digest).read_bytes()
    except FileNotFoundError:
        return "丢失"
    except OSError:
        return "无法读取"
    if len(data) != size or digest_of_bytes(data) != digest:
        return "内容与登记的摘要不符"
    return ""


def stored_before(moment: float) -> Iterator[Path]:
    """Every file under its digest that was last written before `moment` (seconds since 1970)."""
    return _files_before(moment, (folder for folder in _folders() if folder.name != UNFINISHED))


def discard(path: Path, moment: float) -> bool:
    """Remove the file unless it was written again since `moment`, e.g. by an upload of the same content."""
    if path.stat().st_mtime >= moment:
        return False
    path.unlink(missing_ok=True)
    return True


def sweep_unfinished(moment: float) -> int:
    """Remove what was begun before `moment` and never finished; how many."""
    count = 0
    for path in _files_before(moment, (folder for folder in _folders() if folder.name == UNFINISHED)):
        path.unlink(missing_ok=True)
        count += 1
    return count


def _files_before(moment: float, folders: Iterator[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in folder.iterdir():
            if path.is_file() and path.stat().st_mtime < moment:
                yield path


def _folders() -> Iterator[Path]:
    root = _root()
    return (each for each in root.iterdir() if each.is_dir()) if root.exists() else iter(())


def _root() -> Path:
    return Path(settings.FILES_DIR)
