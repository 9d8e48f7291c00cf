"""The Chinese sentence of each part of a result. Words only: nothing here decides a point."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.inputs import InputSpec, Reading
from rating.engine.rules.base import Ahead, amount, points_text
from rating.engine.scheme import MISSING_POLICIES, Item

ADJUSTMENTS = {
    "weigh": "按权重折算",
    "rescale": "按可得分折算",
    "cap": "超过上限的部分",
    "floor": "补至下限",
    "round": "四舍五入",
    "transform": "总分换算",
}
GATE_STATUS = {
    "passed": "通过",
    "failed": "未通过",
    "pending": "待核",
    "exempt": "免于本项要求",
    "met": "符合",
    "unmet": "不符合",
}


BEFORE_ABOUT = re.compile(" 约 ")
AFTER_PERCENT = re.compile("%(?=[\u4e00-\u9fff])")


def tidy(text: str) -> str:
    """Spaces as officials set them: none before 约, one between a percent sign and a Chinese character."""
    return AFTER_PERCENT.sub("% ", BEFORE_ABOUT.sub("约 ", text))


def reading_text(reading: Reading) -> str:
    """入驻率 55%（企业入驻面积 5500 平方米，已建成面积 10000 平方米）."""
    text = f"{reading.title} {reading.shown}" if reading.state == "ok" else f"{reading.title}：{reading.note}"
    parts = "，".join(reading_text(part) for part in reading.parts)
    return f"{text}（{parts}）" if parts else text


@dataclass(frozen=True, slots=True)
class Placed:
    """An item's points on their way: by the rule, on the item's scale, within its limits."""

    rule: Decimal
    scaled: Decimal
    points: Decimal
    text: str


def scored(item: Item, full: Decimal, readings: Sequence[Reading], placed: Placed) -> str:
    facts = "，".join(reading_text(reading) for reading in readings)
    given = f"得 {points_text(placed.points)}"
    if item.of is not None:
        given = f"计 {numbers.shown(placed.rule, 2)} 分（{numbers.plain(item.of)} 分制），折合 {points_text(placed.points)}"
    elif not rounds_to(placed.scaled, placed.points, item):
        given = f"计得 {numbers.shown(placed.scaled, item.digits)} 分，以 {points_text(placed.points)}为限"
    lead = f"{facts}；" if facts else ""
    return tidy(f"{lead}{placed.text}，{given}，{_full_text(full)}{_lost_text(full, placed.points)}。")


def rounds_to(raw: Decimal, points: Decimal, item: Item) -> bool:
    return numbers.rounded_by(raw, item.digits, item.rounding) == points


def overridden(sentence: str, points: Decimal, by: str, reason: str) -> str:
    return f"{sentence}经{by}改为 {points_text(points)}，理由：{reason}。"


def peer_mean(item: Item, full: Decimal, readings: Sequence[Reading], points: Decimal, count: int) -> str:
    gaps = "，".join(reading_text(reading) for reading in readings if reading.state != "ok")
    return tidy(f"{gaps}；按同批 {count} 个的平均得分率计，得 {points_text(points)}，{_full_text(full)}。")


def not_scored(item: Item, full: Decimal, readings: Sequence[Reading], points: Decimal) -> str:
    """For missing, excluded and blocked: which inputs are wanting, and what the policy makes of it."""
    gaps = "，".join(reading_text(reading) for reading in readings if reading.state != "ok")
    policy = MISSING_POLICIES[item.missing.policy]
    if any(reading.state == "invalid" for reading in readings):
        return tidy(f"{gaps}；数据有误，核实前暂不评定。")
    if item.missing.policy == "penalty":
        policy = f"{policy} {points_text(item.missing.points)}，得 {points_text(points)}"
    return tidy(f"{gaps or '参照值为零或负，无法计分'}；{policy}（满分 {points_text(full)}）。")


def scope_unknown(titles: Sequence[str]) -> str:
    return f"未登记{'、'.join(titles)}，无法确定本项是否适用，暂不评定。"


def _full_text(full: Decimal) -> str:
    return f"满分 {points_text(full)}" if full else "本项在满分之外"


def _lost_text(full: Decimal, points: Decimal) -> str:
    return f"，失 {points_text(full - points)}" if points < full and full else ""


def evidence_missing(title: str) -> str:
    return f"{title}没有佐证材料"


def next_step(spec: InputSpec, step: Ahead, change: Decimal | None, rising: bool, points: Decimal) -> str:
    """入驻率再提高 5 个百分点，达到 60%，可得 12 分。"""
    if change is None:
        goal = f"为“{spec.show(step.threshold)}”"
        return tidy(f"{spec.title}{goal}，可得 {points_text(points)}。")
    assert isinstance(step.threshold, Decimal)
    percent = spec.unit == "%"
    verb = ("提高" if percent else "增加") if rising else ("降低" if percent else "减少")
    size = numbers.shown(abs(change), spec.digits)
    moved = f"{size} 个百分点" if percent else f"{size} {spec.unit}".rstrip()
    reach = ("超过" if rising else "低于") if step.strict else ("达到" if rising else "降至")
    how = f"再{verb} {moved}，" if change else ""
    return tidy(f"{spec.title}{how}{reach} {amount(step.threshold, spec)}，可得 {points_text(points)}。")


def group(title: str, points: Decimal, full: Decimal, status: str, adjustments: Sequence[str]) -> str:
    if status == "excluded":
        return f"{title}各项均不参评。"
    state = "（暂计，有指标暂不评定）" if status == "blocked" else ""
    notes = "".join(f"；{sentence}" for sentence in adjustments)
    return f"{title} {points_text(points)}{state}，满分 {points_text(full)}{notes}。"


def rescaled(available: Decimal, full: Decimal) -> str:
    return f"部分指标不参评，按可得 {points_text(available)}折算为 {points_text(full)}"


def weighed(mode: str, points: Decimal) -> str:
    words = "按实得与可得之比" if mode == "achieved" else "按各项得分率和权重"
    return f"{words}合成，折合 {numbers.shown(points, 6)} 分"


def transformed(times: Decimal, plus: Decimal, points: Decimal) -> str:
    more = f"，加 {points_text(plus)}" if plus else ""
    return f"总分乘以 {numbers.plain(times)}{more}，为 {points_text(points)}"


def limited(kind: str, limit: Decimal) -> str:
    return f"以{'上' if kind == 'cap' else '下'}限 {points_text(limit)}为准"


def gate(title: str, status: str, conditions: Sequence[str]) -> str:
    return tidy(f"{title}：{GATE_STATUS[status]}（{'；'.join(conditions)}）。")


def by_place(place: int, among: int) -> str:
    return f"在 {among} 个中列第 {place} 名，"


def grade(
    total: Decimal, how: str, reached: str, given: str, held: Sequence[str], pending: Sequence[str]
) -> str:
    """The total, the grade by `how` (the cuts, a place), and what stands between it and the grade given."""
    text = f"总分 {points_text(total)}，{how}为{reached}"
    if held:
        text += f"；因“{'”“'.join(held)}”未通过，为{given}"
    if pending:
        text += f"；“{'”“'.join(pending)}”待核，结果未定"
    return f"{text}。"


def fixed(total: Decimal, titles: Sequence[str], given: str) -> str:
    return f"因“{'”“'.join(titles)}”，为{given}（已评部分合计 {points_text(total)}）。"


def unplaced(total: Decimal) -> str:
    return f"总分 {points_text(total)}，等级按同批名次确定，尚未排名。"


def noticed(sentence: str, titles: Sequence[str]) -> str:
    return f"{sentence}另有预警：{'、'.join(titles)}。" if titles else sentence


def blocked(total: Decimal, titles: Sequence[str]) -> str:
    return f"暂不评定：{'、'.join(titles)}缺少数据或数据有误，已评部分合计 {points_text(total)}。"
