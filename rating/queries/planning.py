"""What a what-if and a path need of one stored score, and how what was typed becomes levers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from rating.engine import Facts, References, Scheme as Rules, load_scheme, numbers
from rating.engine.facts import Value
from rating.engine.inputs import InputSpec
from rating.engine.references import NONE
from rating.models import Assessment
from rating.planning.levers import Lever, LeverError, between, movable, unit_step
from rating.planning.whatif import demand_value

# Fields of a row of the cost table, as they are named in the address: low-REV, each-REV …
FIELDS = ("low", "high", "size", "each", "fixed", "days")
SLIDES = 100
LONGEST_DAYS = 3650
YES_NO = {"true": True, "false": False}


@dataclass(frozen=True)
class Stored:
    """A score as it was computed: its rules, what it read, and what it was held against."""

    assessment: Assessment
    rules: Rules
    facts: Facts
    references: References


@dataclass(frozen=True)
class Knob:
    """One input of the what-if page: what it is now, and a slider's ends and step (numbers only)."""

    spec: InputSpec
    now: Value
    typed: str
    error: str = ""
    low: str = ""
    high: str = ""
    step: str = ""
    slide: str = ""

    @property
    def options(self) -> list[tuple[str, str]]:
        return _options(self.spec)

    @property
    def shown(self) -> str:
        return self.spec.show(self.now)


@dataclass(frozen=True)
class CostRow:
    """One input of the cost table as typed. Without any cost it stays as it is."""

    spec: InputSpec
    now: Value
    typed: Mapping[str, str]
    errors: tuple[tuple[str, str], ...] = ()
    cells: tuple[tuple[str, str, str], ...] = field(default=())  # (name, label, typed)

    @property
    def shown(self) -> str:
        return self.spec.show(self.now)

    @property
    def is_number(self) -> bool:
        return isinstance(self.now, Decimal)


def may_plan(user: User, assessment: Assessment) -> bool:
    """The office; the park's own operator once the scheme is opened to parks. Others read scores only."""
    if user.may(Permission.ASSESSMENT_RUN):
        return True
    return assessment.scheme.planning_open and user.may(Permission.TENANCY_EDIT, assessment.park)


def stored(assessment: Assessment) -> Stored:
    references = References.from_json(assessment.snapshot) if assessment.snapshot else NONE
    return Stored(assessment, _rules(assessment.scheme.text), Facts.from_json(assessment.facts), references)


@lru_cache(maxsize=8)
def _rules(text: str) -> Rules:
    """Reading a scheme takes longer than scoring by it, and a slider asks again and again."""
    return load_scheme(text)


# What if


def knobs(found: Stored, typed: Mapping[str, str]) -> tuple[list[Knob], dict[str, Value]]:
    """Every input that may be moved, and the values that differ from now. A knob with an error is not among these."""
    rows, changes = [], {}
    for name in movable(found.rules, found.facts):
        spec, now = found.rules.inputs[name], found.facts.inputs[name].value
        text = typed.get(f"v-{name}", "").strip()
        error = ""
        try:
            value = _value(spec, text) if text else now
            if value != now:
                demand_value(found.rules, name, value)
                changes[name] = value
        except (LeverError, ValueError) as wrong:
            error = str(wrong)
        rows.append(_knob(spec, now, text or _plain(now), error))
    return rows, changes


def _knob(spec: InputSpec, now: Value, typed: str, error: str) -> Knob:
    if not isinstance(now, Decimal):
        return Knob(spec, now, typed, error)
    with numbers.exact():
        low = spec.low if spec.low is not None else min(numbers.ZERO, now * 2)
        high = spec.high if spec.high is not None else max(now * 2, Decimal(20))
        step = unit_step(spec)
        slide = max(step, _round_step((high - low) / SLIDES))
        high = high if spec.high is not None else low + (high - low) // slide * slide + slide
    return Knob(spec, now, typed, error, *map(numbers.plain, (low, high, step, slide)))


def _round_step(size: Decimal) -> Decimal:
    """The nearest smaller 1, 10, 100 …"""
    return Decimal(10) ** size.adjusted() if size > 0 else size


def _value(spec: InputSpec, text: str) -> Value:
    if spec.type == "boolean":
        if text not in YES_NO:
            raise ValueError(f"{spec.title}请选择是或否")
        return YES_NO[text]
    if spec.type == "choice":
        return text
    return _number(spec.title, text)


def _number(title: str, text: str) -> Decimal:
    try:
        return numbers.parse(text.replace(",", "").replace("，", ""))
    except ValueError as wrong:
        raise ValueError(f"{title}：{wrong}") from None


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return numbers.plain(value) if isinstance(value, Decimal) else str(value)


def _options(spec: InputSpec) -> list[tuple[str, str]]:
    return [("true", "是"), ("false", "否")] if spec.type == "boolean" else list(spec.choices)


# The cost table


def cost_table(found: Stored, typed: Mapping[str, str]) -> tuple[list[CostRow], list[Lever]]:
    """Every input that may be moved with what was typed for it, and the levers of those that have a cost."""
    rows, levers = [], []
    for name in movable(found.rules, found.facts):
        spec, now = found.rules.inputs[name], found.facts.inputs[name].value
        said = {part: typed.get(f"{part}-{name}", "").strip() for part in FIELDS}
        errors: list[tuple[str, str]] = []
        if any(said.values()):
            made = _lever(spec, now, said, errors)
            levers += [made] if made is not None else []
        rows.append(CostRow(spec, now, said, tuple(errors), _cells(spec, now, said)))
    return rows, levers


def _cells(spec: InputSpec, now: Value, said: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    labels = {
        "low": "最低可到", "high": "最高可到", "size": "每步", "each": f"每 1 {spec.unit or '单位'}费用",
        "fixed": "固定费用", "days": "天数",
    }  # fmt: skip
    parts = FIELDS if isinstance(now, Decimal) else ("fixed", "days")
    return tuple((f"{part}-{spec.name}", f"{spec.title}{labels[part]}", said[part]) for part in parts)


def _lever(
    spec: InputSpec, now: Value, said: Mapping[str, str], errors: list[tuple[str, str]]
) -> Lever | None:
    """None when nothing is charged for it, or when something typed is wrong (then told in `errors`)."""
    if not said["each"] and not said["fixed"]:
        return None
    read = {part: _typed(spec, part, text, errors) for part, text in said.items() if text}
    if errors:
        return None
    each, fixed = read.get("each", numbers.ZERO), read.get("fixed", numbers.ZERO)
    days = int(read.get("days", numbers.ZERO))
    if not isinstance(now, Decimal):
        options = (now, *(value for text, _ in _options(spec) if (value := _value(spec, text)) != now))
        return Lever(spec.name, now, options=options, each=each, fixed=fixed, days=days)
    if "low" not in read and "high" not in read:
        errors.append((f"high-{spec.name}", f"{spec.title}填了费用，请再填写最低或最高可到多少"))
        return None
    try:
        # Without a limit typed, a number stays on the side of now where it is.
        size, least, most = between(spec, now, read.get("low", now), read.get("high", now), read.get("size"))
    except LeverError as wrong:
        errors.append((f"size-{spec.name}", str(wrong)))
        return None
    return Lever(spec.name, now, size, least, most, each=each, fixed=fixed, days=days)


def _typed(spec: InputSpec, part: str, text: str, errors: list[tuple[str, str]]) -> Decimal:
    try:
        value = _number(spec.title, text)
        if part in ("each", "fixed") and value < 0:
            raise ValueError(f"{spec.title}的费用不得为负")
        if part == "days" and not (0 <= value <= LONGEST_DAYS and value == value.to_integral_value()):
            raise ValueError(f"{spec.title}的天数应为 0 至 {LONGEST_DAYS} 的整数")
    except ValueError as wrong:
        errors.append((f"{part}-{spec.name}", str(wrong)))
        return numbers.ZERO
    return value
