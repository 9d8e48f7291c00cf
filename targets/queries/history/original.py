"""The workbook of a batch as it came, and what was laid out of it."""

import json
import zlib
from typing import Any

from guandu.files import storage
from guandu.files.models import Attachment
from targets.models import HistoryBatch
from targets.queries.history.check import KEYS, Checked

KIND = "history.original"


def original_of(batch: HistoryBatch) -> Attachment | None:
    return Attachment.objects.of(KIND, batch).select_related("file").first()


def read_original(batch: HistoryBatch) -> bytes:
    """Raises StorageAway where it is not there in full."""
    attachment = Attachment.objects.of(KIND, batch).select_related("file").get()
    with storage.opened(attachment.file.digest, attachment.file.size) as file:
        return file.read()


def packed(found: Checked) -> bytes:
    """Rows without a number of the firm or the park are as short as the numbers themselves."""
    values = [[code, ",".join(["" if said is None else str(said) for said in units])] for code, units in found.values]
    return zlib.compress(json.dumps([found.lines, values], ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(content: bytes) -> dict[str, list[Any]]:
    """The columns of HistoryLine by name, the values of a line as the text of their JSON."""
    lines, values = json.loads(zlib.decompress(bytes(content)))
    heads = [f'"{code}":' for code, _ in values]
    columns = zip(*(units.split(",") for _, units in values), strict=True)
    spelt = ["{" + ",".join([head + said for head, said in zip(heads, row, strict=True) if said]) + "}" for row in columns]
    return {**dict(zip(KEYS, lines, strict=True)), "values": spelt}
