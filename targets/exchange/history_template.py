"""The workbook in which old numbers are entered: the chosen indicators, and a row for each scope and period."""

from collections.abc import Collection, Iterator, Sequence

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.exchange.writer import WrittenColumn, write_workbook
from targets.enums import SubjectKind
from targets.history_cells import PERIOD_WORDS, SCOPES
from targets.queries.history.context import FIXED, SHEET, Context, ValueColumn

MOST_PREFILLED = 5_000
OPEN_ROWS = 500
NOTES = (
    "每行是一个范围在一个报告期的数，表头不要改动，不要合并单元格，不要隐藏行或列。",
    "范围类型填园区、片区、产业链、街道、全区之一；范围填登记册中的名称（含曾用名）或编码，全区可以留空。",
    f"报告期写成 {PERIOD_WORDS}。本年累计数一律填年初至报告期末的累计；期末数填报告期最后一天的数。",
    "没有的数留空，不要填 0；一个数也没有的行等于空行，可以留在表里。",
    "来源文件写明这些数出自哪份文件、报表或汇报材料，每行必填。",
    "企业行可以不填。填了统一社会信用代码的行只与园区合计核对，不逐家核定；各企业合计不能大于园区数。",
    "由登记册计数的指标可以只填合计数；园区以上的合计数不分解到园区。",
    "整个文件由上传人以外的一位园区发展办同事一次签核。已有核定值的，不因补录改动。",
    "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密。",
)
_WIDTHS = {"kind": 10, "scope": 30, "period": 12, "document": 34, "credit_code": 22, "firm": 28}
_PROMPTS = {
    "kind": "从列表中选择", "scope": "名称或编码", "period": "2023、2024Q1、2024H1、2024Q1-3", "document": "文号或材料名称",
    "credit_code": "企业行才填", "firm": "企业行才填",
}  # fmt: skip


def write_template(
    context: Context, *, indicators: Collection[str], kinds: Sequence[str], periods: Sequence[str]
) -> bytes:
    """With rows where both kinds and periods are named. Raises Invalid where they would be too many."""
    asked = [Period.parse(code) for code in periods]
    columns = list(_columns(context, indicators, asked))
    rows = [row + [""] * (len(FIXED) - len(row) + len(columns)) for row in _rows(context, kinds, asked)]
    if len(rows) > MOST_PREFILLED:
        raise Invalid(f"要预填 {len(rows)} 行，一份模板最多 {MOST_PREFILLED} 行。请少选几个报告期或范围类型。")
    heads = [*map(_fixed_head, FIXED), *(WrittenColumn(column.title, 18, "没有的数留空") for column in columns)]
    return write_workbook(SHEET, heads, rows, open_rows=OPEN_ROWS, notes=NOTES)


def _fixed_head(column) -> WrittenColumn:
    choices = [str(kind.label) for kind in SCOPES] if column.key == "kind" else ()
    required = column.key in {"kind", "period", "document"}
    return WrittenColumn(column.title, _WIDTHS[column.key], _PROMPTS[column.key], choices, required)


def _columns(context: Context, indicators: Collection[str], periods: list[Period]) -> Iterator[ValueColumn]:
    """The units in which the indicators were kept in these periods; in none of them, today's."""
    for column in context.columns:
        if column.code not in indicators:
            continue
        versions = [each for period in periods if (each := context.version(column.code, period))]
        units = {version.unit for version in versions} or {context.versions[column.code][0].unit}
        if column.unit in units:
            yield column


def _rows(context: Context, kinds: Sequence[str], periods: list[Period]) -> Iterator[list[str]]:
    for period in periods:
        for kind in map(SubjectKind, kinds):
            for code in context.names[kind]:
                name = context.name(kind, code, period)
                if name:
                    known = context.scopes(kind, name) == {code}
                    yield [str(kind.label), name if known else code, period.code]
