"""What is taken as an attachment and what is refused: by what the bytes are, never by their name."""

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.files import inspection
from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE, SCANS
from tests.files.made import GPS, MAIN, huge_png, image, office, pdf, relations, stream

EXE = b"MZ\x90\0" + b"\0" * 200
HTML = b"<html><script>alert(1)</script></html>"
HYPERLINK = '<Relationship Id="a" Type="http://x/hyperlink" TargetMode="External" Target="https://km.gov.cn"/>'
OWN_TEMPLATE = (
    '<Relationship Id="a" Type="http://x/attachedTemplate" TargetMode="External" Target="file:///C:\\公文.dotx"/>'
)
TEMPLATE = '<Relationship Id="a" Type="http://x/attachedTemplate" TargetMode="External" Target="//10.0.0.1/t"/>'


def words(value: object) -> str:
    """A case is known by its texts: bytes hold the time at which they were packed."""
    return "file" if isinstance(value, bytes) else str(value)


@pytest.mark.feature("B28")
@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (pdf(), "说明.pdf", "pdf"),
        (pdf(stream(b"BT (text) Tj ET")), "说明.PDF", "pdf"),
        (image(), "现场.jpg", "jpg"),
        (image(), "现场.jpeg", "jpg"),
        (image("PNG"), "截图.png", "png"),
        (office("docx"), "情况.docx", "docx"),
        (office("xlsx"), "明细.xlsx", "xlsx"),
        (office("docx", {"word/_rels/document.xml.rels": relations(HYPERLINK)}), "有链接.docx", "docx"),
        (office("docx", {"word/_rels/settings.xml.rels": relations(OWN_TEMPLATE)}), "单位模板.docx", "docx"),
    ],
    ids=words,
)
def test_what_people_send_is_taken(data, name, kind):
    checked = check(data, name, EVIDENCE)
    assert (checked.kind.code, checked.name) == (kind, name)
    assert checked.digest == digest(checked.data)
    if kind in {"pdf", "docx", "xlsx"}:
        assert checked.data == data


@pytest.mark.feature("B28")
@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (EXE, "报告.pdf", "不是 pdf"),
        (HTML, "报告.pdf", "不是 pdf"),
        (b"", "空.pdf", "空的"),
        (pdf(), "报告.jpg", "与内容不符"),
        (image(), "图.png", "与内容不符"),
        (pdf(), "报告", "与内容不符"),
        (pdf(), "报告.pdf.exe", "与内容不符"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "旧.doc", "旧版"),
        # PDF
        (HTML + pdf(), "报告.pdf", "不是 pdf"),
        (b"%PDF-1.7\n<script>alert(1)</script>" + pdf(), "报告.pdf", "网页内容"),
        (pdf(tail=office("docx")), "报告.pdf", "末尾"),
        (pdf()[:-8], "报告.pdf", "残缺"),
        (pdf(b"<< /S /JavaScript /JS (app.alert) >>"), "报告.pdf", "脚本"),
        (pdf(b"<< /S /J#61va#53cript /J#53 (app.alert) >>"), "报告.pdf", "脚本"),
        (pdf(b"<< /AA << /O << /JS 4 0 R >> >> >>"), "报告.pdf", "脚本"),
        (pdf(b"<< /S /Launch /F (cmd.exe) >>"), "报告.pdf", "启动"),
        (pdf(b"<< /Type /EmbeddedFile >>"), "报告.pdf", "嵌有"),
        (pdf(b"<< /Names << /EmbeddedFiles 4 0 R >> >>"), "报告.pdf", "嵌有"),
        (pdf(stream(b"4 0 << /S /JavaScript >>", b"/Type /ObjStm /N 1")), "报告.pdf", "脚本"),
        (pdf(stream(b"4 0 << /S /JS >>", b"/Type /ObjStm /N 1")), "报告.pdf", "脚本"),
        (pdf(stream(b"x", b"/Type /Obj#53tm /Filter [/ASCIIHexDecode /FlateDecode]")), "报告.pdf", "无法核对"),
        (pdf(b"<< /Encrypt 9 0 R >>"), "报告.pdf", "口令"),
        # Office files
        (office("docx", {"word/vbaProject.bin": b"x"}), "情况.docx", "宏"),
        (office(types="<T>application/vnd.ms-word.document.macroEnabled.main+xml</T>"), "情况.docx", "宏"),
        (office("docx", {"word/embeddings/a.xlsx": b"x"}), "情况.docx", "嵌有其他对象"),
        (office("docx", {"word/media/a.jpg": office("xlsx")}), "情况.docx", "其他压缩文件"),
        (office("xlsx", {"xl/externalLinks/a.xml": b"x"}), "明细.xlsx", "指向其他文件"),
        (office("docx", {"../../etc/x": b"x"}), "情况.docx", "路径异常"),
        (office("docx", comment=HTML), "情况.docx", "末尾"),
        (office("docx", packed=zipfile.ZIP_LZMA), "情况.docx", "压缩方式"),
        (office(types="<T/>"), "情况.docx", "不是 xlsx"),
        (office(types=f"<T>{MAIN['docx']} {MAIN['xlsx']}</T>"), "情况.docx", "不是 xlsx"),
        (office("docx")[:-30], "情况.docx", "损坏"),
        (office("docx", {"word/_rels/settings.xml.rels": relations(TEMPLATE)}), "情况.docx", "外部取内容"),
        (
            office("docx", {"word/_rels/settings.xml.rels": relations(TEMPLATE.replace("External", "&#69;xternal"))}),
            "情况.docx", "外部取内容",
        ),
        (
            office("docx", {"a.rels": b'<!DOCTYPE r [<!ENTITY a "b">]>' + relations(HYPERLINK)}),
            "情况.docx", "不安全的 XML",
        ),
        # Images
        (image()[:-200], "图.jpg", "损坏"),
        (image("PNG")[:-200], "图.png", "损坏"),
        (b"\xff\xd8\xff" + HTML, "图.jpg", "损坏"),
        (huge_png(60_000, 60_000), "图.png", "像素"),
    ],
    ids=words,
)  # fmt: skip
def test_what_may_hurt_is_refused_in_words(data, name, sentence):
    with pytest.raises(Invalid) as refused:
        check(data, name, EVIDENCE)
    assert sentence in refused.value.message


@pytest.mark.feature("B28")
def test_what_unpacks_to_a_multitude_is_refused():
    with pytest.raises(Invalid, match="展开后过大"):
        check(pdf(stream(b"\0" * 210_000_000)), "报告.pdf", EVIDENCE)
    with pytest.raises(Invalid, match="压缩比"):
        check(office("docx", {"word/big.xml": b"\0" * 60_000_000}), "情况.docx", EVIDENCE)


def test_an_archive_is_no_attachment():
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as book:
        book.writestr("报告.pdf", pdf())
    with pytest.raises(Invalid, match="压缩包"):
        check(archive.getvalue(), "材料.docx", EVIDENCE)


def test_a_scan_is_no_workbook():
    with pytest.raises(Invalid, match="pdf、jpg、png"):
        check(office("xlsx"), "扫描.xlsx", SCANS)


def test_a_file_above_the_limit_is_refused(settings):
    settings.FILES_MOST_BYTES = 1024 * 1024
    with pytest.raises(Invalid, match="超过 1 MB"):
        check(pdf() + b"\n" * 1024 * 1024, "大.pdf", EVIDENCE)


@pytest.mark.feature("B28")
def test_where_a_photo_was_taken_is_not_kept_and_no_pixel_changes():
    sent = image(position=True, turned=6, note="ZQNOTE") + b"ZQTRAILER"
    with Image.open(BytesIO(sent)) as before:
        assert before.getexif().get_ifd(GPS)
        kept = check(sent, "现场.jpg", EVIDENCE).data
        with Image.open(BytesIO(kept)) as after:
            assert dict(after.getexif()) == {0x0112: 6}
            assert after.tobytes() == before.tobytes()
    for mark in (b"ZQMAKER", b"ZQNOTE", b"ZQTRAILER"):
        assert mark in sent
        assert mark not in kept


def test_the_same_photo_is_kept_as_the_same_bytes():
    sent = image(position=True)
    first, second = (check(sent, name, EVIDENCE) for name in ("a.jpg", "b.jpg"))
    assert first.digest == second.digest
    assert check(first.data, "c.jpg", EVIDENCE).digest == first.digest


def test_what_a_png_says_beside_its_pixels_goes():
    plain = image("PNG")
    place = plain.index(b"IDAT") - 4
    told = plain[:place] + b"\0\0\0\x06tEXtZQTEXT\0\0\0\0" + plain[place:] + b"ZQTRAILER"
    kept = _unchecked(told)
    assert kept == plain


def _unchecked(data: bytes) -> bytes:
    from guandu.files.image_inspector import _clean_png  # reason: the child's own part, without its bounds

    return _clean_png(data)


@pytest.mark.parametrize("stop", range(1, 10))
def test_a_photo_cut_anywhere_is_refused_or_whole(stop):
    data = image(size=(200, 150))
    with pytest.raises(Invalid):
        check(data[: len(data) * stop // 10], "图.jpg", EVIDENCE)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/说明.pdf", "说明.pdf"),
        ("C:\\文件\\说明.pdf", "说明.pdf"),
        ("说\u202e明\r\n.pdf", "说明.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_is_text_and_no_path(sent, kept):
    assert check(pdf(), sent, EVIDENCE).name == kept


def test_a_child_that_dies_costs_a_sentence(monkeypatch):
    monkeypatch.setattr(inspection, "_INSPECTORS", {})
    monkeypatch.setattr(inspection, "_HERE", inspection._HERE / "nowhere")
    with pytest.raises(Invalid, match="无法读取"):
        check(pdf(), "说明.pdf", EVIDENCE)
