"""A publication as a workbook: its rows, and below them what they must not be read without. The same publication
is the same file in any later year."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO

from guandu.core import clock
from guandu.core.periods import Period
from guandu.exchange.writer import PLAIN, WrittenColumn, write_header
from targets.enums import FigureScope
from targets.models import Publication, PublishedFigure
from targets.models.template import WORK_LINE

COLUMNS = [
    WrittenColumn(title, width)
    for title, width in (
        ("指标", 24), ("范围类型", 10), ("范围", 26), ("报告期", 16), ("单位", 8), ("数值", 16), ("分子", 14), ("分母", 14),
        ("已报", 7), ("应报", 7), ("口径状态", 9), ("来源", 10),
    )
]  # fmt: skip
ROUNDED = "各项按各自的小数位一次四舍五入，合计数与分项之和可能略有出入，以未舍入的数为准。"
MISSING = "空格为没有核定数，不是零。"


def footnotes(publication: Publication) -> list[str]:
    """What stands below the table, on the page and in the workbook."""
    lines = [
        f"{publication.title}，{publication.revision_words}，{publication.issued_unit}{publication.issued_by}"
        f"于 {publication.issued_on:%Y-%m-%d} 发布，校验码 {publication.check_code}。",
        f"报齐的园区 {publication.reported} 个，应报 {publication.expected} 个。{MISSING}",
        ROUNDED,
    ]
    lines += [f"依据：{publication.document}。"] if publication.document else []
    lines += [f"{'修订原因' if publication.revision else '说明'}：{publication.note}"] if publication.note else []
    lines += [f"{WORK_LINE}。"] if publication.from_work_forms else []
    return lines


def write_book(publication: Publication, rows: Iterable[PublishedFigure]) -> bytes:
    import xlsxwriter  # reason: heavy, needed by few pages

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    # The file says when the numbers were published, not when somebody fetched them.
    book.set_properties({"title": str(publication), "created": publication.issued_at.astimezone(clock.SHANGHAI).replace(tzinfo=None)})
    sheet = book.add_worksheet(publication.get_kind_display())
    sheet.set_footer("&L内部资料&R&P / &N")
    write_header(book, sheet, COLUMNS)
    number = _write_rows(book, sheet, rows)
    for place, sentence in enumerate(footnotes(publication), start=number + 1):
        sheet.write_string(place, 0, f"注：{sentence}" if place == number + 1 else f"　　{sentence}")
    book.close()
    return stream.getvalue()


def _write_rows(book, sheet, rows: Iterable[PublishedFigure]) -> int:
    formats: dict[int, object] = {}
    number = 0
    for number, row in enumerate(rows, start=1):
        for place, text in enumerate(_texts(row)):
            sheet.write_string(number, place, text)
        decimals = row.decimals
        if decimals not in formats:
            formats[decimals] = book.add_format({"num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
        if row.value is not None:
            sheet.write_number(number, 5, row.value, formats[decimals])
        if row.numerator and row.denominator:
            sheet.write_number(number, 6, Decimal(row.numerator))
            sheet.write_number(number, 7, Decimal(row.denominator))
        sheet.write_number(number, 8, row.reported)
        sheet.write_number(number, 9, row.expected)
        sheet.write_string(number, 10, row.get_basis_display())
        sheet.write_string(number, 11, "补录" if row.backfilled else "")
    return number


def _texts(row: PublishedFigure) -> Sequence[str]:
    return row.indicator_name, FigureScope(row.scope_kind).label, row.scope_name, Period.parse(row.period).label, row.unit
