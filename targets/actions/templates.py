"""A form as data: its next version, and what a version asks and checks while no cycle uses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, edit, enter, removed, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.core.models import CODE
from guandu.core.periods import Period
from targets.checks.expressions import parsed
from targets.checks.relations import read_rule
from targets.enums import IndicatorKind, SubjectKind, TemplateKind
from targets.frequency import EXAMPLES, PERIOD_WORDS, fits
from targets.models import Cycle, Indicator, ReturnTemplate, TemplateCell
from targets.models.template import SURVEY_FIELDS, WORK_LINE
from targets.queries.opinions import TERM
from targets.workflow import OPINION

# The identity of a form and when it is asked; what was asked keeps the identity it was asked under.
EDITABLE = frozenset(
    {
        "name", "filer", "printed_line", "opens_days", "due_days", "closes_days", "opens_itself", "kind",
        "lines_kind", "shows_values", "needs_scan", *SURVEY_FIELDS,
    }
)  # fmt: skip
FIXED_ONCE_USED = frozenset({"kind", "lines_kind", "shows_values", *SURVEY_FIELDS})
MOST_PARK_CELLS = 12
# Steps of a route in their order, and the opinions asked beside them by whose they are.
STEPS = {"review": "审核", "opinion:street": "征求街道意见", "opinion:chain": "征求专班意见", "confirm": "核定"}
LONGEST_TERM = 30  # 个工作日
FILED = frozenset({IndicatorKind.FLOW, IndicatorKind.STOCK})


@dataclass(frozen=True)
class AskedCell:
    """One row of a form, as the office writes it."""

    indicator: Indicator
    section: str = ""
    is_required: bool = True
    asks_base: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    help_text: str = ""
    of_lines: bool = False

    def values(self, position: int) -> dict[str, Any]:
        names = ("section", "is_required", "asks_base", "minimum", "maximum", "help_text", "of_lines")
        return {"position": position} | {name: getattr(self, name) for name in names}


@action("template.update")
def update(
    *, template: ReturnTemplate, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> ReturnTemplate:
    """Change what EDITABLE names; kind and identity only before the first cycle. Raises NotAllowed, NotReady,
    Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, template, to="修改报表模板")
    if FIXED_ONCE_USED & set(values):
        _refuse_used(template, "性质和统计调查标识")
    if "kind" in values:
        # What is printed below a 工作调度表 is not true of a 统计调查表.
        values = {"printed_line": "" if values["kind"] == TemplateKind.SURVEY else WORK_LINE, **values}
    return edit(template, values, editable=EDITABLE, seen=seen)


@action("template.issue")
def issue(*, template: ReturnTemplate, first_period: str, by: Actor) -> ReturnTemplate:
    """The next version of the form from `first_period` on, with the cells, route and checks of its newest
    one, which ends the period before. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, template, to="建立报表模板新版本")
    about(template)
    series = ReturnTemplate.objects.select_for_update(of=("self",)).filter(series=template.series)
    newest = max(series, key=lambda each: each.number)
    first = _first_period(newest, first_period)
    _refuse_asked_since(newest, first)
    if not newest.valid_to or newest.valid_to > first.before.code:
        before = snapshot(newest)
        newest.valid_to = first.before.code
        newest.save(update_fields=["valid_to"])
        updated(newest, before)
    fresh = _copy(newest, first)
    enter(fresh)
    cells = [_copied_cell(cell, fresh) for cell in newest.cells.order_by("position")]
    TemplateCell.objects.bulk_create(cells)
    for cell in cells:
        created(cell)
    return fresh


def _first_period(newest: ReturnTemplate, code: str) -> Period:
    period = Period.parse(code)
    if not fits(newest.frequency, period):
        words, example = PERIOD_WORDS[newest.frequency], EXAMPLES[newest.frequency]
        raise _wrong("first_period", f"《{newest.name}》按{newest.frequency}报送，请填写{words}，例如 {example}。")
    if period.code <= newest.valid_from:
        raise _wrong(
            "first_period", f"第 {newest.number} 版自 {newest.valid_from} 起用，新版本的起用报告期必须在其后。"
        )
    return period


def _refuse_asked_since(newest: ReturnTemplate, first: Period) -> None:
    cycles = Cycle.objects.filter(template__series=newest.series, period__gte=first.code)
    last = cycles.order_by("period").values_list("period", flat=True).last()
    if last:
        raise _wrong("first_period", f"{last} 已按第 {newest.number} 版布置，请从尚未布置的报告期起用新版本。")


def _copy(newest: ReturnTemplate, first: Period) -> ReturnTemplate:
    code = f"{newest.series}.{newest.number + 1}"
    kept = {
        field.attname: getattr(newest, field.attname)
        for field in ReturnTemplate._meta.concrete_fields
        if field.name not in {"id", "code", "number", "valid_from", "valid_to", "loaded_digest"}
    }
    CODE(code)
    return ReturnTemplate(code=code, number=newest.number + 1, valid_from=first.code, valid_to="", **kept)


def _copied_cell(cell: TemplateCell, template: ReturnTemplate) -> TemplateCell:
    names = ("indicator_id", "section", "position", "is_required", "asks_base", "minimum", "maximum", "help_text", "of_lines")
    return TemplateCell(template=template, **{name: getattr(cell, name) for name in names})


@action("template.compose")
def compose(*, template: ReturnTemplate, cells: Sequence[AskedCell], by: Actor) -> ReturnTemplate:
    """Make the form ask `cells`, in their order. Raises NotAllowed, NotReady once a cycle uses it, Invalid
    with (row number from 1, sentence) for each wrong row."""
    require(by, Permission.REFERENCE_EDIT, template, to="修改报表指标")
    fresh = _unused(template, "指标")
    _refuse_wrong_cells(fresh, cells)
    known = {cell.indicator_id: cell for cell in fresh.cells.all()}
    wanted = {cell.indicator.pk for cell in cells}
    for indicator, cell in known.items():
        if indicator not in wanted:
            removed(cell)
            cell.delete()
    for position, asked in enumerate(cells, start=1):
        cell = known.get(asked.indicator.pk) or TemplateCell(template=fresh, indicator=asked.indicator)
        before = snapshot(cell) if cell.pk else None
        for name, value in asked.values(position).items():
            setattr(cell, name, value)
        checked(cell).save()
        if before is None:
            created(cell)
        else:
            updated(cell, before)
    return fresh


def _refuse_wrong_cells(template: ReturnTemplate, cells: Sequence[AskedCell]) -> None:
    errors: list[tuple[str, str]] = []
    if not cells:
        errors.append(("", "表里至少要有一个指标。"))
    if template.subject_kind == SubjectKind.PARK and len(cells) > MOST_PARK_CELLS:
        errors.append(("", f"园区表最多 {MOST_PARK_CELLS} 个指标，现有 {len(cells)} 个，请删减。"))
    seen: set[int] = set()
    for number, cell in enumerate(cells, start=1):
        errors += [(str(number), sentence) for sentence in _wrong_cell(template, cell, seen)]
        seen.add(cell.indicator.pk)
    gone = _checks_left_over(template, {cell.indicator.code for cell in cells})
    if gone:
        errors.append(("", f"审核关系 {'、'.join(gone)} 用到了被删去的指标，请先修改或删去这些审核关系。"))
    if errors:
        raise Invalid("报表指标有误，请按提示改正。", errors=errors)


def _wrong_cell(template: ReturnTemplate, cell: AskedCell, seen: set[int]) -> list[str]:
    indicator, wrong = cell.indicator, []
    if indicator.pk in seen:
        wrong.append(f"“{indicator.name}”列了两次，请删去一行。")
    if indicator.kind not in FILED:
        wrong.append(f"“{indicator.name}”由计算或计数得出，不能列入报表。")
    elif indicator.level != (SubjectKind.PARK if cell.of_lines else template.subject_kind):
        wrong.append(f"“{indicator.name}”不是按{template.get_subject_kind_display()}采集的指标，不能列入本表。")
    if cell.of_lines and not template.lines_kind:
        wrong.append(f"本表不逐行填报，“{indicator.name}”不能设为逐行。请先为本表选定逐行对象。")
    if cell.asks_base and indicator.kind != IndicatorKind.FLOW:
        wrong.append(f"“{indicator.name}”是时点数，不填上年同期可比数。")
    if cell.minimum is not None and cell.maximum is not None and cell.maximum < cell.minimum:
        wrong.append(f"“{indicator.name}”的上限不能小于下限。")
    return wrong


def _checks_left_over(template: ReturnTemplate, codes: set[str]) -> list[str]:
    return [
        rule.get("code") or str(number)
        for number, rule in enumerate(template.checks, start=1)
        if not {*parsed(rule["left"]).codes, *parsed(rule["right"]).codes} <= codes
    ]


@action("template.check")
def set_checks(*, template: ReturnTemplate, checks: Sequence[Mapping[str, str]], by: Actor) -> ReturnTemplate:
    """Make the form's checks `checks` (see targets.checks.relations), numbered anew. Raises NotAllowed,
    NotReady once a cycle uses it, Invalid with (row number and field, sentence) for what is wrong."""
    require(by, Permission.REFERENCE_EDIT, template, to="修改审核关系")
    fresh = _unused(template, "审核关系")
    before, fresh.checks = snapshot(fresh), read_checks(fresh, checks)
    fresh.save(update_fields=["checks"])
    updated(fresh, before)
    return fresh


def read_checks(template: ReturnTemplate, checks: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """As the form keeps them. Raises Invalid with (row number-field, sentence)."""
    known = cells_by_words(template)
    rules, errors = [], []
    for number, check in enumerate(checks, start=1):
        try:
            rules.append(read_rule({**check, "code": f"C{number}"}, known))
        except Invalid as wrong:
            errors += [(f"{number}-{name}", sentence) for name, sentence in wrong.errors]
    if errors:
        raise Invalid("审核关系有误，请按提示改正。", errors=errors)
    return rules


def cells_by_words(template: ReturnTemplate) -> dict[str, str]:
    """Name or code of each indicator that the form asks → its code."""
    pairs = template.cells.values_list("indicator__code", "indicator__name")
    return {word: code for code, name in pairs for word in (name, code)}


@action("template.route")
def set_route(*, template: ReturnTemplate, steps: Sequence[Mapping[str, str]], by: Actor) -> ReturnTemplate:
    """Make the form's review go by `steps`: step, label, by. Raises NotAllowed, NotReady, Invalid."""
    require(by, Permission.REFERENCE_EDIT, template, to="修改审核流程")
    fresh = _unused(template, "审核流程")
    names = [step_id(step) for step in steps]
    if any(name not in STEPS for name in names) or len(set(names)) != len(names):
        raise Invalid(f"审核流程的环节只有{'、'.join(STEPS.values())}，每个最多一次。")
    if not names or names[-1] != "confirm" or sorted(names, key=list(STEPS).index) != names:
        raise Invalid("审核流程须以园区发展办核定结束，审核在核定之前。")
    before = snapshot(fresh)
    known = {step_id(step): step for step in fresh.route}
    fresh.route = [{**known.get(step_id(step), {}), **_step(step)} for step in steps]
    fresh.save(update_fields=["route"])
    updated(fresh, before)
    return fresh


def step_id(step: Mapping[str, Any]) -> str:
    """How STEPS names a step of a route; opinions are told apart by whose they are."""
    return ":".join(str(part) for part in (step.get("step") or "", step.get("side") or "") if part)


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"step": step["step"], "label": step.get("label") or STEPS[step_id(step)], "by": step["by"]}
    if step["step"] != OPINION:
        return kept
    days = int(step.get("days") or TERM)
    if not 1 <= days <= LONGEST_TERM:
        raise Invalid(f"征求意见的期限为 1 至 {LONGEST_TERM} 个工作日。")
    return kept | {"side": step["side"], "days": days}


def _unused(template: ReturnTemplate, what: str) -> ReturnTemplate:
    """The template's row, locked, that no cycle uses."""
    fresh = ReturnTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    about(fresh)
    _refuse_used(fresh, what)
    return fresh


def _refuse_used(template: ReturnTemplate, what: str) -> None:
    if template.is_used:
        raise NotReady(
            f"《{template.name}》第 {template.number} 版已布置过报表，{what}不能改动。请先建立新版本，再修改新版本。"
        )


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors=[(field, sentence)])
