"""One column of 临时调度表: what its title and what stands below it say of what is to be filled in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from guandu.exchange.typed import UNITS
from guandu.exchange.workbooks import Cell
from targets.enums_dispatch import NUMBERS, WRITTEN_BY_US, ColumnKind

MOST_CHOICES, LONGEST_CHOICE = 12, 12
_STARS = re.compile(r"[*＊]|[（(]必填[）)]")
_BRACKETS = re.compile(r"[（(\[【]([^（）()\[\]【】]+)[）)\]】]")
_LISTED = re.compile(r"[/／|、，,]")
_MORE_UNITS = "% ％ ㎡ m² 平米 亿美元 宗 次 台 套 栋 层 起 岗 天 个月 年 吨 度 场".split()
_SPELT = {"％": "%", "㎡": "平方米", "m²": "平方米", "平米": "平方米"}
_WHOLE_UNITS = set("家个户人项件宗次台套栋层起岗场")
_CHOSEN = re.compile(r"(状态|进展|类型|类别|性质|阶段|等级|级别|情况|方式|程度|结果)$")
_FLAG = re.compile(r"^(是否|有无|能否)|(是否|与否)$")
_DAY = re.compile(r"(日期|时间|时限|期限|年月)$|^(截止|开工|竣工|投产|签约|完成|开园)(日|时间|日期|年月)$")
_WHOLE = re.compile(r"(人数|家数|户数|个数|数量|次数|套数|台数|件数|宗数|企业数|项目数|岗位数|场次|数)$")
_MONEY = re.compile(r"(金额|投资额?|产值|产出|营收|营业收入|收入|税收|税额|利润|资金|租金|成本|费用|增加值|贷款|价款)$")
_NUMBER = re.compile(r"(面积|率|比重|占比|比例|增速|增幅|用电量|能耗|数值|得分|分值|指数)$")
_NUMBERED = re.compile(r"^(序号|编号|No\.?|行号|序)$", re.IGNORECASE)
_RECEIVER = re.compile(
    r"^(填报|报送|上报|所属|所在)?(单位|园区|街道|部门|街办|街道办事处|园区（楼宇）|园区/楼宇|楼宇|运营单位|运营方|运营公司|运营机构|专班)(名称)?$"
)
_YES_AND_NO = {"是", "否", "有", "无"}
_OPTIONAL = re.compile(r"(备注|说明|其他|问题|困难|建议|需求|诉求|意见)")
_DATED_BY_WORD = re.compile(r"^(报送|填报)")


@dataclass(frozen=True)
class Column:
    """`letter` is where it stands in the office's own workbook. `unit` is that of a number."""

    letter: str
    title: str
    kind: str = ColumnKind.TEXT
    unit: str = ""
    is_required: bool = False
    choices: tuple[str, ...] = ()
    is_included: bool = True
    is_starred: bool = False

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Column":
        return cls(**{**stored, "choices": tuple(stored["choices"])})

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "choices": list(self.choices)}

    @property
    def is_asked(self) -> bool:
        return self.is_included and self.kind not in WRITTEN_BY_US

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def label(self) -> str:
        """The title with its unit, as a table's header has it."""
        return f"{self.title}（{self.unit}）" if self.unit else self.title

    @property
    def kind_word(self) -> str:
        return ColumnKind(self.kind).label

    def settled(self, *, is_first: bool, starred: bool, hidden: bool) -> "Column":
        """As `self` beside the others: the portal writes one column of a kind, stars say what is required, and what the
        file hides is left out."""
        kind = self.kind if is_first or self.kind not in WRITTEN_BY_US else ColumnKind.TEXT
        required = self.is_starred if starred else self.is_required
        return replace(self, kind=kind, is_required=required and kind not in WRITTEN_BY_US, is_included=not hidden)


def guessed(letter: str, head: str, cells: Sequence[Cell], unit_of_table: str = "", offered: tuple[str, ...] = ()) -> Column:
    """The column under the title `head`; `cells` are what the file holds below it, `offered` what they drop down."""
    starred = bool(_STARS.search(head))
    title, brackets = _STARS.sub("", head), ""
    for found in _BRACKETS.finditer(title):
        brackets = found[1]
    unit = _unit(brackets)
    bare = _BRACKETS.sub("", title)
    last = bare.rpartition("·")[2] or bare
    choices = offered or _choices(brackets, last) or _seen(cells)
    kind = ColumnKind.CHOICE if offered and not set(offered) <= _YES_AND_NO else _kind(last, unit, choices, cells)
    if brackets and (kind == ColumnKind.FLAG or (kind == ColumnKind.CHOICE and _choices(brackets, last))):
        title = bare
    if kind == ColumnKind.MONEY and not unit:
        unit = unit_of_table if unit_of_table.endswith("元") else ""
    if not unit or kind not in NUMBERS:
        unit = ""
    return Column(
        letter,
        _without_unit(title, unit) or head,
        kind,
        unit,
        is_required=kind in NUMBERS or not _OPTIONAL.search(last),
        choices=choices if kind == ColumnKind.CHOICE else (),
        is_starred=starred,
    )


def _unit(brackets: str) -> str:
    words = re.split(r"[，,；;、]", brackets.removeprefix("单位：").removeprefix("单位:"))
    unit = next((word.strip() for word in words if word.strip() in (*UNITS, *_MORE_UNITS)), "")
    return _SPELT.get(unit, unit)


def _without_unit(title: str, unit: str) -> str:
    """The title without the bracket that only says the unit."""
    if not unit:
        return title
    kept = [found for found in _BRACKETS.finditer(title) if _unit(found[1]) == unit and not _LISTED.search(found[1])]
    for found in reversed(kept):
        title = title[: found.start()] + title[found.end() :]
    return title


def _choices(brackets: str, title: str) -> tuple[str, ...]:
    words = [word.strip() for word in _LISTED.split(brackets) if word.strip()]
    if not 2 <= len(words) <= MOST_CHOICES or any(len(word) > LONGEST_CHOICE for word in words) or _unit(brackets):
        return ()
    return tuple(dict.fromkeys(words)) if "/" in brackets or "／" in brackets or _CHOSEN.search(title) else ()


def _seen(cells: Iterable[Cell]) -> tuple[str, ...]:
    """A few short words again and again are what may be chosen."""
    words = [cell.text.strip() for cell in cells if cell.kind == "text"]
    found = tuple(dict.fromkeys(words))
    repeated = len(words) >= 4 and 2 <= len(found) <= 6 and len(found) * 2 <= len(words)
    return found if repeated and all(len(word) <= LONGEST_CHOICE for word in found) else ()


def _kind(title: str, unit: str, choices: tuple[str, ...], cells: Sequence[Cell]) -> str:
    named = _by_title(title, unit, choices)
    if named != ColumnKind.TEXT:
        return named
    kinds = {cell.kind for cell in cells}
    if kinds == {"date"}:
        return ColumnKind.DAY
    if kinds == {"number"}:
        return ColumnKind.NUMBER if any("." in cell.text for cell in cells) else ColumnKind.WHOLE
    return named


def _by_title(title: str, unit: str, choices: tuple[str, ...]) -> str:
    if _NUMBERED.match(title):
        return ColumnKind.NUMBERED
    if _RECEIVER.match(title):
        return ColumnKind.RECEIVER
    if _FLAG.search(title) or set(choices) in ({"是", "否"}, {"有", "无"}):
        return ColumnKind.FLAG
    if unit:
        return _by_unit(unit)
    if choices:
        return ColumnKind.CHOICE
    if _DAY.search(title) and not _DATED_BY_WORD.match(title):
        return ColumnKind.DAY
    for rule, kind in ((_NUMBER, ColumnKind.NUMBER), (_MONEY, ColumnKind.MONEY), (_WHOLE, ColumnKind.WHOLE)):
        if rule.search(title):
            return kind
    return ColumnKind.TEXT


def _by_unit(unit: str) -> str:
    if unit.endswith("元"):
        return ColumnKind.MONEY
    return ColumnKind.WHOLE if unit in _WHOLE_UNITS else ColumnKind.NUMBER
