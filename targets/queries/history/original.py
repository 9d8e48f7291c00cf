"""The workbook of a batch as it came, and what was laid out of it."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

from guandu.files import storage
from guandu.files.models import Attachment
from targets.models import HistoryBatch
from targets.queries.history.check import KEYS

KIND = "history.original"


def original_of(batch: HistoryBatch) -> Attachment | None:
    return Attachment.objects.of(KIND, batch).select_related("file").first()


def read_original(batch: HistoryBatch) -> bytes:
    """Raises StorageAway where it is not there in full."""
    attachment = Attachment.objects.of(KIND, batch).select_related("file").get()
    with storage.opened(attachment.file.digest, attachment.file.size) as file:
        return file.read()


def packed(lines: Sequence[Sequence[Any]]) -> bytes:
    return zlib.compress(json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(content: bytes) -> dict[str, list[Any]]:
    """The columns of HistoryLine by name."""
    return dict(zip(KEYS, json.loads(zlib.decompress(bytes(content))), strict=True))
