"""Facts from a file: one row an entity (.csv, .xlsx) or a list of entities (.json). For score_scheme: no database."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from guandu.core.errors import Invalid
from guandu.exchange.workbooks import Cell, Sheet, read_text_table, read_workbook
from rating.engine import Facts, FactsError, Input, Mark, Record, Scheme
from rating.engine.derivations.years import MeanGrowth, WeightedYears
from rating.engine.inputs import InputSpec

HEAD = ("entity", "name", "period", "on")
FLAGS = {
    "是": True,
    "true": True,
    "1": True,
    "有": True,
    "否": False,
    "false": False,
    "0": False,
    "无": False,
}
LARGEST = 50 * 1024 * 1024
_EARLIER = re.compile(r"(.+)@-([1-9]\d?)")


@dataclass
class _Reading:
    """One file under way: what the scheme knows, and everything wrong found so far."""

    scheme: Scheme
    errors: list[tuple[str, str]] = field(default_factory=list)

    def fail(self, place: str, message: str) -> None:
        self.errors.append((place, message))

    def spec(self, column: str) -> InputSpec | None:
        found = _EARLIER.fullmatch(column)
        return self.scheme.inputs.get(found[1] if found else column)


def read_facts(data: bytes, name: str, scheme: Scheme, *, lenient: bool = False) -> list[Facts]:
    """Everybody in the file. Raises Invalid with every (place, message); `lenient` lets declared inputs have no column."""
    if len(data) > LARGEST:
        raise Invalid("数据文件超过 50 MB。")
    reading = _Reading(scheme)
    if name.endswith(".json"):
        found = _from_json(data, reading)
    elif name.endswith(".csv"):
        found = _from_tables(read_text_table(data, name, "数据"), reading, lenient=lenient)
    else:
        found = _from_tables(read_workbook(data, name), reading, lenient=lenient)
    if not found and not reading.errors:
        reading.fail(name, "没有一个参评对象")
    if reading.errors:
        raise Invalid(f"数据文件有 {len(reading.errors)} 处错误，没有评分。", errors=reading.errors)
    return found


# Tables


def _from_tables(sheets: tuple[Sheet, ...], reading: _Reading, *, lenient: bool) -> list[Facts]:
    main, *others = sheets
    lists = {
        sheet.name.strip(): _records(sheet, reading) for sheet in others if _holds_records(sheet, reading)
    }
    if not main.rows:
        reading.fail(main.name, "是空的")
        return []
    columns = {
        letters: cell.text.strip() for letters, cell in main.rows[0].cells.items() if cell.text.strip()
    }
    _demand_columns(main, columns, lists, reading, lenient=lenient)
    found = []
    for row in main.rows[1:]:
        cells = {
            columns[letters]: cell
            for letters, cell in row.cells.items()
            if letters in columns and cell.text.strip()
        }
        if cells:
            found.append(_entity(f"{main.name}!{row.number}", cells, lists, reading))
    return [each for each in found if each is not None]


def _holds_records(sheet: Sheet, reading: _Reading) -> bool:
    spec = reading.scheme.inputs.get(sheet.name.strip())
    if spec is None or spec.type != "records":
        reading.fail(sheet.name, "这张工作表的名称不是方案中的记录清单")
        return False
    return True


def _demand_columns(
    main: Sheet, columns: Mapping[str, str], lists: Mapping[str, Any], reading: _Reading, *, lenient: bool
) -> None:
    names = list(columns.values())
    for name in sorted({name for name in names if names.count(name) > 1}):
        reading.fail(main.name, f"列“{name}”重复")
    scheme = reading.scheme
    for name in names:
        spec = reading.spec(name)
        if name not in HEAD and name not in scheme.attributes and spec is None:
            reading.fail(main.name, f"方案不认识列“{name}”")
        elif spec is not None and (spec.derive or spec.type == "records"):
            reading.fail(
                main.name, f"列“{name}”不在表中填写：{'由其他数据得出' if spec.derive else '记录另列工作表'}"
            )
    if "entity" not in names:
        reading.fail(main.name, "缺少列“entity”")
    if lenient:
        return
    for name in demanded(scheme):
        if name not in names and name not in lists:
            reading.fail(main.name, f"缺少列“{name}”（{_title(reading, name)}）")


def _title(reading: _Reading, name: str) -> str:
    spec = reading.spec(name)
    return spec.title if spec else reading.scheme.attributes[name].title


def demanded(scheme: Scheme) -> list[str]:
    """Columns that a complete file has: attributes, inputs that nothing derives, and the years before that are read."""
    plain = [spec.name for spec in scheme.inputs.values() if spec.derive is None]
    earlier = {
        f"{name}@-{years}"
        for spec in scheme.inputs.values()
        for name, most in _years_of(spec)
        for years in most
        if scheme.inputs[name].derive is None
    }
    return list(dict.fromkeys([*scheme.attributes, *plain, *sorted(earlier)]))


def _years_of(spec: InputSpec) -> Iterable[tuple[str, Iterable[int]]]:
    derive = spec.derive
    if isinstance(derive, WeightedYears):
        yield derive.of, range(1, len(derive.weights))
    elif isinstance(derive, MeanGrowth):
        yield derive.of, range(1, derive.years + 1)
    elif derive is not None and hasattr(derive, "years"):
        yield derive.of, (derive.years,)


def _entity(
    place: str, cells: Mapping[str, Cell], lists: Mapping[str, Any], reading: _Reading
) -> Facts | None:
    text = {name: cells[name].text.strip() if name in cells else "" for name in HEAD}
    if not text["entity"]:
        reading.fail(place, "没有填写 entity")
        return None
    attributes = {code: cells[code].text.strip() for code in reading.scheme.attributes if code in cells}
    inputs = {}
    for name, cell in cells.items():
        spec = reading.spec(name)
        if name in HEAD or name in reading.scheme.attributes or spec is None or spec.type == "records":
            continue
        try:
            inputs[name] = Input(_typed(cell, spec), spec.unit, source=cell.address)
        except (ValueError, FactsError) as error:
            reading.fail(f"{place}（{name}）", str(error))
    for name, by_entity in lists.items():
        # A sheet that is there says that who has no row in it has no record.
        inputs[name] = Input(tuple(by_entity.get(text["entity"], ())), source=name)
    return _made(place, text, attributes, inputs, reading)


def _made(
    place: str, text: Mapping[str, str], attributes: Mapping, inputs: Mapping, reading: _Reading
) -> Facts | None:
    try:
        return Facts(
            text["entity"], text.get("name", "") or text["entity"], text.get("period", ""), "",
            attributes, inputs, text.get("on", ""),
        )  # fmt: skip
    except FactsError as error:
        reading.fail(place, str(error))
        return None


def _typed(cell: Cell, spec: InputSpec):
    text = cell.text.strip()
    if spec.type == "number":
        return _number(text.replace(",", ""), percent=cell.kind == "percent")
    if spec.type == "boolean":
        return _flag(text)
    if spec.type == "checklist":
        return tuple(part.strip() for part in text.split(";") if part.strip())
    if spec.type == "marks":
        return tuple(_mark(part) for part in text.split(";") if part.strip())
    return text


def _number(text: str, *, percent: bool = False) -> Decimal:
    """What a cell shows: a cell formatted as per cent holds 0.6 and shows 60%."""
    shown = text.removesuffix("%")
    try:
        number = Decimal(shown)
    except InvalidOperation:
        raise ValueError(f"“{text}”不是数字") from None
    return number * 100 if percent and shown == text else number


def _flag(text: str) -> bool:
    if text.lower() not in FLAGS:
        raise ValueError(f"“{text}”应为是或否")
    return FLAGS[text.lower()]


def _mark(text: str) -> Mark:
    """judge=8.5, or judge(role)=8.5; a judge without a number has not answered."""
    judge, _, points = text.partition("=")
    name, _, role = judge.strip().partition("(")
    return Mark(name.strip(), _number(points.strip()) if points.strip() else None, role.rstrip(")").strip())


def _records(sheet: Sheet, reading: _Reading) -> dict[str, list[Record]]:
    spec = reading.scheme.inputs[sheet.name.strip()]
    fields = {each.name: each for each in spec.fields}
    found: dict[str, list[Record]] = defaultdict(list)
    columns = (
        {letters: cell.text.strip() for letters, cell in sheet.rows[0].cells.items()} if sheet.rows else {}
    )
    for name in columns.values():
        if name and name != "entity" and name not in fields:
            reading.fail(sheet.name, f"记录清单没有字段“{name}”")
    if "entity" not in columns.values():
        reading.fail(sheet.name, "缺少列“entity”")
    for row in sheet.rows[1:]:
        cells = {columns.get(letters, ""): cell for letters, cell in row.cells.items() if cell.text.strip()}
        owner = cells.pop("entity", None)
        if not cells:
            continue
        if owner is None:
            reading.fail(f"{sheet.name}!{row.number}", "没有填写 entity")
            continue
        try:
            values = {name: _typed(cell, fields[name]) for name, cell in cells.items() if name in fields}
        except ValueError as error:
            reading.fail(f"{sheet.name}!{row.number}", str(error))
            continue
        found[owner.text.strip()].append(Record({name: values.get(name) for name in fields}))
    return found


# JSON


def _from_json(data: bytes, reading: _Reading) -> list[Facts]:
    try:
        raw = json.loads(
            data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse
        )
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Invalid(f"数据文件不是 JSON：{error}") from error
    if not isinstance(raw, list):
        raise Invalid("数据文件应为列表，每项一个参评对象。")
    found = []
    for place, each in enumerate(raw, start=1):
        made = _json_entity(f"第 {place} 项", each, reading)
        if made is not None:
            found.append(made)
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} 不是有限的数")


def _json_entity(place: str, raw: Any, reading: _Reading) -> Facts | None:
    if not isinstance(raw, dict) or not isinstance(raw.get("entity"), str) or not raw["entity"]:
        reading.fail(place, "应为一个对象，entity 为文字")
        return None
    for key in sorted(raw.keys() - {*HEAD, "attributes", "inputs"}):
        reading.fail(place, f"不认识的键“{key}”")
    attributes, inputs = raw.get("attributes", {}), {}
    for code in sorted(attributes.keys() - reading.scheme.attributes.keys()):
        reading.fail(place, f"方案没有属性“{code}”")
    for name, value in raw.get("inputs", {}).items():
        spec = reading.spec(name)
        if spec is None or spec.derive is not None:
            reading.fail(
                place, f"方案不认识输入“{name}”" if spec is None else f"输入“{name}”由其他数据得出，不能给"
            )
            continue
        try:
            inputs[name] = _json_input(value, spec)
        except (ValueError, TypeError, KeyError, AttributeError, FactsError) as error:
            reading.fail(f"{place}（{name}）", str(error))
    text = {key: str(raw.get(key, "")) for key in HEAD}
    return _made(place, text, attributes, inputs, reading)


def _json_input(raw: Any, spec: InputSpec) -> Input:
    given = raw if isinstance(raw, dict) else {"value": raw}
    if strange := sorted(given.keys() - {"value", "unit", "source", "reported", "period", "evidence"}):
        raise ValueError(f"不认识的键“{strange[0]}”")
    return Input(
        _json_value(given.get("value"), spec),
        given.get("unit", spec.unit),
        source=given.get("source", ""),
        reported=given.get("reported", True),
        period=given.get("period", ""),
        evidence=tuple(given.get("evidence", ())),
    )


def _json_value(raw: Any, spec: InputSpec):
    if spec.type == "number" and isinstance(raw, str):
        return _number(raw)
    if spec.type == "marks" and raw is not None:
        return tuple(
            Mark(
                each["judge"],
                _json_number(each.get("points")),
                each.get("role", ""),
                bool(each.get("recused", False)),
            )
            for each in raw
        )
    if spec.type == "records" and raw is not None:
        kinds = {each.name: each for each in spec.fields}
        return tuple(
            Record({key: _json_field(value, kinds.get(key)) for key, value in each.items()}) for each in raw
        )
    return tuple(raw) if spec.type == "checklist" and raw is not None else raw


def _json_field(raw: Any, spec: InputSpec | None):
    return _number(raw) if spec is not None and spec.type == "number" and isinstance(raw, str) else raw


def _json_number(raw: Any) -> Decimal | None:
    return None if raw is None else _number(str(raw))
