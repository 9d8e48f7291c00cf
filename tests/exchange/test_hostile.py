"""Workbooks made to hurt: each costs a sentence, never the process, and never a wrong reading."""

import resource
import struct
import sys
import time
import zipfile
from io import BytesIO

import pytest

from guandu.core.errors import Invalid
from guandu.exchange import workbooks as reading
from guandu.exchange.workbooks import read_workbook
from tests.exchange.workbooks import (
    CONTENT_TYPES,
    MAIN,
    book,
    number,
    packed,
    parts,
    plain,
    row,
    sheet,
    text,
)  # fmt: skip

pytestmark = pytest.mark.once

ENTITIES = (
    '<!DOCTYPE sst [<!ENTITY a "好好好好好好好好好好"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def with_part(name: str, content: str | bytes = "x") -> bytes:
    return packed(parts(sheet("")) | {name: content})


def strings(declared: str, said: str) -> bytes:
    return book(sheet(row(1, '<c r="A1" t="s"><v>0</v></c>')), strings=f'{declared}<sst xmlns="{MAIN}"><si><t>{said}</t></si></sst>')


def bomb(megabytes: int) -> bytes:
    """A sheet of as many megabytes of nothing: about a thousandth of it when packed."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts(sheet("")).items():
            if name != "xl/worksheets/sheet1.xml":
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(b" " * 1024 * 1024)
    return stream.getvalue()


def lying(data: bytes, declared: int) -> bytes:
    """The directory says that the sheet unpacks to `declared` bytes."""
    name = b"xl/worksheets/sheet1.xml"
    place = data.rindex(name) - 46
    return data[: place + 24] + struct.pack("<I", declared) + data[place + 28 :]


def encrypted_entry() -> bytes:
    data = bytearray(plain())
    place = data.rindex(b"xl/workbook.xml") - 46
    data[place + 8] |= 1
    return bytes(data)


def renamed() -> bytes:
    return packed({name.replace("xl/", "word/"): content for name, content in parts(sheet("")).items()})


def many_entries() -> bytes:
    return packed(parts(sheet("")) | {f"xl/media/{n}.bin": "x" for n in range(250)})


def many_rows() -> bytes:
    return book(sheet("".join(row(n, number(f"A{n}", "1")) for n in range(1, 50_003))))


WITH_MACROS = CONTENT_TYPES.replace("spreadsheetml.sheet.main", "x.macroEnabled.main")
HOSTILE = {
    "a cell in the last corner (M2)": (lambda: book(sheet(row(1048576, text("XFD1048576", "x")))), "超过 50000 行"),
    "a cell in the last column": (lambda: book(sheet(row(1, text("XFD1", "x")))), "超过 200 列"),
    "296 MB from 300 KB (M3)": (lambda: bomb(296), "超过 200 MB"),
    "150 MB from 150 KB": (lambda: bomb(150), "压缩比异常"),
    "a header that lies": (lambda: lying(bomb(60), 1000), "残缺|异常|无法读取"),
    "an external entity (M5)": (lambda: strings('<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"), "不安全的 XML"),
    "a parameter entity": (lambda: strings('<!DOCTYPE sst SYSTEM "http://127.0.0.1:9/x.dtd">', "x"), "不安全的 XML"),
    "billion laughs (M5)": (lambda: strings(ENTITIES, "&c;"), "不安全的 XML"),
    "a macro": (lambda: with_part("xl/vbaProject.bin"), "宏"),
    "a macro sheet": (lambda: with_part("xl/macrosheets/sheet1.xml"), "宏"),
    "xlsm renamed": (
        lambda: packed(parts(sheet("")) | {"[Content_Types].xml": WITH_MACROS}),
        "宏",
    ),
    "a link to another file": (lambda: with_part("xl/externalLinks/externalLink1.xml"), "链接"),
    "an embedded object": (lambda: with_part("xl/embeddings/oleObject1.bin"), "对象"),
    "a control": (lambda: with_part("xl/activeX/activeX1.xml"), "控件"),
    "a data connection": (lambda: with_part("xl/connections.xml"), "外部数据连接"),
    "an encrypted entry": (encrypted_entry, "打开口令"),
    "an encrypted workbook or .xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096, "旧版 .xls"),
    "half a file": (lambda: plain()[: len(plain()) // 2], "残缺"),
    "a tenth cut off": (lambda: plain()[: len(plain()) * 9 // 10], "残缺"),
    "html called xlsx": (lambda: b"<html><table><tr><td>1</td></tr></table></html>", "不是 xlsx"),
    "csv called xlsx": (lambda: "名称,数量\n甲,1\n".encode(), "不是 xlsx"),
    "a zip in the zip": (lambda: with_part("xl/media/image1.png", plain()), "嵌有其他压缩文件"),
    "a docx renamed": (renamed, "不是 xlsx|没有工作簿"),
    "an empty file": (lambda: b"", "空的"),
    "an empty zip": (lambda: packed({}), "不是 xlsx"),
    "too many parts": (many_entries, "个部分"),
    "three hundred sheets": (
        lambda: packed(dict(parts(*[sheet("")] * 150).items())),
        "工作表超过 50 张",
    ),
    "a path upwards": (lambda: with_part("../../etc/cron.d/x"), "路径异常"),
    "an absolute path": (lambda: with_part("/etc/passwd"), "路径异常"),
    "a path of Windows": (lambda: with_part("C:\\x.xml"), "路径异常"),
    "the same part twice": (lambda: with_part("XL/workbook.xml"), "重名"),
    "rows backwards": (lambda: book(sheet(row(5, "") + row(2, ""))), "行号颠倒"),
    "cells backwards": (lambda: book(sheet(row(1, text("B1", "x") + text("A1", "y")))), "单元格位置有误"),
    "a text that is not there": (lambda: book(sheet(row(1, '<c r="A1" t="s"><v>7</v></c>'))), "文字索引有误"),
    "broken XML": (lambda: packed(parts("<worksheet><sheetData><row>")), "残缺或已损坏"),
    "a cell of 40,000 letters": (lambda: book(sheet(row(1, text("A1", "字" * 40_000)))), "超过 32767"),
    "50,002 rows": (many_rows, "超过 50000 行"),
    "merged cells without end": (
        lambda: book(sheet("", after="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 10_002 + "</mergeCells>")),
        "合并单元格过多",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_is_refused_in_a_sentence(kind):
    make, sentence = HOSTILE[kind]
    data = make()
    with pytest.raises(Invalid, match=sentence) as refusal:
        read_workbook(data, "上传.xlsx")
    assert refusal.value.message.endswith("。")


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("name", ["表.xls", "表.xlsm", "表.xlsx.html", "表", "表.csv"])
def test_only_xlsx_by_name(name):
    with pytest.raises(Invalid, match="只接收 .xlsx"):
        read_workbook(plain(), name)


def test_ten_gigabytes_are_refused_in_no_time_and_no_memory():
    """A directory that tells the truth: nothing of it is unpacked."""
    data = lying(bomb(4), 0xFFFFFFF0)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(Invalid, match="超过 200 MB"):
        read_workbook(data, "大.xlsx")
    assert time.monotonic() - started < 0.5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000


def test_a_file_that_kills_the_reader_costs_a_sentence(monkeypatch, tmp_path):
    """Whatever the child dies of — memory, processor time, the clock —, the parent answers."""
    for body in ("import os; os.abort()", "import time; time.sleep(30)", "x = [b'0' * 10**7 for _ in range(10**6)]"):
        child = tmp_path / "child.py"
        child.write_text(f"import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 28, 1 << 28))\n{body}\n")
        monkeypatch.setattr(reading, "READER", child)
        monkeypatch.setattr(reading, "SECONDS", 2)
        with pytest.raises(Invalid, match="无法读取"):
            read_workbook(plain(), "表.xlsx")


def test_the_web_process_never_imports_the_parser():
    assert "guandu.exchange.reader" not in sys.modules
