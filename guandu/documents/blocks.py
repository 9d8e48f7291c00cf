"""A paper as data: what it says and in which order, with no word on how Word or a PDF shows it.

Builders make a `Paper` from plain values; guandu.documents.docx, pdf and web pages show the same one. Numbers of
headings (一、（一）1.（1）) are given here, once, so that every form of the paper counts alike.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

DIGITS = "〇一二三四五六七八九"
MOST_LEVELS = 4


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


@dataclass(frozen=True)
class Heading:
    """`text` without its number; `level` 1–4. A heading that is not `counted` carries no number and counts for none."""

    text: str
    level: int = 1
    counted: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.level <= MOST_LEVELS:
            raise ValueError(f"公文层次只有 {MOST_LEVELS} 级：{self.level}")


@dataclass(frozen=True)
class Paragraph:
    """Body text, its first line two characters in. `lead` is printed before the text as a level-two heading is
    (楷体): 时间：, 议定事项： and the like."""

    text: str
    lead: str = ""
    indented: bool = True


@dataclass(frozen=True)
class Table:
    """`rows` are of the length of `head`. `widths` are shares of the page (any numbers); none: equal columns.
    `aligns` give each column's side; none: the first left, the others centred. `note` stands below in small type."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    widths: Sequence[int] = ()
    aligns: Sequence[Align] = ()
    note: str = ""

    def __post_init__(self) -> None:
        columns = len(self.head)
        if not columns or any(len(row) != columns for row in self.rows):
            raise ValueError(f"表格各行的列数应与表头一致：{self.caption or '、'.join(self.head)}")
        if (self.widths and len(self.widths) != columns) or (self.aligns and len(self.aligns) != columns):
            raise ValueError("列宽、对齐应与表头的列数一致")

    @property
    def sides(self) -> tuple[Align, ...]:
        return tuple(self.aligns) or (Align.LEFT, *[Align.CENTRE] * (len(self.head) - 1))

    @property
    def shares(self) -> tuple[int, ...]:
        return tuple(self.widths) or (1,) * len(self.head)


@dataclass(frozen=True)
class Note:
    """Small print between blocks: what a number rests on, 待核实 and the like."""

    text: str


Block = Heading | Paragraph | Table | Note


@dataclass(frozen=True)
class Annex:
    """附件: starts a page of its own, named in the paper's 附件说明."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Paper:
    """One official document. What is empty is not printed.

    `head` is the issuing body's name in red (发文机关标志), `number` the 文号, `mark` a word in the top left corner
    (征求意见稿, 内部资料), `addressee` the 主送机关 without its colon, `signature` the body that signs, `dated` the 成文日期.
    `colophon` lines stand at the very end in small print: who made it, from which 期次, the head of the audit trail.
    """

    title: str
    body: Sequence[Block]
    head: str = ""
    number: str = ""
    mark: str = ""
    addressee: str = ""
    annexes: Sequence[Annex] = ()
    signature: str = ""
    dated: date | None = None
    colophon: Sequence[str] = field(default_factory=tuple)

    @property
    def annex_lines(self) -> list[str]:
        """The 附件说明: one alone has no number."""
        if len(self.annexes) == 1:
            return [f"附件：{self.annexes[0].title}"]
        return [
            f"{'附件：' if n == 1 else '　　　'}{n}.{annex.title}" for n, annex in enumerate(self.annexes, 1)
        ]

    def annex_mark(self, position: int) -> str:
        """What stands above an annex (`position` from 0)."""
        return "附件" if len(self.annexes) == 1 else f"附件 {position + 1}"

    @property
    def date_words(self) -> str:
        return f"{self.dated.year}年{self.dated.month}月{self.dated.day}日" if self.dated else ""

    def texts(self) -> Iterator[str]:
        """Every text of the paper in reading order, as each form of it shows them."""
        yield from filter(None, (self.mark, self.head, self.number, self.title))
        if self.addressee:
            yield f"{self.addressee}："
        yield from _texts(self.body)
        yield from self.annex_lines
        yield from filter(None, (self.signature, self.date_words))
        for position, annex in enumerate(self.annexes):
            yield self.annex_mark(position)
            yield annex.title
            yield from _texts(annex.blocks)
        yield from self.colophon


def numbered(blocks: Iterable[Block]) -> Iterator[tuple[Block, str]]:
    """Each block with the number that it carries: headings theirs, all others none."""
    counts = [0] * MOST_LEVELS
    for block in blocks:
        if not isinstance(block, Heading) or not block.counted:
            yield block, ""
            continue
        counts[block.level - 1] += 1
        counts[block.level :] = [0] * (MOST_LEVELS - block.level)
        yield block, heading_number(block.level, counts[block.level - 1])


def heading_number(level: int, number: int) -> str:
    """一、（一） 1. （1）"""
    return (f"{chinese(number)}、", f"（{chinese(number)}）", f"{number}.", f"（{number}）")[level - 1]


def chinese(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; up to 99."""
    if not 0 < number < 100:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    return ("" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十") + (DIGITS[ones] if ones else "")


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    for block, number in numbered(blocks):
        if isinstance(block, Table):
            yield from filter(None, (block.caption, *block.head))
            for row in block.rows:
                yield from filter(None, row)
            if block.note:
                yield block.note
        elif isinstance(block, Paragraph):
            yield f"{block.lead}{block.text}"
        else:
            yield f"{number}{block.text}"
