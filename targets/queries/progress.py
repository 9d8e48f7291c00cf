"""How far each target is, from the figures of one quarter: its number, what was expected by then, where it will end."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from guandu.core.numbers import round_half_up
from guandu.core.periods import Period
from targets.enums import IndicatorKind, Operator, Shape, TargetStatus
from targets.enums_plan import Counts, Path
from targets.models import Plan, StatusRule, Target, TargetResult
from targets.progress.expectation import Expected, expected_at
from targets.progress.forecast import Forecast, TooShort, forecast
from targets.progress.outlook import Baseline, OtherReading, Outlook
from targets.progress.pace import required_pace
from targets.progress.seasons import seasonal_shares
from targets.progress.status import Judgement, judge
from targets.progress.terms import Terms, meets
from targets.queries.measures import Measure, Reading, Shelf, measure_of, readings_of
from targets.queries.measures.measure import can_turn, series_of
from targets.queries.plan_terms import line_on, rule_on

MILESTONE_LINE = Decimal(1)
STILL_OPEN = "还有园区没有核定，结果可能改变，暂不判断"
LEVELS_ONLY = "年内累计判断的个数不作预测，以年末数为准"


@dataclass(frozen=True)
class Outcome:
    """A target's standing in one quarter. `units` is the value × 10**scale; None is 待补."""

    target_id: int
    code: str
    status: str
    sentence: str
    units: int | None = None
    scale: int = 0
    expected: int = 0
    reported: int = 0
    parts: list[dict] = field(default_factory=list)
    outlook: dict = field(default_factory=dict)


def outcomes(quarter: Period) -> list[Outcome]:
    """The standing of every target of the plans in force in the quarter. Fixed number of queries."""
    plans = list(Plan.objects.filter(starts_on__lte=quarter.last_day, ends_on__gte=quarter.first_day))
    targets = list(
        Target.objects.filter(plan__in=plans)
        .select_related("plan", "indicator", "minus")
        .prefetch_related("other_readings__indicator", "other_readings__minus", "revisions", "checkpoints", "plan__rules")
        .order_by("plan", "position")
    )
    readings = {target.pk: readings_of(target) for target in targets}
    shelf = Shelf(quarter, (each for of_target in readings.values() for each in of_target))
    return [_outcome(target, readings[target.pk], shelf) for target in targets]


def stand_as(quarter: Period, found: list[Outcome]) -> bool:
    """Whether the stored standings of the quarter say the same already. One query."""
    names = ("target_id", "status", "sentence", "value_units", "value_scale", "expected", "reported", "parts", "outlook")
    stored = {row[0]: row[1:] for row in TargetResult.objects.filter(period=quarter.code).values_list(*names)}
    told = {
        each.target_id: (
            each.status, each.sentence, each.units, each.scale, each.expected, each.reported, each.parts, each.outlook
        )
        for each in found
    }  # fmt: skip
    return stored == told


def _outcome(target: Target, readings: list[Reading], shelf: Shelf) -> Outcome:
    if target.indicator is None:
        return _pending(target, target.waits_for or "尚未确定数据来源。")
    quarter, reading = shelf.quarter, readings[0]
    measure, rule = measure_of(target, reading, shelf), rule_on(target.plan, quarter.last_day)
    terms, series = terms_of(target, measure, reading, quarter), series_of(target, reading, shelf)
    outlook = Outlook(
        line=terms.line,
        required=required_words(target, line_on(target, quarter.last_day)[0]),
        reading=reading.label,
        baseline=_base_told(measure),
        rule=rule.number if rule else None,
        forecast=_forecast(measure, terms, reading, series, target.unit),
        readings=tuple(_other(target, each, shelf) for each in readings[1:]),
    )
    told = {"expected": measure.expected, "reported": measure.reported, "parts": measure.parts}
    if measure.value is None:
        return _pending(target, _who_owes(target, measure), outlook=outlook.as_json(), **told)
    told |= {"units": measure.units, "scale": measure.decimals}
    if can_turn(target, reading, measure, _is_met(measure, terms)):
        # A judgement, a pace or a gap on part of the parks would take the others for nothing.
        outlook = replace(outlook, status_words=STILL_OPEN)
        return _pending(target, measure.sentence, outlook=outlook.as_json(), **told)
    outlook, judged = _way(target, measure, terms, outlook, _expected(terms, quarter, series), rule, quarter)
    told |= {"outlook": outlook.as_json()}
    if judged.status == TargetStatus.PENDING:
        return _pending(target, f"{measure.sentence}{judged.words}。", **told)
    return Outcome(target.pk, target.code, judged.status, measure.sentence, **told)


def _way(
    target: Target, measure: Measure, terms: Terms, outlook: Outlook, due: Expected, rule: StatusRule | None, quarter: Period
) -> tuple[Outlook, Judgement]:
    """What is said of a number that can be judged: against what was expected, and what is still to come."""
    judged = _judged(terms, measure, due, rule, quarter)
    if measure.passing is not None:
        due, words = Expected(None, f"各园区都应{outlook.required}"), _each_words(measure.passing, judged, rule)
        return replace(outlook, due=due, of_expected=judged.of_expected, status_words=words), judged
    pace = required_pace(terms, _seen(terms, measure), quarter, unit=target.unit)
    said = {"due": due, "of_expected": judged.of_expected, "status_words": judged.words, "pace": pace}
    return replace(outlook, gap=_gap(terms, measure), **said), judged


def _each_words(passing: tuple[int, int], judged: Judgement, rule: StatusRule | None) -> str:
    limit = rule.risk_from if rule else DEFAULT_RULE["risk_from"]
    held = f"全部符合为已完成，{limit}% 以上符合为有风险，不到为滞后"
    return f"可评定的 {passing[1]} 个园区中 {passing[0]} 个符合，{judged.status.label}（{held}）"


def _pending(target: Target, sentence: str, **told) -> Outcome:
    return Outcome(target.pk, target.code, TargetStatus.PENDING, sentence, **told)


def _who_owes(target: Target, measure: Measure) -> str:
    """What is missing; where nothing at all is there, what the plan's data say of it."""
    if target.waits_for and not measure.expected:
        return target.waits_for
    return measure.sentence


def terms_of(target: Target, measure: Measure, reading: Reading, quarter: Period) -> Terms:
    """What the target is held to in the quarter: the line of that day, not today's."""
    line, deadline = line_on(target, quarter.last_day)
    starts = Period.quarter(target.plan.starts_on.year - 1, 4)
    decimals = measure.decimals
    if measure.passing is not None:  # of every park: how many of them hold the line
        return Terms(Operator.AT_LEAST, Decimal(100), starts, _ends(target, deadline), None, Path.HELD, {}, decimals)
    return Terms(
        operator=target.operator,
        line=MILESTONE_LINE if target.operator == Operator.DONE else Decimal(line),
        starts=starts,
        ends=_ends(target, deadline),
        baseline=_baseline(target, measure, reading),
        path=target.path,
        checkpoints={Period.parse(each.period): Decimal(each.value) for each in target.checkpoints.all()},
        decimals=decimals,
    )


def _ends(target: Target, deadline: date | None) -> Period:
    return Period.quarter_of(deadline or target.plan.ends_on)


def _baseline(target: Target, measure: Measure, reading: Reading) -> Decimal | None:
    """Where the way begins: what is counted since the plan began, at nothing."""
    if reading.counts != Counts.VALUE or target.shape in {Shape.NEW_SINCE, Shape.MILESTONE}:
        return Decimal(0)
    return measure.base.value if measure.base else None


def _is_met(measure: Measure, terms: Terms) -> bool:
    if measure.passing is not None:
        return measure.passing[0] == measure.passing[1]
    return measure.value is not None and meets(terms, measure.value)


def _judged(terms: Terms, measure: Measure, due: Expected, rule: StatusRule | None, quarter: Period) -> Judgement:
    limits = {"normal_from": rule.normal_from, "risk_from": rule.risk_from, "number": rule.number} if rule else DEFAULT_RULE
    return judge(terms, measure.value, due, quarter=quarter, **limits)


DEFAULT_RULE = {"normal_from": 100, "risk_from": 80, "number": 0}


def _expected(terms: Terms, quarter: Period, series: dict[Period, Decimal]) -> Expected:
    seasonal = seasonal_shares({each: value for each, value in series.items() if each.year < quarter.year})
    return expected_at(terms, quarter, seasonal if terms.path == Path.SEASONAL else None)


def _base_told(measure: Measure) -> Baseline | None:
    base = measure.base
    if base is None:
        return None
    if base.figure is None:
        return Baseline(base.value, base.period, base.source, is_frozen=True)
    return Baseline(round_half_up(base.value, measure.decimals), base.period, "", is_frozen=False, figure=base.figure.pk)


def _seen(terms: Terms, measure: Measure) -> Decimal | None:
    """The value in the decimals that are shown; one that misses the line is never rounded up to it."""
    value = measure.value
    if value is None or meets(terms, value):
        return value
    return value.quantize(Decimal(1).scaleb(-measure.decimals), ROUND_CEILING if terms.falls else ROUND_FLOOR)


def _gap(terms: Terms, measure: Measure) -> Decimal | None:
    """What is missing to the line; nothing where it holds."""
    value = _seen(terms, measure)
    if value is None:
        return None
    return Decimal(0) if meets(terms, value) else abs(terms.goal - value)


def _forecast(
    measure: Measure, terms: Terms, reading: Reading, series: dict[Period, Decimal], unit: str
) -> Forecast | TooShort | None:
    """None where a forecast says nothing: milestones, and lines that every park must hold."""
    if measure.passing is not None or terms.operator == Operator.DONE:
        return None
    if reading.indicator.kind == IndicatorKind.COUNT and measure.period.endswith(("Q1", "H1", "Q1-3")):
        return TooShort(LEVELS_ONLY, len(series))
    cumulative = reading.indicator.kind == IndicatorKind.FLOW and reading.counts == Counts.VALUE
    return forecast(list(series.items()), terms.ends, cumulative=cumulative, decimals=measure.decimals, unit=unit)


def _other(target: Target, reading: Reading, shelf: Shelf) -> OtherReading:
    """Another reading's number beside the one in force, and whether it holds the same line."""
    measure = measure_of(target, reading, shelf)
    met = None if measure.value is None else _is_met(measure, terms_of(target, measure, reading, shelf.quarter))
    if met is not None and can_turn(target, reading, measure, met):
        met = None
    value = None if measure.value is None else round_half_up(measure.value, measure.decimals)
    whole = [part["figure"] for part in measure.parts if part.get("whole")]
    made_of = [part["figure"] for part in measure.parts if not part["park_code"]]
    return OtherReading(reading.code, reading.label, value, met, tuple(whole or made_of), measure.sentence)


def required_words(target: Target, value: str) -> str:
    """The demand in words: 不低于 30 %, 不超过 15 %, 完成."""
    if target.operator == Operator.DONE or not value:
        return str(Operator.DONE.label)
    return f"{target.get_operator_display()} {Decimal(value):,f} {target.unit}".rstrip()
