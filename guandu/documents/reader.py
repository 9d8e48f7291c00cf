"""The text of an uploaded document, read in a child process with bounds. See text_reader.py and pdf_text.py."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from guandu.core.errors import Invalid, NotReady
from guandu.files.inspection import Checked
from guandu.files.kinds import DOCX, PDF

DOCX_READER, PDF_READER = (Path(__file__).with_name(name) for name in ("text_reader.py", "pdf_text.py"))
SECONDS = 30
MOST_TEXT = 2_000_000
FAILED = "文件无法读取：内容过大、过于复杂或已损坏。请重新保存后再上传。"
SCANNED = "这份 PDF 是扫描件，读不出文字，不能与草稿核对。请上传 Word 文件，或由 Word 导出的 PDF；扫描件可在签批时登记。"
NO_TOOL = "服务器上没有读取 PDF 的程序，请上传 Word 文件。"
_PAGE_NUMBER = re.compile(r"[—–－-]\s*\d{1,4}\s*[—–－-]")


def text_lines(file: Checked) -> list[str]:
    """The lines of a .docx or .pdf that was looked at (guandu.files.inspection). Raises Invalid, NotReady."""
    if file.kind == DOCX:
        return _docx_lines(file.data)
    if file.kind == PDF:
        return _pdf_lines(file.data)
    raise Invalid("印发的文件请上传 Word 文件（.docx）或由它导出的 PDF。")


def _docx_lines(data: bytes) -> list[str]:
    try:
        answer = json.loads(_ask([sys.executable, "-I", str(DOCX_READER)], data))
    except ValueError as error:
        raise Invalid(FAILED) from error
    if "refusal" in answer:
        raise Invalid(answer["refusal"])
    return answer["lines"]


def _pdf_lines(data: bytes) -> list[str]:
    program = shutil.which("pdftotext")
    if program is None:
        raise NotReady(NO_TOOL)
    text = _ask([sys.executable, "-I", str(PDF_READER), program], data)
    if len(text) > MOST_TEXT:
        raise Invalid("文件中的文字过多，请上传正文。")
    lines = [line.strip() for line in re.split(r"[\n\f]+", text.decode("utf-8", "replace"))]
    found = [line for line in lines if line and not _PAGE_NUMBER.fullmatch(line)]
    if not found:
        raise Invalid(SCANNED)
    return found


def _ask(command: list[str], data: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env={}, check=True)
    except subprocess.SubprocessError as error:
        raise Invalid(FAILED) from error
    return done.stdout
