"""The Word file read back beside the figures of GB/T 9704-2012."""

import zipfile
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest

from guandu.documents.docx import write_docx
from guandu.documents.reader import text_lines
from guandu.files.inspection import check
from guandu.files.kinds import DOCX
from tests.documents.papers import HOSTILE, paper

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MM = 1440 / 25.4


def part(data: bytes, name: str = "word/document.xml") -> ElementTree.Element:
    with zipfile.ZipFile(BytesIO(data)) as book:
        return ElementTree.fromstring(book.read(name))


def paragraph(root, text: str):
    return next(
        each for each in root.iter(f"{W}p") if "".join(t.text or "" for t in each.iter(f"{W}t")) == text
    )


def font(element) -> set[str]:
    fonts = element.find(f".//{W}rFonts")
    return {fonts.get(f"{W}{name}") for name in ("ascii", "hAnsi", "eastAsia", "cs")}


def size(element) -> str:
    return element.find(f".//{W}r/{W}rPr/{W}sz").get(f"{W}val")


@pytest.fixture(scope="module")
def made():
    return write_docx(paper())


@pytest.mark.feature("G9")
def test_page_margins_and_grid_are_those_of_the_standard(made):
    section = part(made).find(f".//{W}sectPr")
    page, margins, grid = (section.find(f"{W}{name}") for name in ("pgSz", "pgMar", "docGrid"))
    assert [round(int(page.get(f"{W}{name}")) / MM) for name in ("w", "h")] == [210, 297]
    assert [round(int(margins.get(f"{W}{side}")) / MM) for side in ("top", "bottom", "left", "right")] == [
        37,
        35,
        28,
        26,
    ]
    assert grid.get(f"{W}type") == "linesAndChars"
    pitch = int(grid.get(f"{W}linePitch")) / 20
    assert int((297 - 37 - 35) * 72 / 25.4 / pitch) == 22
    character = 16 + int(grid.get(f"{W}charSpace")) / 4096
    assert int((210 - 28 - 26) * 72 / 25.4 / character) == 28


@pytest.mark.feature("G9")
@pytest.mark.parametrize(
    ("text", "name", "half_points"),
    [
        (f"关于{HOSTILE}的通报", "方正小标宋简体", "44"),
        ("一、报送情况", "黑体", "32"),
        ("（一）按时率", "楷体_GB2312", "32"),
        ("1.街道", "仿宋_GB2312", "32"),
        ("（1）各街道", "仿宋_GB2312", "32"),
        ("各街道办事处：", "仿宋_GB2312", "32"),
        ("附件 1", "黑体", "32"),
        ("2026年11月27日", "仿宋_GB2312", "32"),
    ],
)
def test_each_part_names_its_font_for_every_script(made, text, name, half_points):
    found = paragraph(part(made), text)
    assert font(found.find(f"{W}r")) == {name}
    assert size(found) == half_points


@pytest.mark.feature("G9")
def test_the_body_has_a_fixed_pitch_and_its_first_line_two_characters_in(made):
    root, styles = part(made), part(made, "word/styles.xml")
    normal = next(each for each in styles.iter(f"{W}style") if each.get(f"{W}styleId") == "Normal")
    spacing = normal.find(f".//{W}spacing")
    assert (spacing.get(f"{W}lineRule"), int(spacing.get(f"{W}line"))) == ("exact", 580)
    assert font(normal) == {"仿宋_GB2312"}
    body = paragraph(root, "总体。全区按时率为 87.5%（7/8）。")
    assert body.find(f".//{W}ind").get(f"{W}firstLineChars") == "200"


@pytest.mark.feature("G9")
def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(made):
    with zipfile.ZipFile(BytesIO(made)) as book:
        footers = [
            ElementTree.fromstring(book.read(name))
            for name in book.namelist()
            if name.startswith("word/footer")
        ]
    sides = {each.find(f".//{W}jc").get(f"{W}val") for each in footers}
    assert sides == {"right", "left"}
    for each in footers:
        assert "PAGE" in "".join(code.text for code in each.iter(f"{W}instrText"))
        assert [t.text for t in each.iter(f"{W}t")] == ["— ", "1", " —"]
        assert font(each.find(f".//{W}r")) == {"宋体"}
        assert size(each) == "28"
    assert part(made, "word/settings.xml").find(f"{W}evenAndOddHeaders") is not None


@pytest.mark.feature("G9")
def test_date_and_annexes_stand_where_the_standard_has_them(made):
    root = part(made)
    assert paragraph(root, "2026年11月27日").find(f".//{W}ind").get(f"{W}rightChars") == "400"
    texts = ["".join(t.text or "" for t in each.iter(f"{W}t")) for each in root.iter(f"{W}p")]
    note = texts.index("附件：1.按时率排名")
    assert texts[note - 1] == ""
    assert texts.index("官渡区产业园区发展办公室") > note
    assert paragraph(root, "附件 2").find(f".//{W}pageBreakBefore") is not None


def test_a_table_repeats_its_head_and_breaks_no_row(made):
    table = part(made).find(f".//{W}tbl")
    rows = table.findall(f"{W}tr")
    assert rows[0].find(f".//{W}tblHeader") is not None
    assert all(row.find(f".//{W}cantSplit") is not None for row in rows)


@pytest.mark.feature("G9")
def test_the_same_paper_is_the_same_bytes(made):
    assert write_docx(paper()) == made
    assert write_docx(replace(paper(), title="另一份")) != made


def test_a_hostile_name_stands_whole_in_every_place(made):
    lines = text_lines(check(made, "稿.docx", (DOCX,)))
    assert f"关于{HOSTILE}的通报" in lines
    assert HOSTILE in lines


def test_what_xml_cannot_hold_is_left_out():
    lines = text_lines(check(write_docx(paper("A&B<C>\x00\x08\ud800\ufffe园")), "稿.docx", (DOCX,)))
    assert "A&B<C>园" in lines


def test_the_file_says_nothing_of_who_or_what_made_it(made):
    with zipfile.ZipFile(BytesIO(made)) as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"python" not in book.read("docProps/core.xml").lower()


def test_the_file_says_every_text_of_the_paper_in_its_order(made):
    lines = text_lines(check(made, "稿.docx", (DOCX,)))
    assert lines == [text.strip() for text in paper().texts()]
