"""What is asked of an office file (a zip of parts) before anything in it is opened: its shape, its names.

Reads the zip's directory and a few bytes of each entry.
"""

import zipfile
from collections.abc import Mapping
from io import BytesIO

from guandu.core.errors import Invalid
from guandu.files.kinds import DOCX, XLSX, ZIP, FileKind

MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 100
# Below this an entry may be packed as tightly as it likes: a sheet of blanks is no bomb.
SMALL = 1024 * 1024
MOST_ENTRIES = 200
CONTENT_TYPES = "[Content_Types].xml"
BROKEN = (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zipfile.zlib.error)

# What office programs write; other ways of packing fail in ways of their own.
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_MAIN = {b"spreadsheetml.sheet.main+xml": XLSX, b"wordprocessingml.document.main+xml": DOCX}
_AGAIN = "请用 WPS 或 Office 打开，另存后再上传；也可以另存为 PDF。"
_FORBIDDEN = {
    "vbaproject": "文件带有宏",
    "vbadata": "文件带有宏",
    "macrosheets/": "文件带有宏",
    "externallinks/": "文件带有指向其他文件的链接",
    "embeddings/": "文件中嵌有其他对象",
    "oleobject": "文件中嵌有其他对象",
    "activex": "文件中嵌有控件",
    "xl/connections.xml": "文件带有外部数据连接",
    "xl/querytables/": "文件带有外部数据连接",
    "altchunk": "文件中嵌有其他文档",
}


def check_shape(entries: list[zipfile.ZipInfo], *, again: str, forbidden: Mapping[str, str]) -> None:
    """Raise Invalid where the directory of a zip is one of a bomb, or of a file with something in it that
    is `forbidden` (part of an entry's name → sentence)."""
    if len(entries) > MOST_ENTRIES:
        raise Invalid(f"文件内部多达 {len(entries)} 个部分，超过 {MOST_ENTRIES} 个，不予读取。")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        raise Invalid(f"文件展开后超过 {MOST_UNPACKED // 1024 // 1024} MB，不予读取。请拆分后再上传。")
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise Invalid("文件的压缩比异常，不予读取。请重新保存后再上传。")
        if entry.flag_bits & 1:
            raise Invalid(f"文件设置了打开口令。{again}")
        if entry.compress_type not in _PACKED:
            raise Invalid(f"文件的压缩方式异常，不予读取。{again}")
        _check_name(entry.filename, again, forbidden)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise Invalid("文件内部有重名的部分，不予读取。请重新保存后再上传。")


def refuse_nested(book: zipfile.ZipFile) -> None:
    """Raise Invalid where a part is itself a zip."""
    for name in book.namelist():
        with book.open(name) as part:
            if part.read(4) == ZIP:
                raise Invalid("文件中嵌有其他压缩文件，不予读取。")


def kind_of_package(data: bytes) -> FileKind:
    """Which office file `data` is, once its directory is found harmless. Raises Invalid in a sentence."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            check_shape(book.infolist(), again=_AGAIN, forbidden=_FORBIDDEN)
            if book.comment:
                raise Invalid(f"文件末尾附有其他内容，不予接收。{_AGAIN}")
            kind = _main_kind(book)
            refuse_nested(book)
            return kind
    except BROKEN as error:
        raise Invalid(f"文件残缺或已损坏。{_AGAIN}") from error


def _main_kind(book: zipfile.ZipFile) -> FileKind:
    if CONTENT_TYPES not in book.namelist() or book.getinfo(CONTENT_TYPES).file_size > SMALL:
        raise Invalid("压缩包不能作为附件。请上传其中的文件，或合并成一份 PDF。")
    types = book.read(CONTENT_TYPES)
    if b"macroEnabled" in types:
        raise Invalid(f"文件带有宏，不予接收。{_AGAIN}")
    found = [kind for mark, kind in _MAIN.items() if mark in types]
    if len(found) != 1:
        raise Invalid(f"文件内容不是 xlsx 工作簿或 docx 文档。{_AGAIN}")
    return found[0]


def _check_name(name: str, again: str, forbidden: Mapping[str, str]) -> None:
    lower = name.lower()
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
        raise Invalid("文件内部的路径异常，不予读取。")
    for mark, sentence in forbidden.items():
        if mark in lower:
            raise Invalid(f"{sentence}，不予读取。{again}")
