"""Whether a new version of an indicator's definition stands beside all others, on every day from its first."""

from collections.abc import Iterator
from datetime import date

from targets.definitions.graph import graph_errors, operands
from targets.definitions.shapes import Part, definition_errors
from targets.models import IndicatorVersion


def version_errors(version: IndicatorVersion) -> Iterator[str]:
    """Sentences about the unsaved `version`: its own definition, and circles that it closes. One query.

    A definition that reads the indicator is not looked at: until it follows, its numbers say 口径不一致."""
    others = IndicatorVersion.objects.exclude(indicator=version.indicator).select_related("indicator")
    standing = [version, *(each for each in others if each.valid_to is None or each.valid_to > version.valid_from)]
    for day in sorted({max(each.valid_from, version.valid_from) for each in standing}):
        wrong = list(dict.fromkeys(_errors_on(day, standing, version)))
        if wrong:
            yield from wrong
            return


def _errors_on(day: date, versions: list[IndicatorVersion], version: IndicatorVersion) -> Iterator[str]:
    known = {each.indicator.code: _part(each) for each in versions if each.in_force(day)}
    if version.definition:
        yield from definition_errors(_part(version), known)
    names = {each.indicator.code: each.indicator.name for each in versions}
    graph = {code: operands(part.definition) for code, part in known.items()}
    yield from (sentence for _, sentence in graph_errors(graph, names))


def _part(version: IndicatorVersion) -> Part:
    return Part(version.indicator.kind, version.scale, version.definition)
