"""What a paper says, read from one publication and what hangs on its quarter; the words are targets.papers'.

Bound to the publication: numbers are its rows, and a target whose numbers have moved since is 待核对 and carries none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from guandu.accounts.models import User
from guandu.audit import anchors
from guandu.core import clock
from guandu.core.periods import Period
from guandu.documents.blocks import Paper
from targets.enums import FigureScope, IndicatorKind, TargetStatus
from targets.enums_document import BriefedScope, DocumentKind, Section
from targets.enums_plan import LightState
from targets.models import DocumentTemplate, Plan, Publication, PublishedFigure, RedLight
from targets.models.template import WORK_LINE
from targets.papers.briefing import BriefingPaper, briefing
from targets.papers.bulletin import BulletinPaper, bulletin
from targets.papers.closing import AimLine, ClosedLine, ClosingPaper, closing
from targets.papers.parts import LightLine, NumberLine, Source, TargetLine
from targets.papers.words import NOTHING, amount
from targets.queries.document_filing import filing_by, filing_of, filing_row, of_scope
from targets.queries.lights import VEILED, veil
from targets.queries.plan import TargetRow, plan_in_force, target_rows, telling_decimals
from targets.queries.plan_papers import closing_of
from targets.queries.publication_pages import lines_of
from targets.queries.publications import published

OFFICE = "官渡区产业园区发展办公室"
ROUNDED = "各项按各自的小数位一次四舍五入，合计数与分项之和可能略有出入，以未舍入的数为准。"
MOVED, MOVED_SENTENCE = "待核对", "期次发布后数据有变动，待发布修订后核对。"


@dataclass(frozen=True)
class Choices:
    """What a paper is made by. `scope_*` are of a 汇报 only, `rankings` of a 通报 only."""

    kind: str
    publication: Publication
    sections: tuple[str, ...] = ()
    rankings: tuple[str, ...] = ()
    scope_kind: str = ""
    scope_code: str = ""
    scope_name: str = ""

    def as_json(self) -> dict:
        return {"sections": list(self.sections), "rankings": list(self.rankings)}


@dataclass(frozen=True)
class Made:
    """The paper, the head of the trail that it prints, and how many targets await a revision of the publication."""

    paper: Paper
    trail_seq: int
    trail_hash: str
    moved: int


def make_paper(choices: Choices, user: User) -> Made:
    """As it may be issued, whoever makes it: reds only where they are released. A fixed number of queries."""
    quarter = choices.publication.quarter
    anchor = anchors.latest()
    source = _source(choices.publication, anchor)
    plan = plan_in_force(user, quarter)
    rows = _targets(choices, plan, quarter, user)
    moved = _moved(choices.publication, rows, user)
    made = _MAKERS[DocumentKind(choices.kind)](choices, source, plan, rows, moved, user)
    return Made(made, anchor.seq if anchor else 0, anchor.hash if anchor else "", len(moved))


def _source(publication: Publication, anchor: anchors.Line | None) -> Source:
    today = clock.today()
    return Source(
        quarter=publication.quarter.label, publication=str(publication), check_code=publication.check_code,
        reported=publication.reported, expected=publication.expected, as_of=today, office=OFFICE, dated=today,
        colophon=_trail(anchor), wordings=dict(DocumentTemplate.objects.values_list("key", "text")),
        footnotes=_footnotes(publication),
    )  # fmt: skip


def _trail(anchor: anchors.Line | None) -> tuple[str, ...]:
    if anchor is None:
        return ()
    at = anchor.at.astimezone(clock.SHANGHAI)
    return (f"审计链头：第 {anchor.seq} 条，锚定于 {at:%Y-%m-%d %H:%M}，摘要 {anchor.hash}。",)


def _footnotes(publication: Publication) -> list[str]:
    """What the numbers must not be read without."""
    lines = [f"依据：{publication.document}。"] if publication.document else []
    lines += [f"修订原因：{publication.note}"] if publication.revision and publication.note else []
    lines += [f"{WORK_LINE}。"] if publication.from_work_forms else []
    return [*lines, ROUNDED]


def _targets(choices: Choices, plan: Plan | None, quarter: Period, user: User) -> list[TargetRow]:
    if plan is None:
        return []
    targets = plan.targets.order_by("position")
    if choices.kind == DocumentKind.BRIEFING:
        targets = _of_scope(targets, choices)
    return target_rows(targets, quarter, user)


def _of_scope(targets, choices: Choices):
    if choices.scope_kind == BriefedScope.CHAIN:
        return targets.filter(chain_code=choices.scope_code)
    return targets.filter(scope_kind=choices.scope_kind, scope_code=choices.scope_code)


def _moved(publication: Publication, rows: Iterable[TargetRow], user: User) -> set[int]:
    """Targets with a number that is not what was published."""
    lines = lines_of(publication.rows.all(), user)
    changed = {line.row.figure_number for line in lines if line.today is None or line.moved}
    return {
        row.target.pk
        for row in rows
        if row.standing and any(part["figure"] in changed for part in row.standing.parts)
    }


def _numbers(choices: Choices, user: User) -> list[NumberLine]:
    kind, code = choices.scope_kind or FigureScope.DISTRICT, choices.scope_code
    rows = PublishedFigure.objects.visible_to(user).filter(scope_kind=kind, scope_code=code)
    now = list(rows.filter(publication=choices.publication).order_by("position"))
    earlier = published(choices.publication.quarter.before)
    stocks = rows.filter(publication=earlier, indicator_kind=IndicatorKind.STOCK) if earlier else []
    before = {(row.indicator_code, row.version): row.value for row in stocks}
    return [_number(row, before.get((row.indicator_code, row.version))) for row in now]


def _number(row: PublishedFigure, before: Decimal | None) -> NumberLine:
    return NumberLine(
        name=row.indicator_name, unit=row.unit, decimals=row.decimals, value=row.value,
        period=Period.parse(row.period).label, base=Decimal(row.base) if row.base else None,
        before=before if row.indicator_kind == IndicatorKind.STOCK else None, is_share=row.unit == "%",
        is_main=row.indicator_kind in {IndicatorKind.FLOW, IndicatorKind.STOCK},
        reported=row.reported, expected=row.expected, lack=row.lack,
    )  # fmt: skip


def _now(row: TargetRow) -> str:
    if row.passing is not None and row.standing.reported:
        return f"{row.passing}/{row.standing.reported} 个园区符合"
    value = row.standing.value if row.standing else None
    if value is None:
        return NOTHING
    line = row.outlook.line
    decimals = telling_decimals(value, line) if line is not None else 2
    whole = value == value.to_integral_value()
    return amount(value, 0 if whole else decimals, f" {row.target.unit}".rstrip())


def _target_lines(
    rows: list[TargetRow], moved: set[int], released: Mapping[int, RedLight]
) -> list[TargetLine]:
    return [_target(row, row.target.pk in moved, released.get(row.target.pk)) for row in rows]


def _target(row: TargetRow, has_moved: bool, light: RedLight | None) -> TargetLine:
    shown = veil(row.status, light, user_is_office=False, leads=False)
    leads = [unit.short_name or unit.name for unit in row.leads]
    line = TargetLine(
        row.target.code, row.target.title, row.required, _now(row), shown.label, leads, row.sentence
    )
    return replace(line, now=NOTHING, status=MOVED, sentence=MOVED_SENTENCE) if has_moved else line


def _released(rows: Iterable[TargetRow], quarter: Period, user: User) -> dict[int, RedLight]:
    lights = RedLight.objects.visible_to(user).filter(period=quarter.code, state=LightState.RELEASED)
    return {light.target_id: light for light in lights.filter(target__in=[row.target.pk for row in rows])}


def _light_lines(rows: list[TargetRow], moved: set[int], released: Mapping[int, RedLight]) -> list[LightLine]:
    red = [
        row
        for row in rows
        if row.target.pk in released
        and row.status in {TargetStatus.BEHIND, VEILED}
        and row.target.pk not in moved
    ]
    return [
        LightLine(
            row.target.code,
            row.target.title,
            [unit.short_name or unit.name for unit in row.leads],
            released[row.target.pk].answer,
        )
        for row in red
    ]


def _counts(
    rows: list[TargetRow], moved: set[int], released: Mapping[int, RedLight]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        status = veil(row.status, released.get(row.target.pk), user_is_office=False, leads=False).status
        name = TargetStatus.PENDING if row.target.pk in moved else status
        found[str(name)] = found.get(str(name), 0) + 1
    return found


def _bulletin(
    choices: Choices, source: Source, plan, rows: list[TargetRow], moved: set[int], user: User
) -> Paper:
    quarter, chosen = choices.publication.quarter, set(choices.sections)
    released = _released(rows, quarter, user)
    filing = filing_of(user, quarter) if Section.FILING in chosen else None
    by = {BY_WORD[each]: filing_by(filing, each) for each in choices.rankings} if filing else None
    return bulletin(
        BulletinPaper(
            source=source,
            numbers=_numbers(choices, user) if Section.NUMBERS in chosen else None,
            filing=filing_row(filing, "全区") if filing else None,
            rankings=by,
            targets=_target_lines(rows, moved, released) if Section.TARGETS in chosen else None,
            counts=_counts(rows, moved, released),
            lights=_light_lines(rows, moved, released) if Section.LIGHTS in chosen else None,
        )
    )


def _closing(choices: Choices, source: Source, plan: Plan | None, rows, moved: set[int], user: User) -> Paper:
    found = closing_of(plan, user, choices.publication.quarter)
    aims = [
        AimLine(aim.code, aim.title, [f"{each.done_on:%Y-%m-%d} {each.text}" for each in accepted])
        for aim, accepted in found.aims
    ]
    return closing(
        ClosingPaper(
            source=source,
            plan=plan.title, issuer=plan.issuer, starts_on=plan.starts_on, ends_on=plan.ends_on, is_final=found.is_final,
            lines=[_closed(each, each.row.target.pk in moved) for each in found.lines],
            aims=aims if Section.AIMS in choices.sections else None,
        )
    )  # fmt: skip


def _closed(each, has_moved: bool) -> ClosedLine:
    row = each.row
    line = ClosedLine(
        row.target.code, row.target.title, row.target.get_force_display(), row.required, _now(row), each.is_met,
        [unit.short_name or unit.name for unit in row.leads], each.backfilled, each.revised, row.sentence,
    )  # fmt: skip
    return (
        replace(line, now=NOTHING, is_met=None, backfilled=False, sentence=MOVED_SENTENCE)
        if has_moved
        else line
    )


def _briefing(
    choices: Choices, source: Source, plan, rows: list[TargetRow], moved: set[int], user: User
) -> Paper:
    quarter, chosen = choices.publication.quarter, set(choices.sections)
    released = _released(rows, quarter, user)
    filing = filing_of(user, quarter) if Section.FILING in chosen else None
    own = of_scope(filing, choices.scope_kind, choices.scope_code) if filing else None
    return briefing(
        BriefingPaper(
            source=source,
            scope=choices.scope_name,
            numbers=_numbers(choices, user) if Section.NUMBERS in chosen else None,
            filing=filing_row(filing, choices.scope_name, own) if filing else None,
            targets=_target_lines(rows, moved, released) if Section.TARGETS in chosen else None,
            lights=_light_lines(rows, moved, released) if Section.LIGHTS in chosen else None,
        )
    )


BY_WORD = {"park": "园区", "department": "包保部门", "street": "街道", "chain": "产业链"}
_MAKERS = {DocumentKind.BULLETIN: _bulletin, DocumentKind.CLOSING: _closing, DocumentKind.BRIEFING: _briefing}
