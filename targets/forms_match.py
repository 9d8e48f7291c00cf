"""The workbook of 名单比对: the rosters as they go out to a bureau, and what comes back in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from django import forms
from django.core.signing import Signer

from guandu.core.digests import spelt
from guandu.core.errors import Invalid
from guandu.core.numbers import to_units
from guandu.core.periods import Period
from guandu.exchange.tables import Column, Fault, Reading, Record, read_table
from guandu.exchange.typed import number_typed
from guandu.exchange.workbooks import Cell, Sheet, read_workbook
from guandu.exchange.writer import PLAIN, WrittenColumn, write_header
from guandu.files.forms import AttachedFileField
from guandu.files.kinds import XLSX
from targets.models import Return
from targets.queries.match_rosters import Fed, Issued, ParkRoster, RosterFirm, issued_of
from targets.queries.sheet import FormCell, form_of

FIRMS, PENDING, FEEDBACK, MARK, NOTES = "企业名单", "代码待核", "汇总回填", "名单校验", "填写说明"
KIND = "名单比对"
OURS = {FIRMS, PENDING, FEEDBACK, MARK, NOTES}
FIRM_COLUMNS = (
    ("园区编码", 12), ("园区", 26), ("统一社会信用代码", 24), ("企业名称", 40), ("在园自", 13), ("在园至", 13),
)  # fmt: skip
LAST = "F"  # the letter of the last of FIRM_COLUMNS
MOST_PARKS, LONGEST_REASON = 500, 300
COUNTED, COUNTS = "户", {"matched": "匹配户数", "unmatched": "未匹配户数"}
_SIGNER = Signer(salt="targets.roster")

NO_FIRMS = (
    "工作表“{sheet}”的 {address} 有逐户数据。企业的税收、进出口等数据不得逐户提供和转交，"
    "这里只收各园区的户数和汇总数。请删去后再上传。"
)
NOT_OURS = "这不是从名单比对页下载的文件，或者其中的“名单校验”表已被删改。请重新下载名单，在“汇总回填”表中填写。"


@dataclass(frozen=True)
class Filled:
    """An uploaded workbook that is the right one: rows, what the rosters were, every fault with its cell."""

    rows: tuple[Fed, ...]
    issued: Mapping[str, Issued]
    faults: tuple[str, ...]
    blank: tuple[str, ...]  # names of parks of which nothing was said


class PurposeForm(forms.Form):
    """What the rosters are taken out for; the action says how many words that needs."""

    purpose = forms.CharField(
        label="用途",
        max_length=100,
        required=False,
        help_text="4 至 100 个字；用途和导出人记入审计，并印在文件上",
        widget=forms.TextInput(attrs={"class": "form-control", "placeholder": "例如：三季度税收名单比对"}),
    )


class MatchForm(forms.Form):
    """The filled workbook; why, where rosters have moved since it was taken out."""

    file = AttachedFileField((XLSX,), label="填好的文件")
    reason = forms.CharField(
        label="名单有变动仍按原名单办理的理由",
        required=False,
        max_length=LONGEST_REASON,
        help_text="名单下载后没有变动的不用填",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    counter = forms.CharField(required=False, widget=forms.HiddenInput)


def line_cells(return_: Return) -> list[FormCell]:
    """The numbers asked of each park."""
    return [cell for cell in form_of(return_) if cell.of_lines]


def _columns(cells: Sequence[FormCell]) -> list[Column]:
    fixed = [
        Column("park", "园区编码", required=True, longest=40),
        Column("name", "园区", longest=120),
        Column("listed", "名单户数"),
        Column("pending", "代码待核户数", optional=True),
        Column("matched", "匹配户数"),
        Column("unmatched", "未匹配户数"),
    ]
    return fixed + [Column(cell.code, f"{cell.name}（{cell.unit}）") for cell in cells]


def write_rosters(return_: Return, rosters: Mapping[str, ParkRoster], mark: str) -> bytes:
    """The workbook for the bureau; `mark` says who took it out, when and what for."""
    import xlsxwriter  # reason: heavy, needed by few pages

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    cells = line_cells(return_)
    _write_feedback(book, rosters, cells, mark)
    for name, part in ((FIRMS, "firms"), (PENDING, "pending")):
        rows = [_firm_texts(each, firm) for each in rosters.values() for firm in getattr(each, part)]
        _write_firms(book, name, rows, mark)
    _write_notes(book, return_, mark)
    _write_mark(book, return_, issued_of(rosters))
    book.close()
    return stream.getvalue()


def _firm_texts(park: ParkRoster, firm: RosterFirm) -> tuple[str, ...]:
    return (
        park.code, park.name, firm.credit_code, firm.name, str(firm.since),
        str(firm.until.fromordinal(firm.until.toordinal() - 1)) if firm.until else "至今",
    )  # fmt: skip


def _write_feedback(book, rosters: Mapping[str, ParkRoster], cells: Sequence[FormCell], mark: str) -> None:
    sheet = book.add_worksheet(FEEDBACK)
    sheet.set_footer("&L" + mark.replace("&", "&&")[:200] + "&R&P / &N")
    widths = [12, 30, 11, 13, 11, 12, *(20 for _ in cells)]
    write_header(book, sheet, [WrittenColumn(c.title, w) for c, w in zip(_columns(cells), widths, strict=True)])
    fixed = book.add_format({"bg_color": "#F2F2F2", "border": 1, "text_wrap": 1, "valign": "top"})
    count = book.add_format({"num_format": "0", "locked": 0, "border": 1})
    numbers = [
        book.add_format({"num_format": "#,##0" + ("." + "0" * n if n else ""), "locked": 0, "border": 1})
        for n in (cell.version.display_decimals for cell in cells)
    ]
    for number, each in enumerate(rosters.values(), start=1):
        sheet.write_string(number, 0, each.code, fixed)
        sheet.write_string(number, 1, each.name, fixed)
        sheet.write_number(number, 2, len(each.firms), fixed)
        sheet.write_number(number, 3, len(each.pending), fixed)
        for place, form in enumerate([count, count, *numbers], start=4):
            sheet.write_blank(number, place, None, form)
    if rosters:
        sheet.data_validation(1, 4, len(rosters), 5, {
            "validate": "integer", "criteria": ">=", "value": 0, "input_title": "户数",
            "input_message": "匹配户数与未匹配户数之和等于名单户数",
            "error_title": "请填户数", "error_message": "请填不小于零的整数。",
        })  # fmt: skip
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _write_firms(book, name: str, rows: Sequence[Sequence[str]], mark: str) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_footer("&L" + mark.replace("&", "&&")[:200] + "&R&P / &N")
    sheet.write_string(0, 0, mark, book.add_format({"font_color": "#7A4800", "italic": 1}))
    head = book.add_format({"bold": 1, "bg_color": "#DCE6F1", "border": 1})
    for place, (title, width) in enumerate(FIRM_COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write_string(1, place, title, head)
    text = book.add_format({"num_format": "@"})
    for number, row in enumerate(rows, start=2):
        for place, value in enumerate(row):
            sheet.write_string(number, place, value, text)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})


def _write_notes(book, return_: Return, mark: str) -> None:
    sheet = book.add_worksheet(NOTES)
    wrapped = book.add_format({"text_wrap": 1, "valign": "top"})
    sheet.set_column(0, 0, 90)
    notes = (
        f"{return_.cycle.template.name}，{Period.parse(return_.cycle.period).label}。{mark}",
        f"按“{FIRMS}”表的统一社会信用代码在本部门数据中比对，每个园区的结果填入“{FEEDBACK}”表：匹配户数、未匹配户数，"
        "以及匹配到的企业的合计数。",
        "匹配户数与未匹配户数之和等于名单户数。没有数据的留空，不要填 0；整行没有办理的，整行留空。",
        f"“{PENDING}”表的企业还没有核实代码，只供参考，不计入名单户数。",
        "不要填写任何一户企业的税收、进出口等数据，也不要增加工作表或列：有逐户数据的文件不予接收。",
        "回传时可以删去两张企业名单，只留“汇总回填”和隐藏的“名单校验”。",
        "名单含企业信息，只供本次比对，用后按规定销毁。非涉密系统，严禁存储、处理、传输国家秘密和工作秘密。",
    )
    for number, note in enumerate(notes):
        sheet.write_string(number, 0, note, wrapped)
    sheet.protect()


def _write_mark(book, return_: Return, issued: Mapping[str, Issued]) -> None:
    rows = _marked(return_, issued)
    sheet = book.add_worksheet(MARK)
    for number, row in enumerate([*rows, [_SIGNER.signature(spelt(rows))]]):
        for place, text in enumerate(row):
            sheet.write_string(number, place, text)
    sheet.hide()
    sheet.protect()


def _marked(return_: Return, issued: Mapping[str, Issued]) -> list[list[str]]:
    head = [KIND, str(return_.pk), return_.cycle.template.code, return_.cycle.template.name, return_.cycle.period]
    return [head, *([code, str(x.listed), str(x.pending), x.digest] for code, x in issued.items())]


def read_filled(data: bytes, name: str, return_: Return) -> Filled:
    """The workbook `data` for `return_`. Raises Invalid when it is not one, not this one, or holds firms' data."""
    sheets = read_workbook(data, name)
    issued = _issued(sheets, return_)
    _refuse_firms(sheets)
    cells = line_cells(return_)
    table = read_table(sheets, FEEDBACK, _columns(cells), most=MOST_PARKS)
    typed = {cell.address: cell for sheet in sheets if sheet.name == FEEDBACK for row in sheet.rows for cell in row.cells.values()}
    return _filled(table, cells, issued, typed)


def _issued(sheets: Sequence[Sheet], return_: Return) -> dict[str, Issued]:
    """What the hidden sheet says, if it says it of this return."""
    sheet = next((each for each in sheets if each.name == MARK), None)
    found = [[cell.text for cell in row.cells.values()] for row in sheet.rows if row.cells] if sheet else []
    if len(found) < 2 or found[0][:1] != [KIND] or found[-1] != [_SIGNER.signature(spelt(found[:-1]))]:
        raise Invalid(NOT_OURS)
    _, key, code, form, period = found[0]
    template = return_.cycle.template
    if (code, period) != (template.code, return_.cycle.period):
        raise Invalid(
            f"这是《{form}》{Period.parse(period).label}的名单，本表是《{template.name}》"
            f"{Period.parse(return_.cycle.period).label}。请上传本期本表的文件。"
        )
    if key != str(return_.pk):
        raise Invalid("这是另一张报表的名单。请从本表的名单比对页下载，填好后再上传。")
    return {park: Issued(int(listed), int(pending), digest) for park, listed, pending, digest in found[1:-1]}


def _refuse_firms(sheets: Sequence[Sheet]) -> None:
    """Nothing about a single firm but what we handed out ourselves."""
    for sheet in sheets:
        if sheet.name in {FIRMS, PENDING}:
            cells = [
                cell
                for row in sheet.rows
                for letter, cell in row.cells.items()
                if len(letter) > 1 or letter > LAST or cell.kind != "text"
            ]
        else:
            cells = [cell for row in sheet.rows for cell in row.cells.values()] if sheet.name not in OURS else []
        told = next((cell for cell in cells if cell.text.strip() or cell.kind != "text"), None)
        if told:
            raise Invalid(NO_FIRMS.format(sheet=sheet.name, address=told.address))


def _filled(table: Reading, cells: Sequence[FormCell], issued: Mapping[str, Issued], typed: Mapping[str, Cell]) -> Filled:
    """Judge the records; `typed` are the sheet's cells by address."""
    units = {"listed": COUNTED, "matched": COUNTED, "unmatched": COUNTED} | {cell.code: cell.unit for cell in cells}
    faults, rows, blank = [*table.faults], [], []
    first: dict[str, int] = {}
    for record in table.records:
        park = record.values["park"]
        if park in first:
            faults.append(record.fault("park", f"园区编码与第 {first[park]} 行重复，请只留一行"))
            continue
        first[park] = record.row
        numbers, wrong = _numbers(record, units, typed)
        wrong += _misfits(record, cells, numbers, issued.get(park)) if not wrong else []
        faults += wrong
        if not wrong and numbers["matched"] is None:
            blank.append(record.values["name"] or park)
        elif not wrong:
            texts = {cell.code: "" if numbers[cell.code] is None else f"{numbers[cell.code]:f}" for cell in cells}
            rows.append(Fed(park, int(numbers["matched"]), int(numbers["unmatched"]), texts))
    said = tuple(f"{FEEDBACK}!{each}" if each.address else f"{FEEDBACK} {each}" for each in sorted(faults))
    return Filled(tuple(rows), issued, said, tuple(blank))


Numbers = dict[str, Decimal | None]


def _numbers(record: Record, units: Mapping[str, str], typed: Mapping[str, Cell]) -> tuple[Numbers, list[Fault]]:
    """What was typed, by column; and every cell that is no number."""
    numbers: Numbers = {}
    faults = []
    for key, unit in units.items():
        try:
            numbers[key] = number_typed(typed.get(record.addresses[key]), unit)
        except Invalid as refused:
            faults.append(record.fault(key, refused.message))
    return numbers, faults


def _misfits(record: Record, cells: Sequence[FormCell], numbers: Numbers, was: Issued | None) -> list[Fault]:
    """What does not fit in one park's row; one that says nothing fits."""
    if was is None:
        return [record.fault("park", "名单中没有这个园区，请不要增加行")]
    faults = []
    if numbers["listed"] != was.listed:
        faults.append(record.fault("listed", f"名单户数应为 {was.listed}，请不要改动"))
    given = [cell for cell in cells if numbers[cell.code] is not None]
    faults += [record.fault(c.code, said) for c in given if (said := _too_fine(c, numbers[c.code]))]
    counts = {key: numbers[key] for key in COUNTS}
    if not given and set(counts.values()) == {None}:
        return faults
    wrong = [key for key, count in counts.items() if count is None or count < 0 or count != count.to_integral_value()]
    if wrong:
        return faults + [record.fault(key, f"请填写{COUNTS[key]}，不小于零的整数") for key in wrong]
    if sum(counts.values()) != was.listed:
        said = f"匹配与未匹配合计 {sum(counts.values())} 户，应等于名单户数 {was.listed} 户"
        faults.append(record.fault("unmatched", said))
    if not counts["matched"]:
        faults += [record.fault(cell.code, "匹配户数为 0，没有可以汇总的企业，请留空") for cell in given]
    return faults


def _too_fine(cell: FormCell, value: Decimal) -> str:
    try:
        to_units(value, cell.version.scale)
    except Invalid as wrong:
        return wrong.message.removesuffix("。")
    return ""
