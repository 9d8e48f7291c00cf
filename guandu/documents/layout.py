"""GB/T 9704-2012 党政机关公文格式, as figures. Millimetres, points, and fonts by the names that the standard's users know.

方正小标宋, 仿宋_GB2312 and 楷体_GB2312 are licensed: a Word file names them and the reader's machine has them. A PDF
carries its own fonts, the open ones nearest to them (`OPEN`).
"""

from dataclasses import dataclass

PAGE_WIDTH, PAGE_HEIGHT = 210, 297
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26
BODY_WIDTH, BODY_HEIGHT = 156, 225
LINES, CHARACTERS = 22, 28
# The page number stands so far below the text.
NUMBER_BELOW = 7

POINTS_PER_MM = 72 / 25.4
LINE_PITCH = round(BODY_HEIGHT * POINTS_PER_MM / LINES, 2)
CHARACTER_PITCH = round(BODY_WIDTH * POINTS_PER_MM / CHARACTERS, 2)

# 字号 in points.
ER_HAO, SAN_HAO, SI_HAO, WU_HAO = 22, 16, 14, 10.5
HEAD_SIZE = 40  # 发文机关标志: by the standard no larger than the head of the government above
RED = "FF0000"

XIAO_BIAO_SONG, FANG_SONG, KAI_TI, HEI_TI, SONG_TI = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "楷体_GB2312",
    "黑体",
    "宋体",
)
SERIF, SANS = "Noto Serif SC", "Noto Sans SC"


@dataclass(frozen=True)
class Face:
    font: str
    size: float
    bold: bool = False


TITLE = Face(XIAO_BIAO_SONG, ER_HAO)
HEAD = Face(XIAO_BIAO_SONG, HEAD_SIZE)
BODY = Face(FANG_SONG, SAN_HAO)
LEVELS = (
    Face(HEI_TI, SAN_HAO),
    Face(KAI_TI, SAN_HAO),
    Face(FANG_SONG, SAN_HAO),
    Face(FANG_SONG, SAN_HAO),
)
LEAD = Face(KAI_TI, SAN_HAO)
ANNEX_MARK = Face(HEI_TI, SAN_HAO)
NUMBER = Face(SONG_TI, SI_HAO)
CELL = Face(SONG_TI, WU_HAO)
CELL_HEAD = Face(HEI_TI, WU_HAO)
CAPTION = Face(HEI_TI, SI_HAO)
SMALL = Face(FANG_SONG, WU_HAO)

# The open font, and its weight, in which a PDF shows each.
OPEN = {
    XIAO_BIAO_SONG: (SERIF, 700),
    FANG_SONG: (SERIF, 400),
    KAI_TI: (SERIF, 400),
    HEI_TI: (SANS, 700),
    SONG_TI: (SERIF, 400),
}

# 成文日期 stands four characters from the right, the signature centred above it.
DATE_INDENT = 4


def head_face(head: str) -> Face:
    """The body's name on one line, in the largest size that holds it."""
    room = BODY_WIDTH * POINTS_PER_MM / max(1, width_in_characters(head))
    return Face(HEAD.font, min(HEAD_SIZE, max(SAN_HAO, int(room))))


def width_in_characters(text: str) -> float:
    """A Latin letter or digit is half a character wide."""
    return sum(0.5 if each.isascii() else 1 for each in text)


def signature_indent(signature: str, dated: str) -> float:
    """Characters from the right at which the signature ends."""
    centre = DATE_INDENT + width_in_characters(dated) / 2
    return max(0, round(centre - width_in_characters(signature) / 2, 1))
