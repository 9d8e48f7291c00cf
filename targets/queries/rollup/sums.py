"""Park rows added up over chains, streets, areas, departments and the district, exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from guandu.core.numbers import LARGEST
from targets.enums import Gap, OverSpace
from targets.queries.rollup.inputs import Inputs
from targets.queries.rollup.rows import DISTRICT, SUMMED, WHOLE_NAME, Row

GAPS = list(Gap.values)
_NO_GAP = len(GAPS)
_COLUMNS = (
    "units", "below", "known", "divided", "base", "based", "effect", "moved", "expected", "reported", "backfilled",
)  # fmt: skip


def sums(inputs: Inputs, rows: list[Row], periods: dict[str, str]) -> list[Row]:
    """One row per indicator of `rows` and scope that its parks lie in."""
    if not rows:
        return []
    frame, names = _frame(inputs, rows), scope_names(inputs)
    found = []
    for kind, column in {**SUMMED, DISTRICT: "district"}.items():
        scoped = frame if column == "district" else frame[frame[column] != ""]
        grouped = scoped.groupby(["indicator", column], sort=True)
        numbers = grouped[list(_COLUMNS)].sum()
        numbers["top"], numbers["gap"] = grouped["top"].max(), grouped["gap"].min()
        for each in numbers.reset_index().itertuples(index=False):
            code, scope = each[0], each[1]
            name = names[kind].get(scope, WHOLE_NAME)
            rule = inputs.definitions[code].over_space
            found.append(Row(code, kind, scope, name, periods[code], **_values(each, rule)))
    return found


def _frame(inputs: Inputs, rows: list[Row]):
    import pandas as pd  # reason: pandas takes a second to import and only this job needs it

    numbers = {
        "units": [row.numerator or 0 for row in rows],
        "below": [row.denominator or 0 for row in rows],
        "base": [row.base or 0 for row in rows],
        "effect": [row.roster_effect or 0 for row in rows],
    }
    least = -LARGEST - 1
    return pd.DataFrame(
        {
            "indicator": [row.indicator for row in rows],
            **{name: pd.array(column, dtype=_kind_of(column)) for name, column in numbers.items()},
            "known": pd.array([int(row.numerator is not None) for row in rows], dtype="int64"),
            "divided": pd.array([int(row.denominator is not None) for row in rows], dtype="int64"),
            "based": pd.array([int(row.base is not None) for row in rows], dtype="int64"),
            "moved": pd.array([int(row.roster_effect is not None) for row in rows], dtype="int64"),
            "expected": pd.array([row.expected for row in rows], dtype="int64"),
            "reported": pd.array([row.reported for row in rows], dtype="int64"),
            "backfilled": pd.array([row.backfilled for row in rows], dtype="int64"),
            "top": [least if row.numerator is None else row.numerator for row in rows],
            "gap": [GAPS.index(row.gap) if row.gap else _NO_GAP for row in rows],
            "district": "",
            **{column: [getattr(row.member, column) for row in rows] for column in SUMMED.values()},
        }
    )


def _kind_of(column: list[int]) -> str:
    """Whole numbers of Python where sums of 64 bits could run over."""
    return "int64" if sum(map(abs, column)) <= LARGEST else "object"


def _values(each, rule: str) -> dict:
    known = int(each.known)
    values = {
        "numerator": int(each.units) if known else None,
        "denominator": int(each.below) if known and each.divided else None,
        "base": int(each.base) if each.based == known and known else None,
        "roster_effect": int(each.effect) if each.moved else None,
        "expected": int(each.expected),
        "reported": int(each.reported),
        "backfilled": int(each.backfilled),
        "gap": "" if known or each.gap == _NO_GAP else GAPS[int(each.gap)],
    }
    if rule == OverSpace.MAX and known:
        values |= {"numerator": int(each.top), "base": None}
    if rule == OverSpace.AVERAGE and known and not each.divided:
        values |= {"denominator": known, "base": None}
    return values


def scope_names(inputs: Inputs) -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = {kind: {} for kind in [*SUMMED, DISTRICT]}
    for member in inputs.members.values():
        for kind, column in SUMMED.items():
            names[kind][getattr(member, column)] = getattr(member, f"{column}_name")
    return names


def with_totals(rows: Iterable[Row], totals: list[Row]) -> list[Row]:
    """`rows`, with each total in the place of one that no park gave a number to, and beside those there are."""
    told = {row.key: row for row in totals}
    kept = [row for row in rows if not (row.key in told and (row.numerator is None or not row.reported))]
    there = {row.key for row in kept}
    return kept + [row for key, row in told.items() if key not in there]


def within_range(rows: Iterable[Row]) -> Iterator[Row]:
    """What cannot be stored has no number and says so."""
    for row in rows:
        numbers = (row.numerator, row.denominator, row.base, row.roster_effect)
        if any(number is not None and abs(number) > LARGEST for number in numbers):
            row = replace(row, numerator=None, denominator=None, base=None, roster_effect=None, gap=Gap.TOO_LARGE.value)
        yield row
