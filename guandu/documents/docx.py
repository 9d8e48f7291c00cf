"""A paper as a Word file in the layout of the standard. The same paper is the same bytes."""

import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from guandu.documents import layout
from guandu.documents.blocks import Align, Block, Heading, Note, Paper, Paragraph, Table, numbered
from guandu.documents.layout import Face
from guandu.documents.printable import printable

_SIDES = {
    Align.LEFT: WD_ALIGN_PARAGRAPH.LEFT,
    Align.CENTRE: WD_ALIGN_PARAGRAPH.CENTER,
    Align.RIGHT: WD_ALIGN_PARAGRAPH.RIGHT,
}
_FONTS = ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs")
# The moment of every part and of the properties: the paper itself says when it was made.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def write_docx(paper: Paper) -> bytes:
    document = Document()
    _set_up(document, paper)
    _top(document, paper)
    _blocks(document, paper.body)
    _end(document, paper)
    for position, annex in enumerate(paper.annexes):
        mark = _line(document, paper.annex_mark(position), layout.ANNEX_MARK)
        mark.paragraph_format.page_break_before = True
        _line(document, annex.title, layout.TITLE, WD_ALIGN_PARAGRAPH.CENTER, before=True, after=True)
        _blocks(document, annex.blocks)
    _colophon(document, paper)
    return _packed(document)


def _set_up(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(layout.PAGE_WIDTH), Mm(layout.PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    section.header_distance = Mm(15)
    section.footer_distance = Mm(layout.BOTTOM - layout.NUMBER_BELOW - layout.SI_HAO / layout.POINTS_PER_MM)
    _grid(section)
    _normal(document)
    _page_numbers(document, section)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = (
        printable(paper.title),
        printable(paper.signature),
        "",
    )
    properties.comments = properties.keywords = properties.subject = ""
    properties.created = properties.modified = properties.last_printed = datetime(*_MOMENT)
    properties.revision = 1


def _grid(section: Any) -> None:
    """22 lines of 28 characters: the pitch of lines in twentieths of a point, of characters as the difference to
    the size of the body in 4096ths."""
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "linesAndChars")
    grid.set(qn("w:linePitch"), str(int(layout.LINE_PITCH * 20)))
    grid.set(qn("w:charSpace"), str(int((layout.CHARACTER_PITCH - layout.SAN_HAO) * 4096)))


def _normal(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.size = Pt(layout.BODY.size)
    _fonts(style.element.get_or_add_rPr(), layout.BODY.font)
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(layout.LINE_PITCH)
    spacing.widow_control = False


def _fonts(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in _FONTS:
        fonts.set(qn(name), font)


def _page_numbers(document: Any, section: Any) -> None:
    """— 1 — : right on odd pages, left on even ones, one character from the edge."""
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, Align.RIGHT), (section.even_page_footer, Align.LEFT)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = _SIDES[side]
        _indent(paragraph, **{f"{side}Chars": 100})
        _run(paragraph, "— ", layout.NUMBER)
        _field(paragraph, "PAGE")
        _run(paragraph, " —", layout.NUMBER)


def _field(paragraph: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = _run(paragraph, text if kind == "text" else "", layout.NUMBER)
        if kind == "text":
            continue
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)


def _top(document: Any, paper: Paper) -> None:
    if paper.mark:
        _line(document, paper.mark, layout.ANNEX_MARK)
    if paper.head:
        head = _line(
            document,
            paper.head,
            layout.head_face(printable(paper.head)),
            WD_ALIGN_PARAGRAPH.CENTER,
            before=True,
        )
        head.paragraph_format.line_spacing = Pt(2 * layout.LINE_PITCH)
        head.runs[0].font.color.rgb = RGBColor.from_string(layout.RED)
    if paper.head or paper.number:
        number = _line(document, paper.number, layout.BODY, WD_ALIGN_PARAGRAPH.CENTER, before=True)
        _rule(number, layout.RED)
    _line(
        document,
        paper.title,
        layout.TITLE,
        WD_ALIGN_PARAGRAPH.CENTER,
        before=bool(paper.head or paper.mark),
        after=True,
    )
    if paper.addressee:
        _line(document, f"{printable(paper.addressee)}：", layout.BODY)


def _rule(paragraph: Any, colour: str, side: str = "bottom") -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "11"), ("color", colour)):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _blocks(document: Any, blocks: Iterable[Block]) -> None:
    for block, number in numbered(blocks):
        if isinstance(block, Heading):
            paragraph = _line(
                document, f"{number}{block.text}", layout.LEVELS[block.level - 1], indented=True
            )
            paragraph.paragraph_format.keep_with_next = True
        elif isinstance(block, Table):
            _table(document, block)
        elif isinstance(block, Note):
            _small(document, block.text)
        else:
            _paragraph(document, block)


def _paragraph(document: Any, block: Paragraph) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if block.indented:
        _indent(paragraph, firstLineChars=200)
    if block.lead:
        _run(paragraph, block.lead, layout.LEAD)
    _run(paragraph, block.text, layout.BODY)


def _table(document: Any, block: Table) -> None:
    if block.caption:
        caption = _line(document, block.caption, layout.CAPTION, WD_ALIGN_PARAGRAPH.CENTER)
        caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    whole = sum(block.shares)
    widths = [Mm(layout.BODY_WIDTH * share / whole) for share in block.shares]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for position, texts in enumerate((block.head, *block.rows)):
        row = table.add_row()
        _row_properties(row, is_head=position == 0)
        for cell, text, side, width in zip(row.cells, texts, block.sides, widths, strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if position == 0 else _SIDES[side]
            _tight(paragraph)
            _run(paragraph, text, layout.CELL_HEAD if position == 0 else layout.CELL)
    if block.note:
        _small(document, block.note)


def _row_properties(row: Any, *, is_head: bool) -> None:
    """A row stays on one page; the head is repeated on each."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if is_head:
        properties.append(OxmlElement("w:tblHeader"))


def _small(document: Any, text: str) -> None:
    paragraph = document.add_paragraph()
    _tight(paragraph)
    _run(paragraph, text, layout.SMALL)


def _tight(paragraph: Any) -> None:
    spacing = paragraph.paragraph_format
    spacing.line_spacing_rule, spacing.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(16)
    spacing.space_before = spacing.space_after = Pt(2)


def _end(document: Any, paper: Paper) -> None:
    for position, text in enumerate(paper.annex_lines):
        _line(document, text, layout.BODY, indented=True, before=position == 0)
    if paper.signature:
        unit = _line(document, paper.signature, layout.BODY, WD_ALIGN_PARAGRAPH.RIGHT, before=True)
        indent = layout.signature_indent(printable(paper.signature), paper.date_words)
        _indent(unit, rightChars=int(indent * 100))
        unit.paragraph_format.keep_with_next = True
    if paper.date_words:
        dated = _line(
            document, paper.date_words, layout.BODY, WD_ALIGN_PARAGRAPH.RIGHT, before=not paper.signature
        )
        _indent(dated, rightChars=layout.DATE_INDENT * 100)


def _colophon(document: Any, paper: Paper) -> None:
    for position, text in enumerate(paper.colophon):
        paragraph = document.add_paragraph()
        _tight(paragraph)
        _run(paragraph, text, layout.SMALL)
        if position == 0:
            paragraph.paragraph_format.space_before = Pt(layout.LINE_PITCH)
            _rule(paragraph, "000000", "top")


def _line(
    document: Any,
    text: str,
    face: Face,
    side: Any = None,
    *,
    indented: bool = False,
    before: bool = False,
    after: bool = False,
) -> Any:
    """A paragraph in one face, with a blank line before or after it."""
    if before:
        document.add_paragraph()
    paragraph = document.add_paragraph()
    if side is not None:
        paragraph.alignment = side
    if indented:
        _indent(paragraph, firstLineChars=200)
    _run(paragraph, text, face)
    if after:
        document.add_paragraph()
    return paragraph


def _indent(paragraph: Any, **characters: int) -> None:
    """In hundredths of a character, and in twentieths of a point for readers that know no characters."""
    element = paragraph._p.get_or_add_pPr().get_or_add_ind()
    for name, value in characters.items():
        element.set(qn(f"w:{name}"), str(value))
        element.set(qn(f"w:{name.removesuffix('Chars')}"), str(int(value * layout.SAN_HAO / 5)))


def _run(paragraph: Any, text: str, face: Face) -> Any:
    run = paragraph.add_run(_clean(text))
    run.font.size = Pt(face.size)
    run.font.bold = face.bold or None
    _fonts(run._r.get_or_add_rPr(), face.font)
    return run


def _clean(text: str) -> str:
    """Spaces at the ends stay here: a page number has its own."""
    inner = printable(text)
    return f"{' ' * text.startswith(' ')}{inner}{' ' * text.endswith(' ')}" if inner else text.strip("\n\r\t")


def _packed(document: Any) -> bytes:
    stream, packed = BytesIO(), BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name in sorted(made.namelist(), key=lambda each: (each != "[Content_Types].xml", each)):
            entry = zipfile.ZipInfo(name, date_time=_MOMENT)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            book.writestr(entry, made.read(name))
    return packed.getvalue()
