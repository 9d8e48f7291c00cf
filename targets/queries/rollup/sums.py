"""Park rows added up over chains, streets, areas, departments and the district, exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from guandu.core.numbers import LARGEST
from targets.enums import Gap, OverSpace
from targets.queries.rollup.inputs import Inputs
from targets.queries.rollup.rows import DISTRICT, SUMMED, WHOLE_NAME, Row

GAPS = list(Gap.values)
_NO_GAP = len(GAPS)
_LEAST = -LARGEST
_ADDED = (
    "units", "below", "known", "divided", "base", "based", "effect", "moved", "expected", "reported", "backfilled",
)  # fmt: skip


def sums(inputs: Inputs, rows: list[Row], periods: dict[str, str]) -> list[Row]:
    """One row per indicator of `rows` and scope that its parks lie in."""
    if not rows:
        return []
    added, least = _frames(rows)
    names, codes = scope_names(inputs), sorted({row.indicator for row in rows})
    found = []
    for kind, column in {**SUMMED, DISTRICT: None}.items():
        places = ["" if column is None else getattr(row.member, column) for row in rows]
        scopes = sorted(set(places))
        keys = _keys(rows, codes, places, scopes)
        for number, values in _grouped(added, least, keys):
            code, scope = codes[number // len(scopes)], scopes[number % len(scopes)]
            if scope or column is None:
                name, rule = names[kind].get(scope, WHOLE_NAME), inputs.definitions[code].over_space
                found.append(Row(code, kind, scope, name, periods[code], **_values(values, rule)))
    return found


def _keys(rows: list[Row], codes: list[str], places: list[str], scopes: list[str]) -> list[int]:
    """Indicator and scope of each row as one number."""
    by_code = {code: number * len(scopes) for number, code in enumerate(codes)}
    by_scope = {scope: number for number, scope in enumerate(scopes)}
    return [by_code[row.indicator] + by_scope[place] for row, place in zip(rows, places, strict=True)]


def _frames(rows: list[Row]):
    """What is added up, and what of each group only the least counts."""
    import pandas as pd  # reason: pandas takes a second to import and only this job needs it

    columns = (
        [row.numerator or 0 for row in rows],
        [row.denominator or 0 for row in rows],
        [int(row.numerator is not None) for row in rows],
        [int(row.denominator is not None) for row in rows],
        [row.base or 0 for row in rows],
        [int(row.base is not None) for row in rows],
        [row.roster_effect or 0 for row in rows],
        [int(row.roster_effect is not None) for row in rows],
        [row.expected for row in rows],
        [row.reported for row in rows],
        [row.backfilled for row in rows],
    )
    kind = "int64" if all(sum(map(abs, column)) <= LARGEST for column in columns) else "object"
    added = pd.DataFrame(dict(zip(_ADDED, columns, strict=True)), dtype=kind)
    top = [-_LEAST if row.numerator is None else -row.numerator for row in rows]
    gaps = [GAPS.index(row.gap) if row.gap else _NO_GAP for row in rows]
    return added, pd.DataFrame({"top": top, "gap": gaps})


def _grouped(added, least, keys: list[int]) -> Iterator[tuple[int, dict[str, int]]]:
    """(key, sums and least by column), in the order of the keys."""
    import pandas as pd  # reason: pandas takes a second to import and only this job needs it

    by = pd.Series(keys, dtype="int64")
    summed, lowest = added.groupby(by).sum(), least.groupby(by).min()
    names = [*_ADDED, *lowest.columns]
    values = zip(*(summed[name].tolist() for name in _ADDED), *(lowest[name].tolist() for name in lowest), strict=True)
    for key, each in zip(summed.index.tolist(), values, strict=True):
        yield key, dict(zip(names, each, strict=True))


def _values(each: dict[str, int], rule: str) -> dict:
    known = each["known"]
    values = {
        "numerator": each["units"] if known else None,
        "denominator": each["below"] if known and each["divided"] else None,
        "base": each["base"] if each["based"] == known and known else None,
        "roster_effect": each["effect"] if each["moved"] else None,
        "expected": each["expected"],
        "reported": each["reported"],
        "backfilled": each["backfilled"],
        "gap": "" if known or each["gap"] == _NO_GAP else GAPS[each["gap"]],
    }
    if rule == OverSpace.MAX and known:
        values |= {"numerator": -each["top"], "base": None}
    if rule == OverSpace.AVERAGE and known and not each["divided"]:
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
