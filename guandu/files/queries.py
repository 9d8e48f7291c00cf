"""What no step of the portal lets happen, looked for every night."""

from collections.abc import Iterator

from guandu.files import storage
from guandu.files.models import StoredFile


def faults() -> Iterator[str]:
    """A sentence for each kept file that is lost, cannot be read, or is no longer what was stored. Reads
    every file through."""
    for file in StoredFile.objects.order_by("pk").iterator():
        fault = storage.fault_of(file.digest, file.size)
        if fault:
            names = "、".join(file.attachments.values_list("name", flat=True)[:3]) or "没有引用"
            yield f"文件 {file.digest[:12]}（{names}）{fault}"
