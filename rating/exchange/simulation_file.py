"""A trial of two schemes as a workbook: 园区变动, 分布, 临界园区. Numbers are numbers, text stays text."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO

from guandu.core.periods import Period
from guandu.exchange.writer import PLAIN, WrittenColumn, write_header
from rating.models import Simulation
from rating.queries.simulations import KINDS, MoveRow, NearRow, group_rows, move_rows, near_rows, spread_rows
from rating.trying.compare import WIDEST, Side
from rating.trying.nearness import Flip
from rating.trying.outcome import Outcome

Cell = str | int | Decimal | None
MOVES = (
    WrittenColumn("园区", 30), WrittenColumn("载体形态", 10), WrittenColumn("产业链", 14), WrittenColumn("街道", 14),
    WrittenColumn("对照得分", 10), WrittenColumn("对照等次", 12), WrittenColumn("模拟得分", 10), WrittenColumn("模拟等次", 12),
    WrittenColumn("分差", 8), WrittenColumn("变动", 12), WrittenColumn("决定因素", 44), WrittenColumn("未通过的门槛条件", 40),
)  # fmt: skip
SPREAD = (
    WrittenColumn("分类", 14), WrittenColumn("项目", 20), WrittenColumn("园区数", 8), WrittenColumn("对照", 8),
    WrittenColumn("模拟", 8), WrittenColumn("升星", 8), WrittenColumn("降星", 8), WrittenColumn("计划目标（不是名额）", 20),
)  # fmt: skip
NEAR = (
    WrittenColumn("园区", 30), WrittenColumn("模拟得分", 10), WrittenColumn("等次", 12), WrittenColumn("距上一等次", 10),
    WrittenColumn("高出本等次", 10), WrittenColumn("上移一档可升星的项目", 60), WrittenColumn("下移一档会降星的项目", 60),
)  # fmt: skip


def write_simulation(simulation: Simulation, outcome: Outcome) -> bytes:
    """The file's bytes. Two queries, for the plan's goals."""
    import xlsxwriter  # reason: heavy, needed by few pages

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    _sheet(book, "园区变动", MOVES, (_move(row) for row in move_rows(outcome)))
    _sheet(book, "分布", SPREAD, _spread(outcome))
    _sheet(book, "临界园区", NEAR, (_near(row) for row in near_rows(outcome, "after", WIDEST)))
    _sheet(book, "说明", (WrittenColumn("说明", 100),), ([line] for line in _notes(simulation)))
    book.close()
    return stream.getvalue()


def _sheet(book, name: str, columns: Sequence[WrittenColumn], rows: Iterable[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    write_header(book, sheet, columns)
    words = book.add_format({"num_format": "@", "valign": "top", "text_wrap": 1})
    points = book.add_format({"num_format": "0.00", "valign": "top"})
    count = book.add_format({"num_format": "0", "valign": "top"})
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, Decimal):
                sheet.write_number(number, place, cell, points)
            elif isinstance(cell, int):
                sheet.write_number(number, place, cell, count)
            elif cell:
                sheet.write_string(number, place, cell, words)


def _move(row: MoveRow) -> list[Cell]:
    move = row.move
    return [
        move.name, row.carrier, row.placed.chain_name, row.placed.street, _total(move.before), grade_words(move.before),
        _total(move.after), grade_words(move.after), move.change, row.word, move.decided, "、".join(move.after.held),
    ]  # fmt: skip


def _total(side: Side) -> Decimal | None:
    return side.total if side.status == "scored" else None


def grade_words(side: Side) -> str:
    """The grade, or why there is none."""
    return {"scored": side.grade, "blocked": "暂不评定"}.get(side.status, "无法读取")


def _spread(outcome: Outcome) -> Iterable[list[Cell]]:
    for row in spread_rows(outcome):
        target = f"{row.target.code} {row.target.value} 个" if row.target else ""
        yield ["星级", row.title, len(outcome.parks), row.before, row.after, None, None, target]
    for kind, title in KINDS.items():
        for row in group_rows(outcome, kind):
            yield [f"{title}（三星级及以上）", row.title, row.parks, row.before, row.after, row.risen, row.fallen, ""]


def _near(row: NearRow) -> list[Cell]:
    return [
        row.placed.move.name, row.side.total, row.side.grade, row.near.above, row.near.below,
        "；".join(map(_flip, row.asks)), "；".join(map(_flip, row.fears)),
    ]  # fmt: skip


def _flip(flip: Flip) -> str:
    return f"{flip.title}：{flip.input_title}由 {flip.before} 到 {flip.after}，为{flip.grade}"


def _notes(simulation: Simulation) -> list[str]:
    before, after = simulation.before, simulation.after
    return [
        f"对照方案：{before}；模拟方案：{after}；数据期：{Period.parse(simulation.period).label}。",
        "模拟结果不改变任何试算或认定结果，不作为认定依据。",
        "用地类和楼宇类园区评定项不同，两类之间按星级比较，不按分数比较。",
        "行动计划的 8、5、3 个是目标，不是名额。",
        "临界：一个项目的一项数据移动一档、其余都不变时，重新计分得到的等次；同类参照值按本次模拟固定。",
    ]
