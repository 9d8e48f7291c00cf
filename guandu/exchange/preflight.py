"""What is asked of an uploaded workbook before anything in it is opened: its size, its shape, its kind.

Reads the zip's directory and a few bytes of each entry. Everything deeper happens in a child process.
"""

import zipfile
from io import BytesIO

from guandu.core.errors import Invalid

MOST_PACKED = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 100
# Below this an entry may be packed as tightly as it likes: a sheet of blanks is no bomb.
SMALL = 1024 * 1024
MOST_ENTRIES = 200
CONTENT_TYPES = "[Content_Types].xml"
SHEET_TYPE = b"spreadsheetml.sheet.main+xml"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_AGAIN = "请用 WPS 或 Excel 打开，另存为 .xlsx 工作簿后再上传。"
_FORBIDDEN = {
    "vbaproject": "文件带有宏",
    "xl/macrosheets/": "文件带有宏",
    "xl/externallinks/": "文件带有指向其他文件的链接",
    "xl/embeddings/": "文件中嵌有其他对象",
    "oleobject": "文件中嵌有其他对象",
    "activex": "文件中嵌有控件",
    "xl/connections.xml": "文件带有外部数据连接",
    "xl/querytables/": "文件带有外部数据连接",
}


def refuse_dangerous(data: bytes, name: str = "") -> None:
    """Raise Invalid, in a sentence, unless `data` may be handed to the reader as a workbook."""
    if name and not name.lower().endswith(".xlsx"):
        raise Invalid(f"只接收 .xlsx 工作簿。{_AGAIN}")
    if not data:
        raise Invalid("文件是空的，请选择填好的工作簿。")
    if len(data) > MOST_PACKED:
        raise Invalid(f"文件超过 {MOST_PACKED // 1024 // 1024} MB，请拆分后再上传。")
    if data.startswith(_OLE):
        raise Invalid(f"文件是旧版 .xls，或者设置了打开口令。{_AGAIN}")
    if not data.startswith(_ZIP):
        raise Invalid(f"文件内容不是 xlsx 工作簿。{_AGAIN}")
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            _check_shape(book.infolist())
            _check_kind(book)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zipfile.zlib.error) as error:
        raise Invalid(f"文件残缺或已损坏。{_AGAIN}") from error


def refuse_dangerous_text(data: bytes, name: str) -> None:
    """Raise Invalid, in a sentence, unless `data` may be handed to the reader as a CSV."""
    if not name.lower().endswith(".csv"):
        raise Invalid(f"只接收 .xlsx 工作簿和 .csv 文本。{_AGAIN}")
    if not data:
        raise Invalid("文件是空的，请选择填好的文件。")
    if len(data) > MOST_PACKED:
        raise Invalid(f"文件超过 {MOST_PACKED // 1024 // 1024} MB，请拆分后再上传。")
    if data.startswith((_OLE, _ZIP)) or b"\0" in data or data.lstrip()[:1] == b"<":
        raise Invalid(f"文件内容不是 CSV 文本。{_AGAIN}")


def _check_shape(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise Invalid(f"文件内部多达 {len(entries)} 个部分，超过 {MOST_ENTRIES} 个，不予读取。")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED:
        raise Invalid(f"文件展开后超过 {MOST_UNPACKED // 1024 // 1024} MB，不予读取。请拆分后再上传。")
    for entry in entries:
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise Invalid("文件的压缩比异常，不予读取。请重新保存后再上传。")
        if entry.flag_bits & 1:
            raise Invalid(f"文件设置了打开口令。{_AGAIN}")
        _check_name(entry.filename)
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise Invalid("文件内部有重名的部分，不予读取。请重新保存后再上传。")


def _check_name(name: str) -> None:
    lower = name.lower()
    if name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
        raise Invalid("文件内部的路径异常，不予读取。")
    for mark, sentence in _FORBIDDEN.items():
        if mark in lower:
            raise Invalid(f"{sentence}，不予读取。{_AGAIN}")


def _check_kind(book: zipfile.ZipFile) -> None:
    names = set(book.namelist())
    if CONTENT_TYPES not in names or book.getinfo(CONTENT_TYPES).file_size > SMALL:
        raise Invalid(f"文件内容不是 xlsx 工作簿。{_AGAIN}")
    types = book.read(CONTENT_TYPES)
    if b"macroEnabled" in types:
        raise Invalid(f"文件带有宏，不予读取。{_AGAIN}")
    if SHEET_TYPE not in types:
        raise Invalid(f"文件内容不是 xlsx 工作簿。{_AGAIN}")
    for name in names:
        with book.open(name) as part:
            if part.read(4) == _ZIP:
                raise Invalid("文件中嵌有其他压缩文件，不予读取。")
