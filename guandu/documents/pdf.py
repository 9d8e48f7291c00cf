"""A paper as a PDF, set by typst in a child process with the open fonts that come with the portal.

The fonts are Noto Serif SC and Noto Sans SC: the standard's own are licensed and in no PDF of ours. The same paper is
the same bytes.
"""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from guandu.core.errors import NotReady
from guandu.documents import layout
from guandu.documents.blocks import Block, Heading, Note, Paper, Table, numbered
from guandu.documents.layout import Face
from guandu.documents.printable import printable

SETTER, TEMPLATE = (Path(__file__).with_name(name) for name in ("typesetter.py", "paper.typ"))
SECONDS = 60
FAILED = "PDF 没有生成，请先下载 Word 文件；多次出现请联系系统管理员。"
NO_FONTS = "服务器上缺少 PDF 所用的中文字体，PDF 没有生成。请先下载 Word 文件，并告知系统管理员。"
_FACES = {
    "title": layout.TITLE,
    "body": layout.BODY,
    "lead": layout.LEAD,
    "annex-mark": layout.ANNEX_MARK,
    "number": layout.NUMBER,
    "cell": layout.CELL,
    "cell-head": layout.CELL_HEAD,
    "caption": layout.CAPTION,
    "small": layout.SMALL,
    **{f"level-{n}": face for n, face in enumerate(layout.LEVELS, 1)},
}


def write_pdf(paper: Paper) -> bytes:
    """Raises NotReady in a sentence where the machine cannot make one."""
    fonts = font_folders()
    if not all(folder.is_dir() for folder in fonts):
        raise NotReady(NO_FONTS)
    asked = {
        "paper": as_data(paper),
        "template": TEMPLATE.read_text(),
        "fonts": [str(each) for each in fonts],
    }
    command = [sys.executable, "-I", str(SETTER)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=SECONDS,
            env={},
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise NotReady(FAILED) from error
    return done.stdout


def font_folders() -> list[Path]:
    packages = Path(settings.BASE_DIR) / "node_modules" / "@expo-google-fonts"
    return [
        packages / name / weight
        for name in ("noto-serif-sc", "noto-sans-sc")
        for weight in ("400Regular", "700Bold")
    ]


def as_data(paper: Paper) -> dict[str, Any]:
    """What the template reads."""
    return {
        "layout": {
            "width": layout.PAGE_WIDTH, "height": layout.PAGE_HEIGHT, "top": layout.TOP, "bottom": layout.BOTTOM,
            "left": layout.LEFT, "right": layout.RIGHT, "below": layout.NUMBER_BELOW, "pitch": layout.LINE_PITCH,
            "character": layout.CHARACTER_PITCH, "red": f"#{layout.RED}",
        },
        "faces": {name: _face(face) for name, face in (_FACES | {"head": layout.head_face(printable(paper.head))}).items()},
        **{name: printable(getattr(paper, name)) for name in ("title", "head", "number", "mark", "signature")},
        "addressee": f"{printable(paper.addressee)}：" if paper.addressee else "",
        "body": _blocks(paper.body),
        "annex_lines": [printable(text) if n == 0 else text for n, text in enumerate(paper.annex_lines)],
        "annexes": [
            {"mark": paper.annex_mark(n), "title": printable(annex.title), "blocks": _blocks(annex.blocks)}
            for n, annex in enumerate(paper.annexes)
        ],
        "signature_indent": layout.signature_indent(printable(paper.signature), paper.date_words),
        "date": paper.date_words,
        "date_indent": layout.DATE_INDENT,
        "colophon": [printable(text) for text in paper.colophon],
    }  # fmt: skip


def _face(face: Face) -> dict[str, Any]:
    font, weight = layout.OPEN[face.font]
    return {"font": font, "weight": 700 if face.bold else weight, "size": face.size}


def _blocks(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [_block(block, number) for block, number in numbered(blocks)]


def _block(block: Block, number: str) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": f"{number}{printable(block.text)}"}
    if isinstance(block, Note):
        return {"kind": "note", "text": printable(block.text)}
    if isinstance(block, Table):
        return {
            "kind": "table", "caption": printable(block.caption), "head": [printable(each) for each in block.head],
            "rows": [[printable(each) for each in row] for row in block.rows], "shares": list(block.shares),
            "sides": list(block.sides), "note": printable(block.note),
        }  # fmt: skip
    return {
        "kind": "paragraph",
        "lead": printable(block.lead),
        "text": printable(block.text),
        "indented": block.indented,
    }
