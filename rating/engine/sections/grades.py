"""The section `grades`: from a total, a place in the cohort or a count of stars to a grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from rating.engine import numbers
from rating.engine.condition_reading import read_test
from rating.engine.fields import Fields
from rating.engine.params import Specs
from rating.engine.scheme import Amount, Attribute, Grade, Quota, Share, StarSum, Transform
from rating.engine.sections.nodes import read_amount
from rating.engine.tree import Mapping as Tree

SHARE_ROUNDINGS = ("floor", "ceil", "half_up")
TIES = ("up", "down", "order")
MOST_STARS = 9


@dataclass(frozen=True, slots=True)
class Grades:
    levels: tuple[Grade, ...]
    outcomes: tuple[Grade, ...]
    inclusive: str


def read_grades(top: Fields, attributes: Mapping[str, Attribute]) -> tuple[Fields, Grades]:
    """The levels and outcomes. The section stays open: what counts places is read once the tree is known."""
    section = top.fields("grades")
    inclusive = section.one_of("inclusive", ("lower", "upper"))
    free = section.has("quota") or section.has("stars")
    grades: list[Grade] = []
    for row in section.rows("levels"):
        code, title, stars = row.text("code"), row.text("title"), row.count("stars", 0, MOST_STARS)
        grades.append(Grade(code, title, stars, _cut(row, attributes)))
        row.close()
        _demand_order(row, grades, free=free)
    if grades and grades[-1].cut is not None:
        section.report("levels", "的最后一级不得有 from：低于它的总分无级可归")
    outcomes: list[Grade] = []
    for row in section.rows("outcomes") if section.has("outcomes") else ():
        outcomes.append(Grade(row.text("code"), row.text("title"), 0, None))
        row.close()
        if outcomes[-1].code in {each.code for each in (*grades, *outcomes[:-1])}:
            row.report("code", f"代码“{outcomes[-1].code}”重复")
    return section, Grades(tuple(grades), tuple(outcomes), inclusive)


def _cut(row: Fields, attributes: Mapping[str, Attribute]) -> Amount | None:
    if isinstance(row.take("from"), Tree):
        return read_amount(row, "from", attributes)
    cut = row.optional_number("from")
    return None if cut is None else Amount(cut)


def _demand_order(row: Fields, grades: list[Grade], *, free: bool) -> None:
    here = grades[-1]
    if here.code in [grade.code for grade in grades[:-1]]:
        row.report("code", f"代码“{here.code}”重复")
    if len(grades) < 2 or free:
        return
    above = grades[-2]
    if above.cut is None:
        row.report("code", "之前的一级没有 from：只有最后一级可以没有")
    elif here.cut is not None and any(low >= high for low, high in _facing(here.cut, above.cut)):
        row.report("from", f"应小于上一级的 {numbers.plain(min(above.cut.all))}")


def _facing(here: Amount, above: Amount) -> list[tuple[Decimal, Decimal]]:
    levels = {level for level, _ in (*here.cases, *above.cases)}
    if here.attribute and above.attribute and here.attribute != above.attribute:
        return [(max(here.all), min(above.all))]
    code = here.attribute or above.attribute
    return [(here.of({code: level}), above.of({code: level})) for level in levels] or [
        (here.value, above.value)
    ]


def read_quota(
    section: Fields, grades: Grades, attributes: Mapping[str, Attribute], subjects: Mapping[str, Specs]
) -> Quota | None:
    if not section.has("quota"):
        return None
    row = section.fields("quota")
    shares = tuple(_share(each, grades) for each in row.rows("shares"))
    by = row.texts("by") if row.has("by") else ()
    for code in by:
        if code not in attributes:
            row.report("by", f"含有未声明的属性“{code}”")
    smallest, ties = row.count("smallest", 1, 10_000), row.one_of("ties", TIES)
    tie_break = row.texts("tie_break") if row.has("tie_break") else ()
    for code in tie_break:
        if code not in subjects["item"] and code not in subjects["group"]:
            row.report("tie_break", f"含有不存在的指标“{code}”")
    if (ties == "order") != bool(tie_break):
        row.report("tie_break", "ties 为 order 时须写明依次比较的指标，其他不写")
    exempt, exempt_grade = None, ""
    if row.has("exempt"):
        inner = row.fields("exempt")
        exempt_grade = inner.one_of("grade", [each.code for each in grades.levels])
        exempt = read_test(
            inner, {key: specs for key, specs in subjects.items() if key in ("input", "attribute")}
        )
        inner.close()
    row.close()
    _demand_shares(row, shares, grades)
    return Quota(shares, by, smallest, ties, tie_break, exempt, exempt_grade)


def _share(row: Fields, grades: Grades) -> Share:
    grade = row.one_of("grade", [each.code for each in grades.levels])
    percent = row.optional_number("percent")
    count = row.count("count", 0, 100_000) if row.has("count") else None
    rounding = row.one_of("rounding", SHARE_ROUNDINGS, "floor")
    rest = row.boolean_or("rest")
    row.close()
    if [percent is not None, count is not None, rest].count(True) != 1:
        row.report("grade", "应在 percent、count、rest 中恰好写一个")
    if percent is not None and not 0 <= percent <= 100:
        row.report("percent", "应在 0 与 100 之间")
    return Share(grade, percent, count, rounding)


def _demand_shares(row: Fields, shares: tuple[Share, ...], grades: Grades) -> None:
    order = [each.code for each in grades.levels]
    places = [order.index(share.grade) for share in shares if share.grade in order]
    if places != sorted(set(places)):
        row.report("shares", "须自最高等级起依次写，不得重复")
    rests = [share for share in shares if share.percent is None and share.count is None]
    if len(rests) != 1:
        row.report("shares", "须恰有一档 rest（其余）")
    if sum((share.percent or numbers.ZERO for share in shares), numbers.ZERO) > 100:
        row.report("shares", "百分比合计超过 100")


def read_stars(section: Fields, grades: Grades, subjects: Mapping[str, Specs]) -> StarSum | None:
    if not section.has("stars"):
        return None
    row = section.fields("stars")
    base = row.text("base")
    if base not in subjects["input"] or subjects["input"][base].type != "number":
        row.report("base", f"应为一项数值输入：“{base}”")
    steps = []
    for each in row.rows("steps"):
        add = int(each.number("add"))
        steps.append((read_test(each, subjects), add))
        each.close()
    low, high = row.count("low", 0, MOST_STARS), row.count("high", 5, MOST_STARS)
    row.close()
    if low > high:
        row.report("low", "大于 high")
    stars = {grade.stars for grade in grades.levels}
    if lacking := [str(n) for n in range(low, high + 1) if n not in stars]:
        row.report("high", f"：{'、'.join(lacking)} 星没有对应的等级")
    return StarSum(base, tuple(steps), low, high)


def read_limits(section: Fields, grades: Grades) -> tuple[tuple[str, int], ...]:
    if not section.has("limits"):
        return ()
    row = section.fields("limits")
    codes = {each.code for each in grades.levels[:-1]}
    found = []
    for code in row.tree.entries:
        if code not in codes:
            row.take(code)
            row.report(code, "不是最低级以外的等级")
            continue
        found.append((code, row.count(code, 0, 100_000)))
    return tuple(found)


def read_transform(total: Fields, digits: int) -> Transform | None:
    if not total.has("transform"):
        return None
    row = total.fields("transform")
    made = Transform(
        row.number("times", Decimal(1)),
        row.number("plus", numbers.ZERO),
        row.optional_number("floor"),
        row.optional_number("cap"),
        row.count("digits", digits, 6),
    )
    row.close()
    if made.times <= 0:
        row.report("times", "必须大于 0")
    return made
