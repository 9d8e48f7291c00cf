"""Which kinds of files the portal keeps, and how the bytes themselves say which one they are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileKind:
    """`code` is kept with the file; `endings` are the names under which people know it."""

    code: str
    name: str
    endings: tuple[str, ...]
    content_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument"
PDF = FileKind("pdf", "PDF", ("pdf",), "application/pdf")
JPEG = FileKind("jpg", "JPG 图片", ("jpg", "jpeg"), "image/jpeg")
PNG = FileKind("png", "PNG 图片", ("png",), "image/png")
XLSX = FileKind("xlsx", "xlsx 工作簿", ("xlsx",), f"{_OFFICE}.spreadsheetml.sheet")
DOCX = FileKind("docx", "docx 文档", ("docx",), f"{_OFFICE}.wordprocessingml.document")
# Several files that came together. Never taken as evidence: whoever takes one opens it himself.
BUNDLE = FileKind("zip", "zip 压缩包", ("zip",), "application/zip")
KINDS = {kind.code: kind for kind in (PDF, JPEG, PNG, XLSX, DOCX, BUNDLE)}
EVIDENCE = (PDF, JPEG, PNG, XLSX, DOCX)
SCANS = (PDF, JPEG, PNG)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
_STARTS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}


def kind_by_start(data: bytes) -> FileKind | None:
    """What the first bytes say; None for a package, whose parts say it, and for anything else."""
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), None)


def ending_of(name: str) -> str:
    """The lower-case ending of a file's name, without its dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def in_words(kinds: tuple[FileKind, ...]) -> str:
    return "、".join(ending for kind in kinds for ending in kind.endings[:1])
