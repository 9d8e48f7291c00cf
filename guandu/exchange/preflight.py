"""What is asked of an uploaded workbook before anything in it is opened: its size, its shape, its kind.

Reads the zip's directory and a few bytes of each entry. Everything deeper happens in a child process.
"""

import zipfile
from io import BytesIO

from guandu.core.errors import Invalid
from guandu.files.kinds import OLE, ZIP
from guandu.files.packages import BROKEN, CONTENT_TYPES, SMALL, check_shape, refuse_nested

MOST_PACKED = 20 * 1024 * 1024
SHEET_TYPE = b"spreadsheetml.sheet.main+xml"

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
    if data.startswith(OLE):
        raise Invalid(f"文件是旧版 .xls，或者设置了打开口令。{_AGAIN}")
    if not data.startswith(ZIP):
        raise Invalid(f"文件内容不是 xlsx 工作簿。{_AGAIN}")
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            check_shape(book.infolist(), again=_AGAIN, forbidden=_FORBIDDEN)
            _check_kind(book)
    except BROKEN as error:
        raise Invalid(f"文件残缺或已损坏。{_AGAIN}") from error


def refuse_dangerous_text(data: bytes, name: str) -> None:
    """Raise Invalid, in a sentence, unless `data` may be handed to the reader as a CSV."""
    if not name.lower().endswith(".csv"):
        raise Invalid(f"只接收 .xlsx 工作簿和 .csv 文本。{_AGAIN}")
    if not data:
        raise Invalid("文件是空的，请选择填好的文件。")
    if len(data) > MOST_PACKED:
        raise Invalid(f"文件超过 {MOST_PACKED // 1024 // 1024} MB，请拆分后再上传。")
    if data.startswith((OLE, ZIP)) or b"\0" in data or data.lstrip()[:1] == b"<":
        raise Invalid(f"文件内容不是 CSV 文本。{_AGAIN}")


def _check_kind(book: zipfile.ZipFile) -> None:
    names = set(book.namelist())
    if CONTENT_TYPES not in names or book.getinfo(CONTENT_TYPES).file_size > SMALL:
        raise Invalid(f"文件内容不是 xlsx 工作簿。{_AGAIN}")
    types = book.read(CONTENT_TYPES)
    if b"macroEnabled" in types:
        raise Invalid(f"文件带有宏，不予读取。{_AGAIN}")
    if SHEET_TYPE not in types:
        raise Invalid(f"文件内容不是 xlsx 工作簿。{_AGAIN}")
    refuse_nested(book)
