"""Uploaded documents: read by a child with bounds, or refused with a sentence."""

import zipfile
from io import BytesIO

import pytest

from guandu.core.digests import digest
from guandu.core.errors import Invalid, NotReady
from guandu.documents import reader
from guandu.documents.docx import write_docx
from guandu.documents.reader import text_lines
from guandu.files.inspection import Checked, check
from guandu.files.kinds import DOCX, PDF, PNG
from tests.documents.papers import paper

BODY = "word/document.xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def with_body(xml: bytes) -> bytes:
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(write_docx(paper()))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book,
    ):
        for name in old.namelist():
            book.writestr(name, xml if name == BODY else old.read(name))
    return stream.getvalue()


def unlooked(data: bytes, kind=DOCX) -> Checked:
    """As if the checks before the reader had let it pass."""
    return Checked("稿", kind, data, digest(data))


def test_a_document_type_declaration_is_refused():
    xml = b'<!DOCTYPE d [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><d>&c;</d>'
    with pytest.raises(Invalid, match="不安全"):
        text_lines(unlooked(with_body(xml)))


def test_a_bomb_is_refused_before_and_by_the_reader():
    xml = f'<w:document xmlns:w="{W}"><w:body>{"<w:p><w:r><w:t>" + "0" * 30_000_000 + "</w:t></w:r></w:p>"}</w:body></w:document>'
    data = with_body(xml.encode())
    with pytest.raises(Invalid, match="压缩比"):
        check(data, "稿.docx", (DOCX,))
    with pytest.raises(Invalid, match="文字过多"):
        text_lines(unlooked(data))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"<html>", write_docx(paper())[:-100], with_body(b"<w:document")]
)
def test_a_broken_file_is_refused(data):
    with pytest.raises(Invalid, match="损坏"):
        text_lines(unlooked(data))


def test_a_zip_without_a_document_is_refused():
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        book.writestr("a.txt", "b")
    with pytest.raises(Invalid, match="不是 Word"):
        text_lines(unlooked(stream.getvalue()))


def test_deleted_text_of_a_tracked_change_is_not_the_documents():
    xml = (
        f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>完成</w:t></w:r>'
        "<w:del><w:r><w:delText>80</w:delText></w:r></w:del><w:ins><w:r><w:t>85%</w:t></w:r></w:ins></w:p></w:body></w:document>"
    )
    assert text_lines(unlooked(with_body(xml.encode()))) == ["完成85%"]


def test_a_pdf_without_text_is_said_to_be_a_scan():
    objects = (
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj"
    )
    blank = b"%PDF-1.4\n" + objects + b"\ntrailer<</Root 1 0 R>>\n%%EOF"
    with pytest.raises(Invalid, match="扫描件"):
        text_lines(unlooked(blank, PDF))


def test_a_broken_pdf_and_another_kind_are_refused():
    with pytest.raises(Invalid, match="无法读取"):
        text_lines(unlooked(b"%PDF-1.4 nothing", PDF))
    with pytest.raises(Invalid, match="Word"):
        text_lines(unlooked(b"\x89PNG", PNG))


def test_a_machine_without_the_program_says_so(monkeypatch):
    monkeypatch.setattr(reader.shutil, "which", lambda name: None)
    with pytest.raises(NotReady, match="没有读取 PDF"):
        text_lines(unlooked(b"%PDF-1.4", PDF))
