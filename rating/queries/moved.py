"""What has moved since a score was computed: each input old and new, and what the score would be. Writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from guandu.core.periods import Period
from rating.engine import Facts, FactsError, Input, References, Result, Scheme as Rules, load_scheme, score
from rating.engine.inputs import InputSpec, Reading
from rating.engine.references import NONE
from rating.models import Assessment
from rating.queries.facts import facts_of_parks

NOT_THERE = "该园区已不在本季度末的评定范围内，重新试算后不再有得分。"
ABSENT = "—"


@dataclass(frozen=True)
class Moved:
    """One input that says otherwise than when the score was computed; `was` and `now` in words with the unit, — for
    what is missing. `items` are the titles of the items and gates that read it, `figure` and `park` what it can be
    opened by."""

    title: str
    was: str
    now: str
    items: tuple[str, ...]
    figure: int | None = None
    park: str = ""


@dataclass(frozen=True)
class Since:
    """`result` is what the same scheme makes of today's inputs, against the cohort's values of then; None where nothing
    has moved or nothing can be said. `note` is a sentence for the latter."""

    moved: tuple[Moved, ...] = ()
    result: Result | None = None
    note: str = ""

    def change(self, total: Decimal | None) -> Decimal | None:
        """How many points the score would gain or lose against `total`; None unless both are scores."""
        if total is None or self.result is None or self.result.status == "blocked":
            return None
        return self.result.total - total


def since(assessment: Assessment, result: Result) -> Since:
    """The inputs of one assessment beside today's. A fixed number of queries."""
    rules = load_scheme(assessment.scheme.text)
    there = facts_of_parks(Period.parse(assessment.period), [rules], parks=[assessment.park.code])
    if not there:
        return Since(note=NOT_THERE)
    moved = _moved(rules, Facts.from_json(assessment.facts), there[0], result)
    if not moved:
        return Since()
    references = References.from_json(assessment.snapshot) if assessment.snapshot else NONE
    try:
        return Since(moved, score(rules, there[0], references))
    except FactsError as error:
        return Since(moved, note=f"按现有数据不能计分：{error}")


def moved_in_quarter(
    rules: Rules, quarter: Period, scored: Iterable[tuple[Assessment, Result]]
) -> dict[int, int]:
    """Assessment → how many of the inputs that its score rests on have moved since; those of none are left out.

    A fixed number of queries, whatever the number of assessments.
    """
    pairs = list(scored)
    if not pairs:
        return {}
    codes = [assessment.park.code for assessment, _ in pairs]
    now = {facts.entity: facts for facts in facts_of_parks(quarter, [rules], parks=codes)}
    counts = {
        assessment.pk: len(_moved(rules, Facts.from_json(assessment.facts), now[assessment.park.code], result))
        for assessment, result in pairs
        if assessment.park.code in now
    }
    return {pk: count for pk, count in counts.items() if count}


def readings_of(result: Result) -> Iterable[tuple[str, Reading]]:
    """Every reading that an item or a gate rests on, with the title of which; derived inputs and their parts alike."""
    for leaf in result.leaves():
        yield from ((leaf.title, reading) for reading in _flat(leaf.inputs))
    for gate in result.gates:
        for condition in gate.conditions:
            yield from ((gate.title, reading) for reading in _flat(condition.inputs))


def _flat(readings: Iterable[Reading]) -> Iterable[Reading]:
    for reading in readings:
        yield reading
        yield from _flat(reading.parts)


def _moved(rules: Rules, then: Facts, now: Facts, result: Result) -> tuple[Moved, ...]:
    read: dict[str, dict[str, None]] = {}
    for title, reading in readings_of(result):
        read.setdefault(reading.name, {})[title] = None
    found = [_of_attribute(rules, code, then, now) for code in rules.attributes]
    for name in sorted({*then.inputs, *now.inputs}):
        code, _, ago = name.partition("@-")
        spec = rules.inputs.get(code)
        if spec is not None and code in read:
            found.append(_of_input(spec, ago, then.inputs.get(name), now.inputs.get(name), tuple(read[code])))
    return tuple(each for each in found if each)


def _of_attribute(rules: Rules, code: str, then: Facts, now: Facts) -> Moved | None:
    was, is_now = then.attributes.get(code), now.attributes.get(code)
    if was == is_now:
        return None
    attribute = rules.attributes[code]
    words: Mapping[object, str] = dict(attribute.choices)
    items = tuple(node.title for node in rules.root.walk() if any(part.attribute == code for part in node.scope))
    return Moved(attribute.title, words.get(was, ABSENT), words.get(is_now, ABSENT), items, park=now.entity)


def _of_input(
    spec: InputSpec, ago: str, was: Input | None, now: Input | None, items: tuple[str, ...]
) -> Moved | None:
    before, after = _value(was), _value(now)
    if before == after:
        return None
    reference = now.reference if now else {}
    figure, park = reference.get("figure"), reference.get("park")
    return Moved(
        f"{ago} 年前{spec.title}" if ago else spec.title,
        ABSENT if before is None else spec.show(before),
        ABSENT if after is None else spec.show(after),
        items,
        figure if isinstance(figure, int) else None,
        str(park or ""),
    )


def _value(given: Input | None):
    return None if given is None or given.missing else given.value
