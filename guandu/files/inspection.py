"""What is asked of an uploaded file before it is kept. Its bytes decide what it is, never its name.

The first bytes and, of an office file, the directory are read here; everything deeper is looked at by a
child process with bounds, which needs nothing of the portal.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.files.kinds import JPEG, OLE, PDF, PNG, ZIP, FileKind, ending_of, in_words, kind_by_start
from guandu.files.names import harmless_name
from guandu.files.packages import kind_of_package

SECONDS = 25
FAILED = "文件无法读取：内容过大、过于复杂或已损坏。请重新保存或扫描后再上传。"
_HERE = Path(__file__).parent
_INSPECTORS = {PDF: "pdf_inspector.py", JPEG: "image_inspector.py", PNG: "image_inspector.py"}


@dataclass(frozen=True)
class Checked:
    """A file found harmless: `data` is what is kept of it, `digest` that of `data`."""

    name: str
    kind: FileKind
    data: bytes
    digest: str

    @property
    def size(self) -> int:
        return len(self.data)


def check(data: bytes, name: str, kinds: tuple[FileKind, ...]) -> Checked:
    """`data`, called `name` by whoever sent it, as one of `kinds`. Raises Invalid in a sentence."""
    name = harmless_name(name)
    if not data:
        raise Invalid("文件是空的，请重新选择。")
    if len(data) > settings.FILES_MOST_BYTES:
        raise Invalid(f"文件超过 {settings.FILES_MOST_BYTES // 1024 // 1024} MB，请压缩或拆分后再上传。")
    kind = _kind_of(data, kinds)
    if ending_of(name) not in kind.endings:
        raise Invalid(f"文件名“{name}”与内容不符：内容是 {kind.name}。请用正确的扩展名重新保存后再上传。")
    kept = _inspected(data, kind)
    return Checked(name, kind, kept, digest(kept))


def _kind_of(data: bytes, kinds: tuple[FileKind, ...]) -> FileKind:
    if data.startswith(OLE):
        raise Invalid("文件是旧版 .doc、.xls，或者设置了打开口令。请用 WPS 或 Office 另存为 docx、xlsx 或 PDF 后再上传。")
    kind = kind_of_package(data) if data.startswith(ZIP) else kind_by_start(data)
    if kind not in kinds:
        raise Invalid(f"文件内容不是 {in_words(kinds)}，不予接收。请另存为 PDF 后再上传。")
    return kind


def _inspected(data: bytes, kind: FileKind) -> bytes:
    """What is kept of the file: of an image, what the child made of it. Raises Invalid."""
    inspector = _HERE / _INSPECTORS.get(kind, "package_inspector.py")
    command = [sys.executable, "-I", str(inspector), kind.code]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env={}, check=True)
        said, _, kept = done.stdout.partition(b"\n")
        answer = json.loads(said)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Invalid(FAILED) from error
    if "refusal" in answer:
        raise Invalid(answer["refusal"])
    return kept if kind in (JPEG, PNG) else data
