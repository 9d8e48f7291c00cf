"""What each way of computing makes of the rows of one place: a park, or the district where its numbers are the
district's own. Each answers with the values of a row; whole numbers only."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from targets.checks.expressions import parsed
from targets.definitions.values import value_of
from targets.enums import Gap, IndicatorKind
from targets.queries.rollup.inputs import Definition
from targets.queries.rollup.rows import Row, amount_of

Find = Callable[[str], Row | None]
Values = dict


def _missing(gap: str, **values) -> Values:
    return {"numerator": None, "expected": 1, "reported": 0, "gap": str(gap), **values}


def _gap_of(row: Row | None, otherwise: str = Gap.NOT_REPORTED) -> str:
    return str(row.gap if row is not None and row.gap else otherwise)


def ratio(definition: Definition, definitions: dict[str, Definition], find: Find) -> Values:
    """The two numbers of a place that reports both and has a denominator other than zero."""
    top, bottom = find(definition.formula["num"]), find(definition.formula["den"])
    if top is None or top.numerator is None:
        return _missing(_gap_of(top))
    if bottom is None or bottom.numerator is None:
        return _missing(Gap.NO_DENOMINATOR)
    if not bottom.numerator:
        return _missing(Gap.ZERO_DENOMINATOR)
    if definitions[top.indicator].scale != definitions[bottom.indicator].scale:
        return _missing(Gap.DIFFERENT)
    return {
        "numerator": top.numerator, "denominator": bottom.numerator, "expected": 1, "reported": 1,
        "backfilled": max(top.backfilled, bottom.backfilled),
    }  # fmt: skip


def condition(definition: Definition, definitions: dict[str, Definition], find: Find) -> Values:
    """1 where the number lies within the bounds, 0 where it does not, none where it is unknown."""
    row = find(definition.formula["of"])
    if row is None:
        return _missing(Gap.NOT_APPLICABLE)
    kept = {"expected": row.expected, "reported": row.reported, "value_id": row.value_id, "backfilled": row.backfilled}
    inside = _inside(definition.formula, row, definitions[row.indicator])
    if inside is None:
        return kept | {"numerator": None, "gap": _gap_of(row)}
    return kept | {"numerator": int(inside)}


def _inside(formula: dict, row: Row, measured: Definition) -> bool | None:
    amount = amount_of(row, measured)
    if amount is None:
        return None
    low, high, most = (_bound(formula, name) for name in ("at_least", "below", "at_most"))
    return (low is None or amount >= low) and (high is None or amount < high) and (most is None or amount <= most)


def _bound(formula: dict, name: str) -> Fraction | None:
    text = formula.get(name)
    return None if text is None else Fraction(Decimal(str(text)))


def each_holds(definition: Definition, definitions: dict[str, Definition], find: Find) -> Values:
    """As a condition; those that can be judged are the denominator."""
    values = condition(definition, definitions, find)
    judged = values["numerator"] is not None
    return values | {"denominator": 1 if judged else None, "reported": int(judged)}


def average(definition: Definition, definitions: dict[str, Definition], find: Find) -> Values:
    """The place's number once, or as many times as its weight says."""
    row, by = find(definition.formula["of"]), definition.formula.get("weight")
    units = None if row is None else _units(row, definitions[row.indicator], definition.scale)
    if units is None:
        return _missing(_gap_of(row), expected=row.expected if row else 1)
    told = {"expected": row.expected, "reported": 1, "backfilled": row.backfilled}
    if not by:
        return told | {"numerator": units, "denominator": 1}
    weight = find(by)
    if weight is None or weight.numerator is None:
        return _missing(Gap.NO_DENOMINATOR, expected=row.expected)
    if not weight.numerator:
        return _missing(Gap.ZERO_DENOMINATOR, expected=row.expected)
    if definitions[row.indicator].formula.get("den") == by and definitions[row.indicator].kind == IndicatorKind.RATIO:
        # Its own denominator cancels: exact, where the ratio itself is rounded.
        return told | {"numerator": 100 * row.numerator * 10**definition.scale, "denominator": weight.numerator}
    return told | {"numerator": units * weight.numerator, "denominator": weight.numerator}


def _units(row: Row, measured: Definition, scale: int) -> int | None:
    """The number in units of 10**-scale; a ratio as it is shown, to six decimals."""
    value = value_of(measured.kind, row.numerator, row.denominator, scale=measured.scale, unit=measured.unit)
    if value is None:
        return None
    return whole(Fraction(value) * 10**scale)


def whole(amount: Fraction) -> int | None:
    """`amount` where it is a whole number: what would have to be rounded is not kept."""
    return amount.numerator if amount.denominator == 1 else None


def formula(definition: Definition, definitions: dict[str, Definition], find: Find) -> Values:
    """A sum of multiples, or one such sum over another: each adds up over places."""
    texts = [definition.formula[side] for side in ("num", "den") if definition.formula.get(side)]
    codes = list(dict.fromkeys(code for text in texts for code in parsed(text).codes))
    rows = {code: find(code) for code in codes}
    expected = max((row.expected for row in rows.values() if row), default=1)
    if lacking := [row for row in rows.values() if row is None or row.numerator is None]:
        return _missing(_gap_of(lacking[0]), expected=expected)
    sides = [_combined(text, definition, definitions, rows) for text in texts]
    if None in sides:
        return _missing(Gap.DIFFERENT, expected=expected)
    told = {"expected": expected, "reported": 1, "backfilled": max(row.backfilled for row in rows.values())}
    return told | {"numerator": sides[0], "denominator": sides[1] if len(sides) > 1 else None}


def _combined(text: str, own: Definition, definitions: dict[str, Definition], rows: dict[str, Row]) -> int | None:
    """In units of 10**-scale of the formula itself."""
    total = sum(
        term.factor * Fraction(rows[term.code].numerator * 10**own.scale, 10 ** definitions[term.code].scale)
        for term in parsed(text).terms
    )
    return whole(Fraction(total))


AT_A_PLACE: dict[str, Callable[[Definition, dict[str, Definition], Find], Values]] = {
    "ratio": ratio,
    "count_over_line": condition,
    "all_of": each_holds,
    "average": average,
    "formula": formula,
}
