"""A whole cohort under one scheme: what each is held against, then every score, then the places."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rating.engine import numbers
from rating.engine.derivations.cohort import Cohort, cohort_key
from rating.engine.facts import Facts, FactsError
from rating.engine.grade import Place, decide
from rating.engine.inputs import Reader
from rating.engine.placing import places_of
from rating.engine.references import NONE, Peers, References
from rating.engine.result import Result
from rating.engine.scheme import Scheme
from rating.engine.score import demand_attributes, score


@dataclass(frozen=True, slots=True)
class Scored:
    """The results in the order of the facts, and the snapshot with which any one of them replays."""

    results: tuple[Result, ...]
    references: References


def score_cohort(scheme: Scheme, cohort: Sequence[Facts]) -> Scored:
    """Everybody's explained result. FactsError names every entity whose facts the scheme cannot read, or that is twice."""
    demand_readable(scheme, cohort)
    references = references_of(scheme, cohort)
    results = [score(scheme, facts, references) for facts in cohort]
    if scheme.needs_cohort:
        places = places_of(scheme, cohort, results)
        results = [
            _placed(scheme, f, r, references, places[f.entity]) for f, r in zip(cohort, results, strict=True)
        ]
    return Scored(tuple(results), references)


def demand_readable(scheme: Scheme, cohort: Sequence[Facts]) -> None:
    errors: list[str] = []
    seen: set[str] = set()
    for facts in cohort:
        if facts.entity in seen:
            errors.append(f"{facts.name or facts.entity} 出现了两次")
        seen.add(facts.entity)
        try:
            demand_attributes(scheme, facts)
            reader = Reader(scheme.inputs, facts)
            for name, spec in scheme.inputs.items():
                if spec.derive is None:
                    reader.read(name)
        except FactsError as error:
            errors += error.errors
    if errors:
        raise FactsError(errors)


def references_of(scheme: Scheme, cohort: Sequence[Facts]) -> References:
    """The values of every cohort that an input asks for, and of the points that peers have."""
    values: dict[str, dict[str, tuple[Decimal, ...]]] = {}
    with numbers.exact():
        for derivation in _in_order(scheme):
            key = cohort_key(derivation)
            if key not in values:
                values[key] = _values(scheme, derivation, cohort, References(values))
    references = References(values)
    return replace(references, peers=_peers(scheme, cohort, references))


def _in_order(scheme: Scheme) -> list[Cohort]:
    """Those that others are computed from come first."""
    found: list[Cohort] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen:
            return
        seen.add(name)
        derive = scheme.inputs[name].derive
        for part in derive.reads() if derive else ():
            visit(part)
        if isinstance(derive, Cohort):
            found.append(derive)

    for name in scheme.inputs:
        visit(name)
    return found


def _values(
    scheme: Scheme, derivation: Cohort, cohort: Sequence[Facts], references: References
) -> dict[str, tuple[Decimal, ...]]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for facts in cohort:
        level = derivation.level(facts)
        reading = Reader(scheme.inputs, facts, references).read(derivation.of)
        if level is not None and reading.state == "ok" and isinstance(reading.value, Decimal):
            found[level].append(reading.value)
    return {level: tuple(sorted(members)) for level, members in sorted(found.items())}


def _peers(scheme: Scheme, cohort: Sequence[Facts], references: References) -> dict[str, Peers]:
    """For items that score the missing as their peers: the sum of the others' points as parts of the full mark."""
    asked = {item.code for item in scheme.items() if item.missing.policy == "peer_mean_score"}
    if not asked:
        return {}
    points: dict[str, list[Decimal]] = {code: [] for code in sorted(asked)}
    for facts in cohort:
        for leaf in score(scheme, facts, references).leaves():
            if leaf.code in asked and leaf.status == "scored" and leaf.full:
                points[leaf.code].append(leaf.points / leaf.full)
    return {
        code: Peers(len(shares), numbers.rounded(sum(shares, numbers.ZERO), 18))
        for code, shares in points.items()
    }


def _placed(
    scheme: Scheme, facts: Facts, result: Result, references: References, place: Place | None
) -> Result:
    if place is None:
        return result
    with numbers.exact():
        reader = Reader(scheme.inputs, facts, references or NONE)
        grade = decide(scheme, result.root, result.gates, reader, place)
    return replace(result, grade=grade, sentence=grade.sentence)
