"""A scheme as a workbook and back: both forms hold the same tree, so both load to the same scheme."""

import json
import re
from collections.abc import Iterator, Mapping as Dictionary
from dataclasses import dataclass
from io import BytesIO

from guandu.core.errors import Invalid
from guandu.exchange.workbooks import Cell, Sheet, SheetRow, read_workbook
from guandu.exchange.writer import PLAIN
from rating.engine import Scheme, SchemeError, scheme_of
from rating.engine.tree import Mapping, Scalar, Sequence, Tree, read_tree
from rating.exchange.scheme_layout import HEAD, HEAD_ROWS, PARENT, SHEETS, Column, Layout

LARGEST_ROW = 10_000
UNREADABLE = {"formula": "含有没有算出的公式，请粘贴为数值", "error": "是错误值"}
_PLAIN_WORD = re.compile(r"[A-Za-z_][\w.\-]*|[\u4e00-\u9fff][\w\u4e00-\u9fff]*|-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class CellError:
    """What is wrong, and where an official finds it: 评分项!H12."""

    place: str
    message: str


class WorkbookError(Exception):
    """A workbook that is not a scheme; `errors` lists everything found."""

    def __init__(self, errors: list[CellError]):
        super().__init__("\n".join(f"{error.place}：{error.message}" for error in errors))
        self.errors = errors


def load_workbook(data: bytes, name: str = "") -> Scheme:
    """The scheme in the workbook. Raises WorkbookError, and Invalid for a file that is no workbook."""
    places = _Places()
    tree = _tree(read_workbook(data, name), places)
    if places.errors:
        raise WorkbookError(places.errors)
    try:
        return scheme_of(tree)
    except SchemeError as error:
        raise WorkbookError([CellError(places.name(p.line), p.message) for p in error.problems]) from None


def text_of_workbook(data: bytes, name: str = "") -> str:
    """The same scheme as the text of a file, once it has been found right."""
    load_workbook(data, name)
    return json.dumps(_plain(_tree(read_workbook(data, name), _Places())), ensure_ascii=False, indent=1)


class _Places:
    """The engine counts lines; here a line is a cell."""

    def __init__(self) -> None:
        self.known: list[str] = ["工作簿"]
        self.errors: list[CellError] = []

    def line(self, sheet: str, address: str) -> int:
        self.known.append(f"{sheet}!{address}")
        return len(self.known) - 1

    def name(self, line: int) -> str:
        return self.known[line] if 0 <= line < len(self.known) else self.known[0]

    def fail(self, sheet: str, address: str, message: str) -> None:
        self.errors.append(CellError(f"{sheet}!{address}" if address else sheet, message))


# From the workbook


def _tree(sheets: tuple[Sheet, ...], places: _Places) -> Mapping:
    named = {sheet.name.strip(): sheet for sheet in sheets}
    for strange in named.keys() - {HEAD, *(layout.sheet for layout in SHEETS)}:
        places.fail(strange, "", "不认识的工作表")
    top = _head(named.get(HEAD), places)
    for layout in SHEETS:
        sheet = named.get(layout.sheet)
        if sheet is None:
            if layout.needed:
                places.fail(layout.sheet, "", "缺少这张工作表")
            continue
        rows = list(_rows(sheet, layout, places))
        if rows:
            _put(top, layout.section, _section(layout, rows, places), places.line(layout.sheet, "A1"))
    return top


def _head(sheet: Sheet | None, places: _Places) -> Mapping:
    top = Mapping(0, {}, {})
    if sheet is None:
        places.fail(HEAD, "", "缺少这张工作表")
        return top
    nested = {path: is_nested for path, _, is_nested in HEAD_ROWS}
    for row in sheet.rows[1:]:
        key, value = row.cells.get("A"), row.cells.get("C")
        if key is None or value is None or not value.text.strip():
            continue
        path = key.text.strip()
        if path not in nested:
            places.fail(HEAD, key.address, f"不认识的项目“{path}”")
            continue
        line = places.line(HEAD, value.address)
        found = _value(value, nested[path], line, HEAD, places)
        if found is not None:
            _put(top, path, found, line)
    return top


def _put(top: Mapping, path: str, value: Tree, line: int) -> None:
    """Set a value by its path; what is on the way is made."""
    *way, last = path.split(".")
    at = top
    for key in way:
        if key not in at.entries:
            at.entries[key] = Mapping(line, {}, {})
            at.key_lines[key] = line
        inner = at.entries[key]
        assert isinstance(inner, Mapping)
        at = inner
    at.entries[last] = value
    at.key_lines[last] = line


@dataclass(frozen=True)
class _Row:
    line: int
    address: str
    values: dict[str, Tree]
    lines: dict[str, int]

    def text(self, key: str) -> str:
        found = self.values.get(key)
        return found.text.strip() if isinstance(found, Scalar) else ""

    def without(self, *keys: str) -> Mapping:
        values = {key: value for key, value in self.values.items() if key not in keys}
        return Mapping(self.line, values, {key: self.lines[key] for key in values})


def _rows(sheet: Sheet, layout: Layout, places: _Places) -> Iterator[_Row]:
    if len(sheet.rows) > LARGEST_ROW:
        raise Invalid(f"工作表“{sheet.name}”超过 {LARGEST_ROW} 行。")
    header, *body = sheet.rows or (SheetRow(1, False),)
    columns = _columns(header, layout, places)
    for row in body:
        values: dict[str, Tree] = {}
        lines: dict[str, int] = {}
        for letters, cell in row.cells.items():
            column = columns.get(letters)
            if column is None:
                if cell.text.strip():
                    places.fail(layout.sheet, cell.address, "所在的列没有表头")
                continue
            line = places.line(layout.sheet, cell.address)
            found = _value(cell, column.nested, line, layout.sheet, places)
            if found is not None:
                values[column.key], lines[column.key] = found, line
        if values:
            address = f"A{row.number}"
            yield _Row(places.line(layout.sheet, address), address, values, lines)


def _columns(header: SheetRow, layout: Layout, places: _Places) -> dict[str, Column]:
    known = {column.title: column for column in layout.columns} | {
        column.key: column for column in layout.columns
    }
    found: dict[str, Column] = {}
    for letters, cell in header.cells.items():
        title = cell.text.strip()
        if title in known and known[title] not in found.values():
            found[letters] = known[title]
        elif title:
            places.fail(
                layout.sheet,
                cell.address,
                f"不认识的列“{title}”" if title not in known else f"列“{title}”重复",
            )
    return found


def _value(cell: Cell, nested: bool, line: int, sheet: str, places: _Places) -> Tree | None:
    if cell.kind in UNREADABLE:
        places.fail(sheet, cell.address, UNREADABLE[cell.kind])
        return None
    text = cell.text.strip()
    if not text:
        return None
    if cell.kind == "flag":
        return Scalar(line, {"是": "true", "否": "false"}.get(text, text.lower()), null=False)
    if not nested or text[0] not in "{[":
        return Scalar(line, text, null=False)
    try:
        return _moved(read_tree(text), line)
    except SchemeError as error:
        places.fail(sheet, cell.address, "；".join(problem.message for problem in error.problems))
        return None


def _moved(tree: Tree, line: int) -> Tree:
    """The tree of one cell: everything in it stands where the cell does."""
    if isinstance(tree, Scalar):
        return Scalar(line, tree.text, tree.null)
    if isinstance(tree, Sequence):
        return Sequence(line, tuple(_moved(each, line) for each in tree.items))
    return Mapping(
        line,
        {key: _moved(value, line) for key, value in tree.entries.items()},
        dict.fromkeys(tree.entries, line),
    )


def _section(layout: Layout, rows: list[_Row], places: _Places) -> Tree:
    line = rows[0].line
    if layout.section == "groups":
        return _nodes(rows, line, places)
    if not layout.keyed:
        return Sequence(line, tuple(row.without() for row in rows))
    found = Mapping(line, {}, {})
    for row in rows:
        code = row.text("code")
        if not code:
            places.fail(layout.sheet, row.address, "没有填写代码")
        elif code in found.entries:
            places.fail(layout.sheet, row.address, f"代码“{code}”重复")
        else:
            found.entries[code], found.key_lines[code] = row.without("code"), row.line
    return found


def _nodes(rows: list[_Row], line: int, places: _Places) -> Sequence:
    """Rows become the tree by the code of the parent; a parent stands anywhere in the sheet."""
    codes = {row.text("code") for row in rows}
    children: dict[str, list[_Row]] = {}
    for row in rows:
        parent = row.text(PARENT.key)
        if parent and parent not in codes:
            places.fail("评分项", row.address, f"上级“{parent}”不在本表中")
        children.setdefault(parent, []).append(row)

    placed: set[str] = set()

    def node(row: _Row) -> Mapping:
        placed.add(row.address)
        made = row.without(PARENT.key)
        below = [node(each) for each in children.get(row.text("code"), []) if each.address not in placed]
        if below:
            made.entries["items"], made.key_lines["items"] = Sequence(row.line, tuple(below)), row.line
        return made

    top = tuple(node(row) for row in children.get("", []))
    for row in rows:
        if row.address not in placed and not places.errors:
            places.fail("评分项", row.address, "的上级绕成了圈")
    return Sequence(line, top)


def _plain(tree: Tree) -> object:
    if isinstance(tree, Mapping):
        return {key: _plain(value) for key, value in tree.entries.items()}
    if isinstance(tree, Sequence):
        return [_plain(each) for each in tree.items]
    return None if tree.null else tree.text


# To the workbook


def write_scheme(text: str | bytes) -> bytes:
    """The workbook of a scheme file. SchemeError when the text is not one."""
    import xlsxwriter  # reason: heavy, needed by few

    tree = read_tree(text)
    scheme_of(tree)
    assert isinstance(tree, Mapping)
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    head = book.add_format({"bold": 1, "bg_color": "#DCE6F1", "border": 1, "valign": "vcenter"})
    body = book.add_format({"num_format": "@", "valign": "top", "text_wrap": 1})
    _write(book, HEAD, ("项目", "说明", "内容"), (30, 18, 80), _head_cells(tree), head, body)
    for layout in SHEETS:
        titles = tuple(column.title for column in layout.columns)
        widths = tuple(column.width for column in layout.columns)
        _write(book, layout.sheet, titles, widths, _cells(layout, _at(tree, layout.section)), head, body)
    book.close()
    return stream.getvalue()


def _write(book, name: str, titles, widths, rows: list[list[str]], head, body) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, (title, width) in enumerate(zip(titles, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, title, head)
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(row):
            if text:
                sheet.write_string(number, place, text, body)


def _at(tree: Tree, path: str) -> Tree | None:
    found: Tree | None = tree
    for key in path.split("."):
        found = found.entries.get(key) if isinstance(found, Mapping) else None
    return found


def _head_cells(tree: Mapping) -> list[list[str]]:
    return [[path, words, flow(_at(tree, path))] for path, words, _ in HEAD_ROWS]


def _cells(layout: Layout, section: Tree | None) -> list[list[str]]:
    if section is None:
        return []
    if isinstance(section, Mapping):
        rows = [({"code": code, **_scalars(row)}) for code, row in section.entries.items()]
    elif layout.section == "groups":
        rows = list(_node_rows(section, ""))
    else:
        assert isinstance(section, Sequence)
        rows = [_scalars(row) for row in section.items]
    return [[row.get(column.key, "") for column in layout.columns] for row in rows]


def _node_rows(section: Tree, parent: str) -> Iterator[dict[str, str]]:
    assert isinstance(section, Sequence)
    for node in section.items:
        row = _scalars(node)
        yield {PARENT.key: parent, **row}
        assert isinstance(node, Mapping)
        if "items" in node.entries:
            yield from _node_rows(node.entries["items"], row["code"])


def _scalars(row: Tree) -> Dictionary[str, str]:
    assert isinstance(row, Mapping)
    return {key: flow(value) for key, value in row.entries.items() if key != "items"}


def flow(tree: Tree | None) -> str:
    """A tree on one line, as it could stand in the file; a plain value as it is."""
    if tree is None:
        return ""
    return tree.text if isinstance(tree, Scalar) else _inner(tree)


def _inner(tree: Tree) -> str:
    if isinstance(tree, Scalar):
        return "null" if tree.null else _word(tree.text)
    if isinstance(tree, Sequence):
        return f"[{', '.join(map(_inner, tree.items))}]"
    return "{" + ", ".join(f"{_word(key)}: {_inner(value)}" for key, value in tree.entries.items()) + "}"


def _word(text: str) -> str:
    plain = _PLAIN_WORD.fullmatch(text) and text not in (
        "null",
        "Null",
        "NULL",
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
    )
    return text if plain or text in ("true", "false") else json.dumps(text, ensure_ascii=False)
