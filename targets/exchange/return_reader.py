"""What came back in a return's workbook: first whether it is the right file, then every cell with its place.

Each sheet is read as rows of cells that carry their own addresses, so that blank rows and rows of another order
shift nothing. Whatever is not taken is said: a fault at its cell, or a line in `left`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from guandu.core.errors import Invalid
from guandu.core.numbers import to_units
from guandu.core.periods import Period
from guandu.exchange.tables import number_of, plain_title, row_of, whole_sheet
from guandu.exchange.typed import number_typed, text_typed
from guandu.exchange.workbooks import Cell, Sheet, SheetRow
from targets.actions.drafts import LONGEST_REASON
from targets.cell_keys import BASE, CellKey
from targets.enums import LinesKind, RosterStanding, SubjectKind
from targets.exchange import layout
from targets.models import Return
from targets.queries.lines import LineRow, Lines
from targets.queries.sheet import FormCell, SheetCell
from targets.queries.workbooks import IDENTITY, Outgoing, identity_of
from targets.readings import NAMES, Counts, Fault, Place, Reading

HEAD_WITHIN = 20
NOT_OURS = "这不是从门户下载的报送工作簿。请在这张报表的页面下载工作簿，在其中填写后上传。"
NEWER = "这份工作簿的格式版本（{found}）本门户不认识。请重新下载工作簿后填写。"
TWICE = "这一行与第 {row} 行重复，请删去多余的一行"
NO_FIRM = "名录中没有这一行的企业。已入驻的请先在“企业入驻”登记，再更新名录；暂不登记的请并入“其余企业合计”"
MOVED = "代码与名称对不上，可能整行粘贴时错位。请重新下载工作簿核对"


def identity_in(sheets: Sequence[Sheet]) -> dict[str, str]:
    """What the file says of the return that it was made for. Raises Invalid where it says nothing."""
    hidden = next((each for each in sheets if each.name == layout.HIDDEN), None)
    found = {}
    for row in hidden.rows if hidden else ():
        if "A" in row.cells and "B" in row.cells:
            found[row.cells["A"].text] = row.cells["B"].text
    if not all(found.get(key) for key in IDENTITY):
        raise Invalid(NOT_OURS)
    if found.get("format") != layout.FORMAT:
        raise Invalid(NEWER.format(found=found.get("format", "")))
    return found


def refuse_other(said: Mapping[str, str], return_: Return) -> None:
    """Raise Invalid unless the file was made for this return; nothing else of it is read before."""
    wanted = identity_of(return_)
    template = return_.cycle.template
    mine = f"《{template.name}》{_period(wanted)}"
    if said["template"] != wanted["template"]:
        if said["template"] in _series(template):
            raise Invalid(f"这份工作簿用的不是{mine}的模板版本，本期用第 {template.number} 版。请重新下载工作簿，把数据填到新表里。")
        raise Invalid(f"这份工作簿不是《{template.name}》的，没有读取。请上传从本页下载的工作簿。")
    if said["period"] != wanted["period"]:
        raise Invalid(f"这份工作簿是{_period(said)}的，本页是{_period(wanted)}，没有读取。请核对报告期。")
    if (said["kind"], said["subject"]) != (wanted["kind"], wanted["subject"]):
        raise Invalid(f"这份工作簿是其他单位的，本页是“{return_.subject_name}”，没有读取。请上传本单位的工作簿。")


def read_return(sheets: Sequence[Sheet], out: Outgoing, said: Mapping[str, str]) -> Reading:
    """The file's cells for the return that it was made for. Raises Invalid where its tables are not there."""
    parts = [_Main(whole_sheet(sheets, layout.MAIN), out)]
    if out.sheet.lines:
        kind = out.return_.cycle.template.lines_kind
        parts.append(_LineTable(whole_sheet(sheets, layout.LINES[kind]), out, out.sheet.lines))
    read = [part.read() for part in parts]
    known = {part.sheet.name for part in parts} | layout.OURS
    others = [each.name for each in sheets if each.name not in known and any(row.cells for row in each.rows)]
    left = [f"工作表“{name}”不在模板内，没有读取" for name in others]
    counter = said.get("counter", "")
    same = said.get("version") == str(out.sheet.version.number)
    return Reading(
        cells={key: text for each in read for key, text in each.cells.items()},
        base={key: text for each in read for key, text in each.base.items()},
        reasons={key: text for each in read for key, text in each.reasons.items()},
        faults=tuple(sorted(fault for each in read for fault in each.faults)),
        counts=sum((each.counts for each in read), Counts()),
        places={key: place for each in read for key, place in each.places.items()},
        left=tuple(line for each in read for line in each.left) + tuple(left),
        names=read[0].names,
        # A draft that was made anew since has another history of changes.
        counter=int(counter) if same and counter.isdecimal() else None,
    )


@dataclass
class _Found:
    """The columns of a table: title → letters; the number of the row of its head."""

    row: int
    letters: dict[str, str]


class _Table:
    """One sheet with a head and rows below it. A subclass names the titles that must be there and reads a row."""

    titles: tuple[str, ...] = ()

    def __init__(self, sheet: Sheet, out: Outgoing) -> None:
        self.sheet, self.out = sheet, out
        self.cells: dict[str, str] = {}
        self.base: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self.faults: list[Fault] = []
        self.left: list[str] = []
        self.names: dict[str, str] = {}
        self.known: dict[str, int] = {}

    def read(self) -> Reading:
        head = self._head()
        self.letters = head.letters
        self._refuse_hidden()
        self._names(head.row)
        below = [row for row in self.sheet.rows if row.number > head.row]
        filled = [row for row in below if self._is_filled(row)]
        self._merged(head.row, filled)
        for row in filled:
            if row.hidden:
                self._fault(row, "", "整行", "这一行被隐藏，请取消隐藏后核对")
            self._read_row(row)
        self._absent(below)
        wrong = len({fault.place.row for fault in self.faults} & {row.number for row in filled})
        counts = Counts(len(below), len(filled) - wrong, wrong, len(below) - len(filled))
        return Reading(
            self.cells, self.base, self.reasons, tuple(self.faults), counts, self.places, tuple(self.left), self.names
        )

    def _head(self) -> _Found:
        wanted = {plain_title(title): title for title in self.titles}
        for row in self.sheet.rows[:HEAD_WITHIN]:
            texts = [(plain_title(cell.text), letters) for letters, cell in row.cells.items()]
            found = [(wanted[text], letters) for text, letters in texts if text in wanted]
            if plain_title(layout.CODE) not in dict(texts):
                continue
            twice = [title for title, _ in found if sum(title == each for each, _ in found) > 1]
            if twice:
                raise Invalid(f"工作表“{self.sheet.name}”的表头“{twice[0]}”重复。请用下载的工作簿，不改动表头。")
            missing = [title for title in self.titles if title not in dict(found)]
            if missing:
                raise Invalid(f"工作表“{self.sheet.name}”的表头缺少：{'、'.join(missing)}。请用下载的工作簿，不改动表头。")
            return _Found(row.number, dict(found))
        raise Invalid(f"工作表“{self.sheet.name}”中没有找到表头。请用下载的工作簿，不改动表头。")

    def _refuse_hidden(self) -> None:
        numbers = {number_of(letters): letters for letters in self.letters.values()}
        hidden = [
            numbers[n] for n in sorted(numbers) if any(first <= n <= last for first, last in self.sheet.hidden_columns)
        ]
        if hidden:
            raise Invalid(f"工作表“{self.sheet.name}”的 {'、'.join(hidden)} 列被隐藏。请取消隐藏，核对后再上传。")

    def _names(self, head: int) -> None:
        labels = {label: key for key, label in NAMES.items()}
        for row in self.sheet.rows:
            if row.number >= head:
                return
            line = sorted(row.cells.items(), key=lambda each: number_of(each[0]))
            for (letters, cell), (beside, value) in zip(line, line[1:], strict=False):
                key = labels.get(plain_title(cell.text))
                if key and number_of(beside) == number_of(letters) + 1 and plain_title(value.text) not in labels:
                    self.names[key] = " ".join(value.text.split())[:40]

    def _merged(self, head: int, filled: list[SheetRow]) -> None:
        for ref in self.sheet.merged:
            first, _, last = ref.partition(":")
            top, bottom = row_of(first), row_of(last or first)
            for row in filled:
                if max(top, head + 1) <= row.number <= bottom:
                    self._fault(row, "", "整行", f"请取消合并单元格 {ref}，每格分别填写", address=first)

    def _is_filled(self, row: SheetRow) -> bool:
        return any(cell.text.strip() or cell.kind in {"formula", "error"} for cell in row.cells.values())

    def _cell(self, row: SheetRow, title: str) -> Cell | None:
        return row.cells.get(self.letters[title])

    def _text(self, row: SheetRow, title: str) -> str:
        cell = self._cell(row, title)
        return " ".join(cell.text.split()) if cell else ""

    def _place(self, row: SheetRow, title: str) -> Place:
        return Place(self.sheet.name, row.number, f"{self.letters[title]}{row.number}")

    def _fault(self, row: SheetRow, key: str, label: str, sentence: str, *, address: str = "", typed: str = "") -> None:
        self.faults.append(Fault(Place(self.sheet.name, row.number, address or f"第{row.number}行"), label, sentence, key, typed))

    def _number(self, row: SheetRow, title: str, key: str, form: FormCell, label: str) -> None:
        """Take the number in the column `title` for the cell `key` of the return."""
        place, cell = self._place(row, title), self._cell(row, title)
        self.places[key] = place
        try:
            number = number_typed(cell, form.unit)
            if number is not None:
                to_units(number, form.scale)
        except Invalid as wrong:
            typed = cell.text.strip()[:60] if cell else ""
            self._fault(row, key, label, wrong.message.removesuffix("。"), address=place.address, typed=typed)
            return
        text = "" if number is None else f"{number:f}"
        if CellKey.parse(key).is_base:
            self.base[key.removesuffix(BASE)] = text
        else:
            self.cells[key] = text

    def _reason(self, row: SheetRow, title: str, key: str, label: str) -> None:
        place = self._place(row, title)
        try:
            text = text_typed(self._cell(row, title))
            if len(text) > LONGEST_REASON:
                raise Invalid(f"说明最长 {LONGEST_REASON} 字，现有 {len(text)} 字，请精简")
        except Invalid as wrong:
            self._fault(row, "", f"{label}的说明", wrong.message.removesuffix("。"), address=place.address)
            return
        self.reasons[key] = text

    def _refuse_twice(self, row: SheetRow, code: str) -> bool:
        if code in self.known:
            place = self._place(row, layout.CODE)
            self._fault(row, "", code, TWICE.format(row=self.known[code]), address=place.address)
            return True
        self.known[code] = row.number
        return False

    def _elsewhere(self, row: SheetRow) -> None:
        """What stands in the row beside the table is not read, and that is said."""
        known = set(self.letters.values())
        for letters, cell in row.cells.items():
            if letters not in known and cell.text.strip():
                self.left.append(f"{self.sheet.name}!{cell.address} 不在模板内，没有读取")

    def _read_row(self, row: SheetRow) -> None:
        raise NotImplementedError

    def _absent(self, below: list[SheetRow]) -> None:
        raise NotImplementedError


class _Main(_Table):
    """The return's own cells, one a row."""

    titles = (
        layout.CODE, layout.SECTION, layout.NAME, layout.UNIT, layout.VALUE, layout.BASE, layout.LAST, layout.REASON,
        layout.NOTE,
    )  # fmt: skip

    def _read_row(self, row: SheetRow) -> None:
        self._elsewhere(row)
        code = self._text(row, layout.CODE)
        cell = {each.form.code: each for each in self.out.sheet.cells}.get(code)
        if cell is None:
            said = f"本表没有代码“{code[:20]}”" if code else "这一行没有代码，不属于本表"
            place = self._place(row, layout.CODE)
            self._fault(row, "", code[:20] or "整行", f"{said}，请移走其中的内容", address=place.address)
            return
        if self._refuse_twice(row, code):
            return
        if plain_title(self._text(row, layout.NAME)) != plain_title(cell.form.name):
            self._fault(row, code, cell.form.name, MOVED, address=self._place(row, layout.NAME).address)
            return
        if cell.settled:
            self._settled(row, cell)
            return
        self._number(row, layout.VALUE, code, cell.form, cell.form.name)
        if cell.form.asks_base:
            self._number(row, layout.BASE, code + BASE, cell.form, f"{cell.form.name}（上年同期可比数）")
        elif self._text(row, layout.BASE):
            self.left.append(f"{self._place(row, layout.BASE)} 本项不填上年同期可比数，没有读取")
        self._reason(row, layout.REASON, code, cell.form.name)

    def _settled(self, row: SheetRow, cell: SheetCell) -> None:
        """What is 核定 is no matter of the file; that it says otherwise is told."""
        try:
            same = number_typed(self._cell(row, layout.VALUE), cell.form.unit) == cell.value
        except Invalid:
            same = False
        if not same:
            self.left.append(f"{self._place(row, layout.VALUE)} {cell.form.name}已核定锁定，不在本次数据订正之内，没有读取")

    def _absent(self, below: list[SheetRow]) -> None:
        gone = [cell for cell in self.out.sheet.cells if cell.form.code not in self.known and not cell.settled]
        for cell in gone:
            place = Place(self.sheet.name, 0, "整表")
            said = f"文件中没有“{cell.form.name}”这一行。请用下载的工作簿，不删行"
            self.faults.append(Fault(place, cell.form.name, said))


class _LineTable(_Table):
    """Firms or parks, one a row, an indicator in two or three columns."""

    def __init__(self, sheet: Sheet, out: Outgoing, lines: Lines) -> None:
        super().__init__(sheet, out)
        self.lines = lines
        self.rows: dict[str, LineRow] = {row.code: row for row in lines.rows}
        self.of_firms = out.return_.cycle.template.lines_kind == LinesKind.FIRM
        columns = [title for form in lines.form for title in self._columns(form)]
        own = (layout.CREDIT, layout.STANDING) if self.of_firms else ()
        self.titles = (layout.CODE, layout.LINE_NAME, *own, *columns)

    def _columns(self, form: FormCell) -> Iterator[str]:
        yield layout.column_of(form.name, form.unit)
        if self.out.shows_last:
            yield layout.last_of(form.name)
        yield layout.reason_of(form.name)

    def _read_row(self, row: SheetRow) -> None:
        self._elsewhere(row)
        code, name = self._text(row, layout.CODE), self._text(row, layout.LINE_NAME)
        line = self.rows.get(code)
        if line is None:
            self._fault(row, "", name or code or "整行", NO_FIRM if self.of_firms else "名单中没有这一行，请移走其中的内容",
                        address=self._place(row, layout.CODE).address)  # fmt: skip
            return
        if self._refuse_twice(row, code):
            return
        if plain_title(name) != plain_title(line.name):
            self._fault(row, "", line.name, MOVED, address=self._place(row, layout.LINE_NAME).address)
            return
        if code in self.out.hidden:
            return
        if self.of_firms and line.kind == SubjectKind.FIRM:
            self._standing(row, line)
        for form, cell in zip(self.lines.form, line.cells, strict=True):
            if not cell.settled:
                label = f"{line.name}：{form.name}"
                self._number(row, layout.column_of(form.name, form.unit), cell.key, form, label)
                self._reason(row, layout.reason_of(form.name), cell.key, label)

    def _standing(self, row: SheetRow, line: LineRow) -> None:
        said = self._text(row, layout.STANDING)
        if said == line.standing:
            return
        place = self._place(row, layout.STANDING)
        if said not in RosterStanding.labels:
            choices = "、".join(RosterStanding.labels)
            self._fault(row, "", f"{line.name}：{layout.STANDING}", f"“{said[:20]}”不在可选范围内，可填：{choices}", address=place.address)
            return
        self.left.append(f"{place} {line.name}填“{said}”，登记册记为“{line.standing}”：请在“企业入驻”中登记变动，再更新名录")

    def _absent(self, below: list[SheetRow]) -> None:
        gone = [row for code, row in self.rows.items() if code not in self.known and code not in self.out.hidden]
        for row in gone:
            place = Place(self.sheet.name, 0, "整表")
            said = f"文件中没有“{row.name}”这一行。请用下载的工作簿，不删行；不再在园的请在“企业入驻”登记"
            self.faults.append(Fault(place, row.name, said))


def _period(said: Mapping[str, str]) -> str:
    try:
        return Period.parse(said["period"]).label
    except Invalid:
        return "其他报告期"


def _series(template) -> set[str]:
    return set(type(template).objects.filter(series=template.series).values_list("code", flat=True))

