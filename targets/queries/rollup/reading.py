"""Everything one quarter's figures are made of, read in a number of queries that its definitions fix."""

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

from guandu.core.errors import Invalid
from guandu.core.models import dated
from guandu.core.periods import Period
from parks.models import Chain, Tenancy
from targets.enums import Basis, IndicatorKind, LinesKind, ReturnState, SubjectKind, ValueSource
from targets.frequency import asked_in
from targets.models import CertifiedValue, IndicatorVersion, Return, ReturnLine, TemplateCell
from targets.queries.conversions import Conversions
from targets.queries.rollup.filed import filed_leaves
from targets.queries.rollup.inputs import Definition, Inputs, Leaf, members_in, members_of
from targets.queries.rollup.shifts import LOOKING_BACK, closure, looked_back_to
from targets.registered import PARAMETERS_OF_DEFINITION, Fact, facts_of


def read_inputs(quarter: Period, basis: str = Basis.CERTIFIED, only: Collection[str] | None = None) -> Inputs:
    """Inputs of the single quarter `quarter`: flows are year-to-date at its end, stocks at its end. 初步 adds what
    was filed where there is no 核定值 yet. `only` names the indicators that a later quarter looks back to."""
    definitions, members = definitions_in(quarter, only), members_in(quarter)
    standing = _values(quarter, definitions, only)
    if basis == Basis.FILED:
        standing += filed_leaves(quarter, definitions, standing)
    leaves = _ranked(standing, _periods(quarter, year_first=True))
    facts = _all_facts(definitions, quarter)
    counted = {fact.park_code for found in facts.values() for fact in found if fact.park_code}
    earlier = {
        back.code: read_inputs(back, basis, frozenset(codes))
        for back, codes in looked_back_to(definitions, quarter).items()
    }
    return Inputs(
        quarter=quarter,
        definitions=definitions,
        members=members,
        leaves=leaves,
        not_asked=_not_asked(quarter, leaves, basis),
        facts=facts,
        fact_members=members | members_of(counted - members.keys(), quarter),
        chains=dict(Chain.objects.values_list("code", "name")),
        basis=basis,
        flash=_ranked(standing, _periods(quarter, year_first=False)) if quarter.last == 12 else None,
        earlier=earlier,
        factors=_factors(definitions, earlier.values()),
        rosters=_rosters(quarter) if _subtracts(definitions, only) else {},
    )


def definitions_in(quarter: Period, only: Collection[str] | None = None) -> dict[str, Definition]:
    """What this quarter asks for: a yearly indicator is none of the first three."""
    rows = IndicatorVersion.objects.filter(dated(quarter.last_day)).select_related("indicator")
    versions = rows.order_by("indicator__position", "indicator__code")
    found = {
        v.indicator.code: Definition(
            v.indicator.code, v.indicator.kind, v.indicator.level, v.indicator_id, v.pk, v.scale, v.definition, v.unit,
            v.indicator.over_space, v.indicator.over_time,
        )
        for v in versions
        if asked_in(v.indicator.frequency, quarter)
    }  # fmt: skip
    if only is None:
        return found
    wanted = closure(found, only)
    return {code: definition for code, definition in found.items() if code in wanted}


def _periods(quarter: Period, *, year_first: bool) -> list[str]:
    """Periods that end with the quarter, the one that counts first: up to the same day they say the same. Of a year
    the 年报 stands above the fourth quarter's, which keeps its own (快报) for itself."""
    months = Period(quarter.year, quarter.last, quarter.last).code
    year = [str(quarter.year)] if quarter.last == 12 else []
    return [*year, quarter.code, months] if year_first else [quarter.code, months, *year]


def _values(quarter: Period, definitions: dict[str, Definition], only: Collection[str] | None) -> list[Leaf]:
    """核定值 of the quarter, of its last month, and in the fourth of the year."""
    rows = CertifiedValue.objects.current().filter(period__in=_periods(quarter, year_first=True))
    if only is not None:
        rows = rows.filter(indicator__code__in=definitions)
    lined = _lined_cells(_looking_back(definitions, only))
    found: list[Leaf] = []
    versions: dict[int, int] = {}
    for value in rows.order_by("subject_code", "indicator__code").values_list(*_COLUMNS):
        code, kind, subject, period, units, base, pk, expected, reported, version, source, name, said, template = value
        if code not in definitions or definitions[code].version_id != version:
            raise Invalid(f"{quarter.label}的指标 {code} 与其核定值不是同一版本，请先办理数据订正。")
        if of_lines := (template, code) in lined:
            versions[pk] = said
        found.append(
            Leaf(
                code, subject if kind == SubjectKind.PARK else "", units, base, pk, expected, reported,
                int(source == ValueSource.HISTORY), (kind, subject), name or "", period, source, of_lines,
            )
        )  # fmt: skip
    return _with_lines(found, versions) if versions else found


_COLUMNS = (
    "indicator__code", "subject_kind", "subject_code", "period", "units", "base_units", "pk", "expected", "reported",
    "indicator_version_id", "source", "history_line__scope_name", "return_version_id",
    "return_version__return_of__cycle__template_id",
)  # fmt: skip


def _looking_back(definitions: dict[str, Definition], only: Collection[str] | None) -> set[str]:
    """What numbers of two periods are taken from, here or by the quarter that reads this one."""
    back = [d.formula["of"] for d in definitions.values() if d.formula.get("op") in LOOKING_BACK]
    return {code for code in [*back, *(only or ())] if code in definitions and not definitions[code].formula}


def _lined_cells(codes: set[str]) -> set[tuple[int, str]]:
    """(form, indicator) that firms are asked for line by line."""
    if not codes:
        return set()
    cells = TemplateCell.objects.filter(of_lines=True, template__lines_kind=LinesKind.FIRM, indicator__code__in=codes)
    return set(cells.values_list("template_id", "indicator__code"))


def _with_lines(leaves: list[Leaf], versions: dict[int, int]) -> list[Leaf]:
    """Each leaf with the firm lines of the return that it came from."""
    lines: dict[int, dict[str, dict[str, int]]] = {}
    kinds = (SubjectKind.FIRM, SubjectKind.REST)
    rows = ReturnLine.objects.filter(version__in=set(versions.values()), subject_kind__in=kinds)
    for version, kind, subject, values in rows.values_list("version_id", "subject_kind", "subject_code", "values"):
        lines.setdefault(version, {})[f"{kind}:{subject}"] = values
    return [
        replace(leaf, lines={key: values[leaf.indicator] for key, values in said.items() if leaf.indicator in values})
        if (said := lines.get(versions.get(leaf.value_id)))
        else leaf
        for leaf in leaves
    ]


def _ranked(leaves: list[Leaf], periods: list[str]) -> list[Leaf]:
    """One value of each subject: what was reported before what was entered afterwards, then by `periods`."""
    first: dict[tuple, Leaf] = {}
    for leaf in sorted(leaves, key=lambda each: (each.source == ValueSource.HISTORY, periods.index(each.period))):
        first.setdefault((*leaf.scope, leaf.indicator), leaf)
    return [first[key] for key in sorted(first)]


def _not_asked(quarter: Period, leaves: list[Leaf], basis: str) -> frozenset[tuple[str, str]]:
    """Optional cells that an approved (for 初步, a filed) return left empty: the indicator does not concern the park.
    And every cell of a return that is 免报."""
    answered = "filed__isnull" if basis == Basis.FILED else "approved__isnull"
    returns = Return.objects.filter(cycle__period=quarter.code).exclude(park_code="")
    cell = "cycle__template__cells__indicator__code"
    optional = returns.filter(**{answered: False, "cycle__template__cells__is_required": False})
    exempt = returns.filter(state=ReturnState.EXEMPT)
    codes = [*optional.values_list("park_code", cell), *exempt.values_list("park_code", cell)]
    return frozenset(codes) - {(leaf.park, leaf.indicator) for leaf in leaves if leaf.park}


def _all_facts(definitions: dict[str, Definition], quarter: Period) -> dict[str, list[Fact]]:
    """By indicator; none of one whose source counts nothing yet, or that has no source."""
    registered = [d for d in definitions.values() if d.kind == IndicatorKind.REGISTERED and d.formula]
    found = {definition.code: _facts(definition, quarter) for definition in registered}
    return {code: facts for code, facts in found.items() if facts is not None}


def _facts(definition: Definition, quarter: Period) -> list[Fact] | None:
    parameters = {k: v for k, v in definition.formula.items() if k not in PARAMETERS_OF_DEFINITION}
    return facts_of(definition.formula["source"], quarter, **parameters)


def _factors(definitions: dict[str, Definition], earlier: Collection[Inputs]) -> dict[tuple[int, int], Fraction | None]:
    """Exact factors from versions that were in force earlier; None where a version between is not comparable."""
    pairs = [
        (then, definitions[then.code])
        for inputs in earlier
        for then in inputs.definitions.values()
        if then.code in definitions and then.version_id != definitions[then.code].version_id
    ]
    if not pairs:
        return {}
    known = Conversions.among({then.indicator_id for then, _ in pairs})
    return {
        (then.version_id, now.version_id): known.factor(
            known.version(then.indicator_id, then.version_id), known.version(now.indicator_id, now.version_id)
        )
        for then, now in pairs
    }


def _subtracts(definitions: dict[str, Definition], only: Collection[str] | None) -> bool:
    return only is not None or any(d.formula.get("op") == "single" for d in definitions.values())


def _rosters(quarter: Period) -> dict[str, frozenset[str]]:
    """Firms in each park on the last day; a park whose firms nobody has ever registered is not among them."""
    rows = Tenancy.objects.filter(valid_from__lte=quarter.last_day)
    firms: dict[str, set[str]] = {}
    for park, firm, left in rows.values_list("park__code", "enterprise__code", "valid_to"):
        present = firms.setdefault(park, set())
        if left is None or left > quarter.last_day:
            present.add(firm)
    return {park: frozenset(present) for park, present in firms.items()}
