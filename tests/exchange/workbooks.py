"""Workbooks made by hand, part by part, so that a test can make them wrong."""

import zipfile
from io import BytesIO

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

CONTENT_TYPES = (
    f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPE}"/></Types>'
)
ROOT = (
    f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d"/></numFmts>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="4"/></cellXfs></styleSheet>'
)


def sheet(data: str, *, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{after}</worksheet>'


def row(number: int, cells: str, extra: str = "") -> str:
    return f'<row r="{number}"{extra}>{cells}</row>'


def text(address: str, value: str) -> str:
    return f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(address: str, value: str, style: int = 0) -> str:
    return f'<c r="{address}" s="{style}"><v>{value}</v></c>'


def parts(*sheets: str, names: tuple[str, ...] = (), strings: str = "", is_1904: bool = False) -> dict[str, str]:
    """The parts of a plain workbook with these sheets' XML."""
    names = names or tuple(f"表{n}" for n in range(1, len(sheets) + 1))
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1))
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    system = '<workbookPr date1904="1"/>' if is_1904 else ""
    found = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": ROOT,
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}">{system}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{related}'
            f'<Relationship Id="rS" Type="{REL}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rT" Type="{REL}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>'
        ),
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
    }
    return found | {f"xl/worksheets/sheet{n}.xml": each for n, each in enumerate(sheets, start=1)}


def packed(found: dict[str, str | bytes], *, stored: bool = False) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as book:
        for name, content in found.items():
            book.writestr(name, content)
    return stream.getvalue()


def book(*sheets: str, **how) -> bytes:
    return packed(parts(*sheets, **how))


def plain() -> bytes:
    return book(sheet(row(1, text("A1", "名称") + text("B1", "数量")) + row(2, text("A2", "甲") + number("B2", "1"))))
