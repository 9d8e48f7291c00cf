"""A return as a workbook to be filled in without the portal: prefilled, labels locked, choices dropping down."""

from decimal import Decimal
from io import BytesIO
from typing import Any

from guandu.core import clock
from guandu.core.periods import Period
from guandu.exchange.writer import PLAIN
from targets.enums import LinesKind, RosterStanding
from targets.exchange import layout
from targets.queries.lines import Lines
from targets.queries.locks import words
from targets.queries.sheet import FormCell, SheetCell
from targets.queries.workbooks import Outgoing
from targets.readings import NAMES

# A workbook's own numbers are binary: what is longer goes as text, digit for digit.
SURE_DIGITS = 15
NOT_CLASSIFIED = "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密。"
WIDTHS = (12, 14, 34, 9, 17, 17, 17, 34, 44)
TITLES = (
    layout.CODE, layout.SECTION, layout.NAME, layout.UNIT, layout.VALUE, layout.BASE, layout.LAST, layout.REASON,
    layout.NOTE,
)  # fmt: skip
HEAD_ROW = 3
LINE_HEIGHT = 16
BLUE, RED, GREY = "#DDEBF7", "#FFC7CE", "#F2F2F2"
ON_FILE = "该企业已自行报送，本表不显示也不能改动"
LOOK_ONLY = {"format_cells": True, "format_columns": True, "format_rows": True, "autofilter": True}


def lines_in(text: str, width: int) -> int:
    """How many lines a text takes in a column so wide: programs differ in doing it themselves."""
    return max(1, -(-sum(2 if ord(letter) > 255 else 1 for letter in text) // (width - 2)))


def write_return(out: Outgoing) -> bytes:
    """The workbook of an open return as its draft stands."""
    import xlsxwriter  # reason: heavy, needed by few pages

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    _Writer(book, out).write()
    book.close()
    return stream.getvalue()


class _Writer:
    def __init__(self, book, out: Outgoing) -> None:
        self.book, self.out, self._formats = book, out, {}
        self.template = out.return_.cycle.template
        self.period = Period.parse(out.return_.cycle.period)

    def write(self) -> None:
        self._main()
        if self.out.sheet.lines:
            self._lines(self.out.sheet.lines)
        self._help()
        self._identity()

    def format(self, **how) -> Any:
        key = tuple(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": "宋体", "font_size": 11, "valign": "vcenter", **how})
        return self._formats[key]

    def _main(self) -> None:
        sheet = self.book.add_worksheet(layout.MAIN)
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        self._head(sheet, len(TITLES) - 1)
        for number, label in enumerate(NAMES.values()):
            sheet.write_string(2, number * 2, label, self.format(bold=1, align="right"))
            sheet.write_blank(2, number * 2 + 1, None, self.format(locked=0, bottom=1, num_format="@"))
        self._titles(sheet, HEAD_ROW, TITLES)
        cells = self.out.sheet.cells
        for row, cell in enumerate(cells, start=HEAD_ROW + 1):
            self._cell(sheet, row, cell)
        self._colours(sheet, HEAD_ROW + 1, [(4, [c.form.is_required for c in cells])])
        sheet.freeze_panes(HEAD_ROW + 1, 3)
        self._page(sheet, HEAD_ROW)

    def _head(self, sheet, last: int) -> None:
        return_ = self.out.return_
        title = f"{return_.subject_name} {self.period.label} {self.template.name}"
        sheet.merge_range(0, 0, 0, last, title, self.format(bold=1, font_size=15, align="center"))
        said = [f"{words(return_.cycle.due_on)}截止", "蓝色为必填，没有数据的留空，确实为零填 0"]
        said += [self.template.printed_line] if self.template.printed_line else []
        sheet.merge_range(1, 0, 1, last, "；".join([*said, NOT_CLASSIFIED]), self.format(font_color="#7A4800", text_wrap=1))
        sheet.set_row(0, 28)
        sheet.set_row(1, 32)

    def _titles(self, sheet, row: int, titles) -> None:
        head = self.format(bold=1, bg_color="#DCE6F1", border=1, text_wrap=1, align="center")
        sheet.set_row(row, 32)
        for place, title in enumerate(titles):
            sheet.write_string(row, place, title, head)

    def _cell(self, sheet, row: int, cell: SheetCell) -> None:
        form, asked = cell.form, self._asked(cell)
        sheet.set_row(row, LINE_HEIGHT * max(lines_in(asked, WIDTHS[8]), lines_in(form.name, WIDTHS[2]), lines_in(cell.reason, WIDTHS[7])))
        label = self.format(border=1, text_wrap=1, bg_color=GREY)
        for place, text in enumerate((form.code, form.section, form.name, form.unit)):
            sheet.write_string(row, place, text, label)
        self._number(sheet, row, 4, form, cell.value, is_open=not cell.settled)
        self._number(sheet, row, 5, form, cell.base, is_open=form.asks_base and not cell.settled)
        self._number(sheet, row, 6, form, cell.last, is_open=False)
        sheet.write_string(row, 7, cell.reason, self.format(border=1, text_wrap=1, locked=int(cell.settled), num_format="@"))
        sheet.write_string(row, 8, asked, label)
        told = {"input_title": form.name[:32], "input_message": f"以{form.unit or '个'}为单位，最多 {form.scale} 位小数。"[:255]}
        sheet.data_validation(row, 4, row, 4, {"validate": "any", **told})

    def _asked(self, cell: SheetCell) -> str:
        form = cell.form
        said = ["已核定锁定，不在本次数据订正之内" if cell.settled else "必填" if form.is_required else "选填", form.kind_word]
        return "；".join([*said, *(text for text in (form.help_text, form.caliber) if text)])[:400]

    def _number(self, sheet, row: int, place: int, form: FormCell, value: Decimal | None, *, is_open: bool) -> None:
        shown = "#,##0" + (f".{'0' * form.scale}" if form.scale else "")
        how = {"border": 1, "align": "right", "locked": int(not is_open), "num_format": shown}
        if not is_open:
            how["bg_color"] = GREY
        if value is None:
            sheet.write_blank(row, place, None, self.format(**how))
        elif len(value.as_tuple().digits) > SURE_DIGITS:
            sheet.write_string(row, place, f"{value:f}", self.format(**{**how, "num_format": "@"}))
        else:
            sheet.write_number(row, place, value, self.format(**how))

    def _lines(self, lines: Lines) -> None:
        """One row a firm or park; the columns of an indicator stand together: value, last value, reason."""
        sheet = self.book.add_worksheet(layout.LINES[self.template.lines_kind])
        of_firms = self.template.lines_kind == LinesKind.FIRM
        titles = [layout.CODE, layout.LINE_NAME, *([layout.CREDIT, layout.STANDING] if of_firms else [])]
        first = len(titles)
        for form in lines.form:
            titles += [layout.column_of(form.name, form.unit)]
            titles += [layout.last_of(form.name)] if self.out.shows_last else []
            titles += [layout.reason_of(form.name)]
        wide = len(titles) - first
        for place, width in enumerate([14, 40, *([22, 12] if of_firms else []), *[18] * wide]):
            sheet.set_column(place, place, width)
        self._head(sheet, len(titles) - 1)
        self._titles(sheet, 2, titles)
        for row, line in enumerate(lines.rows, start=3):
            self._line(sheet, row, line, lines, of_firms)
        last = 2 + len(lines.rows)
        for row in range(last + 1, last + 1 + layout.OPEN_ROWS):
            for place in range(len(titles)):
                sheet.write_blank(row, place, None, self.format(border=4, locked=0))
        if of_firms:
            self._standings(sheet, 3, last + layout.OPEN_ROWS)
        step = 3 if self.out.shows_last else 2
        columns = [(first + number * step, [False] * len(lines.rows)) for number in range(len(lines.form))]
        self._colours(sheet, 3, columns)
        sheet.freeze_panes(3, 2)
        self._page(sheet, 2)

    def _line(self, sheet, row: int, line, lines: Lines, of_firms: bool) -> None:
        label = self.format(border=1, text_wrap=1, bg_color=GREY)
        sheet.write_string(row, 0, line.code, label)
        sheet.write_string(row, 1, line.name, label)
        place = 2
        if of_firms:
            sheet.write_string(row, 2, self.out.credits.get(line.code, ""), label)
            sheet.write_string(row, 3, line.standing, self.format(border=1, locked=int(line.is_rest)))
            place = 4
        hidden = line.code in self.out.hidden
        for form, cell in zip(lines.form, line.cells, strict=True):
            self._number(sheet, row, place, form, None if hidden else cell.value, is_open=not cell.settled and not hidden)
            place += 1
            if self.out.shows_last:
                self._number(sheet, row, place, form, cell.last, is_open=False)
                place += 1
            said = ON_FILE if hidden else cell.reason
            shut = int(hidden or cell.settled)
            sheet.write_string(row, place, said, self.format(border=1, text_wrap=1, locked=shut, num_format="@"))
            place += 1

    def _standings(self, sheet, first: int, last: int) -> None:
        """By a name, which survives being saved by other programs where a range of another sheet may not."""
        lists = self.book.add_worksheet("选项")
        lists.hide()
        lists.write_column(0, 0, RosterStanding.labels)
        self.book.define_name("在园情况选项", f"=选项!$A$1:$A${len(RosterStanding.labels)}")
        told = {"error_title": "请从列表中选择", "error_message": "在园情况请从下拉列表中选择：在园、迁入、迁出、注销。"}
        sheet.data_validation(first, 3, last, 3, {"validate": "list", "source": "=在园情况选项", **told})

    def _colours(self, sheet, first: int, columns: list[tuple[int, list[bool]]]) -> None:
        """Inside the workbook, without the portal: what must be filled in is blue, what is no number red. One rule
        a column, however many rows it has."""
        from xlsxwriter.utility import xl_rowcol_to_cell  # reason: heavy, needed by few pages

        wrong, asked = self.format(bg_color=RED), self.format(bg_color=BLUE)
        for place, required in columns:
            last = first + len(required) - 1
            if last < first:
                continue
            text = f"=ISTEXT({xl_rowcol_to_cell(first, place)})"
            sheet.conditional_format(first, place, last, place, {"type": "formula", "criteria": text, "format": wrong})
            negative = {"type": "cell", "criteria": "<", "value": 0, "format": wrong}
            sheet.conditional_format(first, place, last, place, negative)
            for row in (row for row, must in enumerate(required, start=first) if must):
                sheet.conditional_format(row, place, row, place, {"type": "blanks", "format": asked})

    def _page(self, sheet, head: int) -> None:
        sheet.protect("", LOOK_ONLY)
        sheet.repeat_rows(head)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        at = clock.now().astimezone(clock.SHANGHAI)
        who = self.out.taken_by.replace("&", "&&")[:60]
        sheet.set_footer(f"&L内部资料，{who} {at:%Y-%m-%d %H:%M} 下载&R&P / &N")

    def _help(self) -> None:
        sheet = self.book.add_worksheet(layout.HELP)
        sheet.set_column(0, 0, 96)
        for row, text in enumerate(HELP_LINES):
            sheet.write_string(row, 0, text, self.format(text_wrap=1))
        sheet.protect("", LOOK_ONLY)

    def _identity(self) -> None:
        sheet = self.book.add_worksheet(layout.HIDDEN)
        counter = str(self.out.sheet.version.change_counter)
        number = str(self.out.sheet.version.number)
        told = {"format": layout.FORMAT, **self.out.identity, "version": number, "counter": counter}
        told["made"] = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
        for row, pair in enumerate(told.items()):
            for place, text in enumerate(pair):
                sheet.write_string(row, place, text)
        sheet.very_hidden()
        sheet.protect()


HELP_LINES = (
    "一、只填白色和蓝色的格子。灰色的由门户填写，改动不起作用。",
    "二、只填数字。全角数字、千分位逗号、空格都可以；带有其他单位的请先换算。没有数据的留空，确实为零的填 0。",
    "三、粘贴时请用“选择性粘贴—数值”，否则格式和提示会被盖掉。",
    "四、可以用公式，上传前请在 WPS 或 Excel 中打开保存一次，使公式有结果。",
    "五、可以另加工作表作底稿，门户不读取。",
    "六、企业明细中没有的企业，请先在门户“企业入驻”中登记，再更新名录；暂不登记的，合计填入“其余企业合计”。",
    "七、填好后在门户这张报表的“用工作簿填报”中上传。上传先核对，不会直接改动已填的数据。",
)
