"""The PDF: its size, its pages, its text, its fonts; the same paper the same bytes."""

import re
import subprocess

import pytest

from guandu.core.errors import NotReady
from guandu.documents import pdf
from guandu.documents.blocks import Paper, Paragraph
from guandu.documents.pdf import write_pdf
from guandu.documents.reader import text_lines
from guandu.files.inspection import check
from guandu.files.kinds import PDF
from tests.documents.papers import HOSTILE, paper

pytestmark = pytest.mark.feature("G9")


@pytest.fixture(scope="module")
def made():
    return write_pdf(paper())


def said(program: str, data: bytes, *options: str) -> str:
    return subprocess.run(
        [program, *options, "-"], input=data, capture_output=True, check=True
    ).stdout.decode()


def test_pages_are_a4_and_as_many_as_the_paper_needs(made):
    info = said("pdfinfo", made)
    assert re.search(r"Page size:\s+595\.\d+ x 841\.\d+ pts \(A4\)", info)
    assert int(re.search(r"Pages:\s+(\d+)", info)[1]) == 6


def test_it_is_a_pdf_that_the_portal_itself_would_take(made):
    assert check(made, "稿.pdf", (PDF,)).kind == PDF


def test_the_text_is_there_with_hostile_names_whole(made):
    text = re.sub(r"\s+", "", "".join(text_lines(check(made, "稿.pdf", (PDF,)))))
    for each in paper().texts():
        assert re.sub(r"\s+", "", each) in text
    assert re.sub(r"\s+", "", HOSTILE) in text


def test_every_font_is_in_the_file_and_none_is_of_the_machine(made):
    listed = subprocess.run(["pdffonts", "-"], input=made, capture_output=True, check=True).stdout.decode()
    lines = listed.splitlines()[2:]
    assert {re.sub(r"^[A-Z]{6}\+", "", line.split()[0]) for line in lines} <= {
        "NotoSerifSC-Regular", "NotoSerifSC-Bold", "NotoSansSC-Bold",
    }  # fmt: skip
    assert all(line.split()[-5] == "yes" for line in lines)


def test_lines_stand_in_the_standards_grid():
    """22 lines of 28 characters on a page."""
    data = write_pdf(Paper("题", [Paragraph("官" * 28 * 60, indented=False)]))
    pages = (
        subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
        .stdout.decode()
        .split("\f")
    )
    lines = [line for line in pages[1].splitlines() if set(line) == {"官"}]
    assert [len(line) for line in lines[:22]] == [28] * 22
    assert len([line for line in lines if len(line) == 28]) == 22


def test_page_numbers_change_sides(made):
    boxes = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=made, capture_output=True, check=True
    ).stdout.decode()
    pages = boxes.split("<page ")[1:]
    firsts = [float(re.findall(r'xMin="([\d.]+)"[^>]*>—', page)[0]) for page in pages]
    assert [first > 300 for first in firsts] == [True, False, True, False, True, False]


def test_the_same_paper_is_the_same_bytes(made):
    assert write_pdf(paper()) == made


def test_a_machine_without_the_fonts_is_told_so(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "font_folders", lambda: [tmp_path / "none"])
    with pytest.raises(NotReady, match="字体"):
        write_pdf(paper())


def test_a_setter_that_never_ends_is_stopped(monkeypatch, tmp_path):
    endless = tmp_path / "paper.typ"
    endless.write_text("#let f(n) = f(n + 1)\n#while true { let x = 1 }")
    monkeypatch.setattr(pdf, "TEMPLATE", endless)
    monkeypatch.setattr(pdf, "SECONDS", 2)
    with pytest.raises(NotReady, match="PDF 没有生成"):
        write_pdf(paper())
