"""Whether a workbook of old numbers can be stored: column by column, every fault at once, nothing written.

A row with a firm's code stands behind its park's total: it is kept, added up against the total, and becomes no
核定值. A row without a single number is a blank one, so that a prefilled template may be filled in part.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guandu.core.errors import Invalid
from guandu.core.numbers import LARGEST, from_units
from guandu.core.periods import Period
from guandu.exchange.reports import SHOWN_LINES, Report, report_of
from guandu.exchange.resources import Line
from guandu.exchange.tables import Fault
from guandu.exchange.uploaded_rows import Rows, without_repeats
from parks.validators import credit_code, is_credit_code
from targets import history_cells
from targets.enums import SubjectKind
from targets.frequency import asked_in
from targets.models import IndicatorVersion
from targets.queries.history.context import FIXED, Context, ValueColumn
from targets.queries.history.standing import Key, standing

KEYS = ("row", "scope_kind", "scope_code", "scope_name", "period", "credit_code", "firm_name", "document")
_PARK = SubjectKind.PARK
# What people write where there is nothing to say, as guandu.core.numbers reads it.
DASHES = frozenset({"", "-", "—", "——", "–"})
_OF = {column.key: column.title for column in FIXED}


@dataclass(frozen=True)
class Checked:
    """`lines` holds the accepted rows by columns, in the order of KEYS; `values` by indicator what each of them
    says, in units, None for nothing. `apart` counts single values: new, the same as what stands, and other than what stands."""

    report: Report
    lines: tuple[Sequence[Any], ...] = ()
    values: tuple[tuple[str, list[int | None]], ...] = ()
    basis: dict[str, list] = field(default_factory=dict)
    periods: tuple[str, ...] = ()
    value_count: int = 0
    firm_count: int = 0
    apart: tuple[int, int, int] = (0, 0, 0)


@dataclass(frozen=True)
class _Cells:
    """A column's numbers by row; None where nothing is said."""

    column: ValueColumn
    units: list[int | None]
    versions: dict[str, IndicatorVersion]


def check(rows: Rows, context: Context) -> Checked:
    """What the rows of a file come to for the person of `context`."""
    rows = _without_unfilled(rows, context)
    return _Check(rows, context).run()


def _without_unfilled(rows: Rows, context: Context) -> Rows:
    """Rows that name a scope and a period and say no number are blank, unless reading found a fault in them."""
    places = [place for place, key in enumerate(rows.keys) if "|" in key]
    wrong = {fault.row for fault in rows.faults}
    kept = [
        at
        for at, texts in enumerate(rows.texts)
        if any(not _says_nothing(texts[place]) for place in places) or rows.numbers[at] in wrong
    ]
    if len(kept) == len(rows):
        return rows
    return replace(
        rows,
        numbers=tuple(rows.numbers[at] for at in kept),
        texts=tuple(rows.texts[at] for at in kept),
        blank=rows.blank + len(rows) - len(kept),
    )


def _says_nothing(text: str) -> bool:
    return not text or (len(text) < 3 and history_cells.joined(text) in DASHES)


class _Check:
    def __init__(self, rows: Rows, context: Context) -> None:
        self.rows, self.context = rows, context
        self.faults: list[Fault] = []
        self.kinds: list[SubjectKind | None] = []
        self.periods: list[Period | None] = []
        self.codes: list[str | None] = []
        self.names: list[str] = []
        self.said: list[str] = []  # the code of each row's period
        self.asked: dict[Period, str] = {}
        self.credits: list[str] = []
        self._texts: dict[str, list[str]] = {}

    def run(self) -> Checked:
        self.kinds = self._read("kind", history_cells.scope_kind)
        self.periods = self._read("period", history_cells.period)
        self.asked = {each: each.code for each in dict.fromkeys(self.periods) if each is not None}
        self.said = [self.asked[each] if each is not None else "" for each in self.periods]
        self._find_scopes()
        self._find_firms()
        self._ask_documents()
        self._refuse_repeats()
        cells = [found for column in self.context.columns if (found := self._numbers(column))]
        self._add_firms_up(cells)
        faults = without_repeats(self.rows.faults, self.faults)
        return self._result(cells, faults)

    # The cells that say what a row is about

    def _column(self, key: str) -> list[str]:
        if key not in self._texts:
            known = key in self.rows.keys
            self._texts[key] = self.rows.column(key) if known else [""] * len(self.rows)
        return self._texts[key]

    def _blame(self, at: int, key: str, sentence: str) -> None:
        self.faults.append(self.rows.fault(at, key, sentence))

    def _read(self, key: str, read: Callable[[str], Any]) -> list[Any]:
        """The column by `read`, each text once; None and a fault where it refuses."""
        texts, values, refused = self._column(key), {}, {}
        for text in set(texts):
            try:
                values[text] = read(text) if text else None
            except Invalid as refusal:
                values[text], refused[text] = None, f"{_OF[key]}：{refusal.message}"
        refused[""] = f"请填写{_OF[key]}"
        for at, text in enumerate(texts):
            if values[text] is None:
                self._blame(at, key, refused[text])
        return [values[text] for text in texts]

    def _find_scopes(self) -> None:
        """Code and name of each row's scope, by kind, text and period; each of them looked up once."""
        known: dict[tuple, tuple[str | None, str, str]] = {}
        texts = self._column("scope")
        for at, key in enumerate(zip(self.kinds, texts, self.periods, strict=True)):
            if key[0] is None:
                self.codes.append(None)
                self.names.append("")
                continue
            if key not in known:
                known[key] = self._scope(*key)
            code, name, sentence = known[key]
            if sentence:
                self._blame(at, "scope", sentence)
            self.codes.append(code)
            self.names.append(name)

    def _scope(self, kind: SubjectKind, text: str, period: Period | None) -> tuple[str | None, str, str]:
        if kind == SubjectKind.DISTRICT and not text:
            text = self.context.names[kind][""]
        if not text:
            return None, "", f"请填写{kind.label}的编码或名称"
        codes = self.context.scopes(kind, text)
        if not codes:
            return None, "", f"没有“{text}”这个{kind.label}，或不在您的工作范围内，请填登记册中的编码或名称"
        if len(codes) > 1:
            return None, "", f"有几个{kind.label}叫“{text}”，请改填编码（{'、'.join(sorted(codes)[:3])}）"
        code = next(iter(codes))
        if period is None:
            return None, "", ""
        name = self.context.name(kind, code, period)
        if not name:
            return None, "", f"“{text}”在{period.label}没有在运营，请核对报告期或登记册中的开园日期"
        return code, name, ""

    def _find_firms(self) -> None:
        texts = self._column("credit_code")
        read: dict[str, str] = {"": ""}
        for at, text in enumerate(texts):
            if text and text not in read:
                try:
                    read[text] = text if is_credit_code(text) else credit_code(text)
                except Invalid as refusal:
                    read[text] = ""
                    self._blame(at, "credit_code", refusal.message.removesuffix("。"))
            if text and self.kinds[at] not in (None, _PARK):
                self._blame(at, "credit_code", "企业行只能填在园区之下，请把范围类型改为园区，或删去企业代码")
        self.credits = [read[text] for text in texts]

    def _ask_documents(self) -> None:
        for at, text in enumerate(self._column("document")):
            if not text:
                self._blame(at, "document", "请填写来源文件（文号、报表或汇报材料的名称）")

    def _refuse_repeats(self) -> None:
        first: dict[tuple, int] = {}
        for at, (kind, code, period, credit) in enumerate(
            zip(self.kinds, self.codes, self.said, self.credits, strict=True)
        ):
            if kind is None or code is None or not period:
                continue
            before = first.setdefault((kind, code, period, credit), at)
            if before != at:
                what = "企业" if credit else "范围"
                self._blame(at, "scope", f"与第 {self.rows.numbers[before]} 行是同一{what}、同一报告期，请合并成一行")

    # Numbers

    def _numbers(self, column: ValueColumn) -> _Cells | None:
        """The column's numbers, each by the version of its period; a cell that cannot be kept is a fault."""
        if column.key not in self.rows.keys:
            return None
        texts = self._column(column.key)
        versions: dict[str, IndicatorVersion] = {}
        refused: dict[Period, str] = {}
        for period, code in self.asked.items():
            version = self.context.version(column.code, period)
            sentence = _refusal(column, version, period)
            if sentence:
                refused[period] = sentence
            else:
                versions[code] = version
        scales = {version.scale for version in versions.values()} or {0}
        units, wrong = history_cells.column_units(texts, max(scales), column.unit)
        for at, sentence in wrong.items():
            self._blame(at, column.key, f"{column.title}：{sentence}")
        self._blame_places(column, units, refused)
        if len(scales) > 1:
            self._rescale(column, units, versions, max(scales))
        return _Cells(column, units, versions)

    def _blame_places(self, column: ValueColumn, units: list[int | None], refused: dict[Period, str]) -> None:
        of_district = column.indicator.level == SubjectKind.DISTRICT
        if not refused and not of_district:
            return
        for at, said in enumerate(units):
            if said is None:
                continue
            if self.periods[at] in refused:
                self._blame(at, column.key, refused[self.periods[at]])
            elif of_district and self.kinds[at] not in (None, SubjectKind.DISTRICT):
                self._blame(at, column.key, f"{column.title}：只有全区数，请填在全区一行")

    def _rescale(
        self, column: ValueColumn, units: list[int | None], versions: dict[str, IndicatorVersion], scale: int
    ) -> None:
        """Versions of one unit that keep fewer decimals than another take the same number, or none."""
        for at, period in enumerate(self.said):
            version = versions.get(period)
            if units[at] is None or version is None or version.scale == scale:
                continue
            units[at], rest = divmod(units[at], 10 ** (scale - version.scale))
            if rest:
                self._blame(at, column.key, f"{column.title}：小数位数过多，最多保留 {version.scale} 位小数")

    def _add_firms_up(self, cells: Sequence[_Cells]) -> None:
        """No firms of a park may come to more than the park, as the file or else the 核定值 has it."""
        wrong = {fault.row for fault in self.faults}
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        totals: dict[tuple[str, str], int] = {}
        for at, (kind, code, period) in enumerate(zip(self.kinds, self.codes, self.said, strict=True)):
            if kind == _PARK and code is not None and period:
                if self.credits[at]:
                    if self.rows.numbers[at] in wrong:
                        continue
                    groups[code, period].append(at)
                else:
                    totals.setdefault((code, period), at)
        if not groups:
            return
        known = standing(self.context.by, {each.column.code for each in cells}, {period for _, period in groups})
        for (code, period), places in groups.items():
            at = totals.get((code, period))
            for each in cells:
                said = [units for place in places if (units := each.units[place]) is not None]
                if said:
                    total = None if at is None else each.units[at]
                    if total is None:
                        total = known.get((each.column.code, _PARK, code, period))
                    self._compare(each, places[0] if at is None else at, period, sum(said), total)

    def _compare(self, cells: _Cells, at: int, period: str, firms: int, total: int | None) -> None:
        version = cells.versions.get(period)
        if version is None:
            return
        written = f"{from_units(firms, version.scale):,f}"
        if total is not None and firms > total:
            park = f"{from_units(total, version.scale):,f}"
            self._blame(
                at, cells.column.key,
                f"{cells.column.title}：各企业合计 {written} 大于园区数 {park}，请核对园区数或企业行",
            )  # fmt: skip
        elif firms > LARGEST:
            self._blame(at, cells.column.key, f"{cells.column.title}：各企业合计 {written} 超出可填范围")

    # What comes of it

    def _result(self, cells: Sequence[_Cells], faults: list[Fault]) -> Checked:
        wrong = {fault.row for fault in faults}
        fine = [at for at, number in enumerate(self.rows.numbers) if number not in wrong]
        known = self._standing(cells)
        lines, apart = self._lines(cells, fine, known)
        report = report_of(rows=self.rows, lines=lines, faults=faults)
        if not report.is_fine:
            return Checked(report)
        # Two columns of one indicator never both speak of one period: each has a number, and a number one column.
        values = [(each.column.code, each.units) for each in cells]
        counted = sum(len(units) - units.count(None) for _, units in values)
        if counted != self._spoken():
            raise RuntimeError(f"{counted} values read, others laid out.")
        lines = (
            self.rows.numbers, list(map(str, self.kinds)), self.codes, self.names, self.said, self.credits,
            self._column("firm"), self._column("document"),
        )  # fmt: skip
        return Checked(
            report=report,
            lines=lines,
            values=tuple(values),
            basis=self._basis(cells),
            periods=tuple(self.asked[period] for period in sorted(self.asked)),
            value_count=counted,
            firm_count=sum(map(bool, self.credits)),
            apart=apart,
        )

    def _basis(self, cells: Sequence[_Cells]) -> dict[str, list]:
        of_parks = {
            (code, period)
            for kind, code, period in zip(self.kinds, self.codes, self.said, strict=True)
            if kind == _PARK
        }
        versions = [[each.column.code, code, version.pk] for each in cells for code, version in each.versions.items()]
        return {"cells": versions, "parks": sorted(map(list, of_parks))}

    def _standing(self, cells: Sequence[_Cells]) -> dict[Key, int]:
        periods = {period for period, credit in zip(self.said, self.credits, strict=True) if period and not credit}
        return standing(self.context.by, {each.column.code for each in cells}, periods) if periods else {}

    def _lines(
        self, cells: Sequence[_Cells], fine: list[int], known: dict[Key, int]
    ) -> tuple[list[Line], tuple[int, int, int]]:
        lines, shown, counts = [], {"new": 0, "changed": 0}, [0, 0, 0]
        for at in fine:
            said = [] if self.credits[at] else self._said(cells, at, known)
            kinds = [2 if old is not None and old != new else int(old is not None) for _, new, old in said]
            for kind in kinds:
                counts[kind] += 1
            kind = "changed" if 2 in kinds else "same" if kinds and 0 not in kinds else "new"
            if kind != "same" and shown[kind] < SHOWN_LINES:
                shown[kind] += 1
                changes = tuple(self._told(cells, at, said, kind == "changed"))
                lines.append(Line(self.rows.numbers[at], kind, self._called(at), changes))
            else:
                lines.append(Line(self.rows.numbers[at], kind, ""))
        return lines, tuple(counts)

    def _said(
        self, cells: Sequence[_Cells], at: int, known: dict[Key, int]
    ) -> list[tuple[_Cells, int, int | None]]:
        kind, code, period = self.kinds[at], self.codes[at], self.said[at]
        return [
            (each, units, known.get((each.column.code, kind, code, period)))
            for each in cells
            if (units := each.units[at]) is not None
        ]

    def _told(self, cells: Sequence[_Cells], at: int, said: list, differing: bool) -> Iterator[tuple[str, str, str]]:
        period = self.said[at]
        if self.credits[at]:
            said = [(each, units, None) for each in cells if (units := each.units[at]) is not None]
        for each, new, old in said:
            if differing and (old is None or old == new):
                continue
            scale = each.versions[period].scale
            before = "" if old is None else f"{from_units(old, scale):,f}"
            yield each.column.title, before, f"{from_units(new, scale):,f}"

    def _spoken(self) -> int:
        """How many cells say a number, counted a second time, from the texts."""
        columns = [self._column(key) for key in self.rows.keys if "|" in key]
        nothing = [sum(map(texts.count, filter(_says_nothing, {text for text in texts if len(text) < 3}))) for texts in columns]
        return len(self.rows) * len(columns) - sum(nothing)

    def _called(self, at: int) -> str:
        firm = self.credits[at] and (self._column("firm")[at] or self.credits[at])
        return " · ".join(each for each in (self.names[at], firm, history_cells.period_in_words(self.periods[at])) if each)


def _refusal(column: ValueColumn, version: IndicatorVersion | None, period: Period) -> str:
    """Why a number of the column cannot be kept for the period; "" where it can."""
    if version is None:
        return f"{column.title}：{period.label}还没有这个指标，请清空这一格"
    if not asked_in(column.indicator.frequency, period):
        often = column.indicator.get_frequency_display()
        return f"{column.title}：{often}一次的指标，{period.label}没有这个数，请填在年末（季末）所在的报告期"
    if version.unit != column.unit:
        return f"{column.title}：{period.label}以{version.unit}计，请填在单位为{version.unit}的一列"
    return ""
