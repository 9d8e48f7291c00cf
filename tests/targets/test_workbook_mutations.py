"""A good workbook made wrong in ways that nobody thought of: an exact report or a whole refusal, nothing lost unseen.

An independent reader (openpyxl) says what stands in the file's cells; whatever it finds in a row or a column to be
filled in must be among what was read, what was refused with its place, or what was left with a word.
"""

import random
from io import BytesIO

import openpyxl
import pytest
from openpyxl.cell.cell import MergedCell

from guandu.core.errors import Invalid
from guandu.core.numbers import parse_decimal
from guandu.exchange.workbooks import read_workbook
from targets.exchange.return_reader import identity_in, read_return
from targets.queries.workbooks import Outgoing, outgoing
from targets.readings import Reading
from tests.targets.test_lines import firm_cast
from tests.targets.workbooks import filled_in, fresh, taken_out

pytestmark = pytest.mark.django_db
TABLES = {"填报": (4, "EFH"), "企业明细": (3, "EG")}
SHORT, LONG = 60, 1000


def base_file() -> tuple[bytes, Outgoing]:
    cast = firm_cast(12)
    return_ = cast.draft()
    cells = {f"企业明细!E{row}": row * 1.5 for row in range(4, 17)} | {f"企业明细!G{row}": f"说明{row}" for row in (5, 9)}
    cells |= {"填报!E5": 30, "填报!E6": 4, "填报!E7": 100, "填报!E8": 1234.56, "填报!F8": 1000, "填报!H5": "扩产"}
    return filled_in(taken_out(return_, cast.operator), cells), outgoing(fresh(return_), cast.operator)


def truncated(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def flipped(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 20))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def put(cell, value) -> None:
    """Under a merged cell there is nothing to be written to."""
    if not isinstance(cell, MergedCell):
        cell.value = value


def moved(sheet, dice: random.Random) -> None:
    first, letters = TABLES[sheet.title]
    one, two = (f"{dice.choice('ABCDEFGHIJ')}{dice.randrange(first, first + 16)}" for _ in range(2))
    put(sheet[two], sheet[one].value)
    put(sheet[one], None)


def blanked(sheet, dice: random.Random) -> None:
    row = dice.randrange(TABLES[sheet.title][0], TABLES[sheet.title][0] + 14)
    if dice.random() < 0.5:
        for place in range(1, 10):
            put(sheet.cell(row, place), None)
    else:
        getattr(sheet, dice.choice(("insert_rows", "delete_rows")))(row, dice.choice((1, 2)))


ODD = (
    "不详", "１２３", "1,234", "12%", "12亿元", "=1+1", "=SUM(E1:E3)", True, None, "", " ", "2026-09-30", -5, 10**30, 0.1 + 0.2,
    1e-9, "'5", "—", "3.14159265", "\u200b7", "A\nB", "1e5",
)  # fmt: skip


def retyped(sheet, dice: random.Random) -> None:
    first, letters = TABLES[sheet.title]
    put(sheet[f"{dice.choice(letters)}{dice.randrange(first, first + 16)}"], dice.choice(ODD))


def hidden(sheet, dice: random.Random) -> None:
    if dice.random() < 0.5:
        sheet.row_dimensions[dice.randrange(4, 16)].hidden = True
    else:
        sheet.merge_cells(f"E{dice.randrange(4, 9)}:E{dice.randrange(9, 14)}")


def mutated(data: bytes, dice: random.Random) -> bytes:
    kind = dice.random()
    if kind < 0.15:
        return truncated(data, dice)
    if kind < 0.4:
        return flipped(data, dice)

    def change(book) -> None:
        for _ in range(dice.choice((1, 1, 2, 5))):
            dice.choice((moved, blanked, retyped, retyped, hidden))(book[dice.choice(list(TABLES))], dice)

    return filled_in(data, change=change)


def outcome(data: bytes, out: Outgoing) -> Reading | None:
    """What was read; None where the file was refused whole, in a sentence."""
    try:
        sheets = read_workbook(data, "a.xlsx")
        return read_return(sheets, out, identity_in(sheets))
    except Invalid as refused:
        assert refused.message
        return None


def lost(data: bytes, reading: Reading) -> list[str]:
    """Cells that hold something and of which nothing is said."""
    counts = reading.counts
    assert counts.seen == counts.accepted + counts.rejected + counts.blank
    book = openpyxl.load_workbook(BytesIO(data))
    told = {str(fault.place) for fault in reading.faults} | {line.split(" ")[0] for line in reading.left}
    whole = {(fault.place.sheet, fault.place.row) for fault in reading.faults if not fault.key}
    read = {str(place): key for key, place in reading.places.items()}
    found = []
    for title, (first, letters) in TABLES.items():
        for row in book[title].iter_rows(min_row=first + 1):
            for cell in row:
                place = f"{title}!{cell.coordinate}"
                if cell.value is None or not str(cell.value).strip() or cell.column_letter not in letters:
                    continue
                if place in told or (title, cell.row) in whole or says_so(reading, read.get(place), cell.value):
                    continue
                if cell.column_letter in "GH" and str(cell.value).split() in [text.split() for text in reading.reasons.values()]:
                    continue
                found.append(f"{place} {cell.value!r}")
    return found


def says_so(reading: Reading, key: str | None, value) -> bool:
    """Whether the number that was read is the one that stands there."""
    if key is None:
        return False
    text = reading.base.get(key.removesuffix(":base")) if key.endswith(":base") else reading.cells.get(key)
    if text is None:
        return False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return text != "" and float(text) == float(value)
    try:
        typed = parse_decimal("".join(str(value).split()))
    except Invalid:
        return False
    return typed is None or parse_decimal(text) == typed


def walk(count: int, seed: int) -> dict[str, int]:
    data, out = base_file()
    good = outcome(data, out)
    assert good.is_fine
    assert lost(data, good) == []
    dice, told = random.Random(seed), {"refused": 0, "faults": 0, "read": 0}
    for number in range(count):
        state = dice.getstate()
        spoilt = mutated(data, dice)
        reading = outcome(spoilt, out)
        if reading is None:
            told["refused"] += 1
            continue
        told["faults" if reading.faults else "read"] += 1
        try:
            missing = lost(spoilt, reading)
        except Exception as error:
            # The independent reader gives up: then the file may differ only in what carries no data.
            assert (reading.cells, reading.base, reading.reasons) == (good.cells, good.base, good.reasons), (number, error, state)
            continue
        assert missing == [], (number, missing)
    return told


@pytest.mark.feature("B14")
@pytest.mark.feature("B18")
def test_a_spoilt_workbook_is_reported_exactly_or_refused_whole(prove_figure):
    told = walk(SHORT, seed=6)
    assert all(told.values()), told
    prove_figure("spoilt workbooks", sum(told.values()))


@pytest.mark.prove
def test_a_thousand_spoilt_workbooks_are_reported_exactly_or_refused_whole(prove_figure):
    told = walk(LONG, seed=2026)
    for name, count in told.items():
        prove_figure(f"a thousand spoilt workbooks, {name}", count)
