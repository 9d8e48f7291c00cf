"""Red targets as candidates: lights that the office has released and after which no later quarter was computed."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.enums_meetings import ItemSource
from targets.enums_plan import LightState
from targets.models import AgendaItem, Meeting, RedLight, Target, TargetResult
from targets.papers.words import sentence
from targets.progress.amounts import written
from targets.queries.agenda import Candidate, names_of, shortened, taken
from targets.queries.plan import TargetRow, target_rows

WITHOUT_LEAD = "没有写明牵头单位"


def red_now(lights: QuerySet) -> QuerySet:
    """Released, and its target's newest results are those of its own quarter."""
    later = TargetResult.objects.filter(target=OuterRef("target"), period__gt=OuterRef("period"))
    return lights.filter(~Exists(later), state=LightState.RELEASED)


def candidates(meeting: Meeting, user: User) -> list[Candidate]:
    """Each with its owner, its gap and the last that its lead said, by 专班 or other lead. A fixed number of queries
    for each quarter, of which there is one as a rule."""
    lights = red_now(RedLight.objects.visible_to(user)).exclude(pk__in=taken(meeting, "light"))
    found: list[Candidate] = []
    by_quarter: dict[str, dict[int, RedLight]] = {}
    for light in lights.order_by("-period", "pk"):
        by_quarter.setdefault(light.period, {})[light.target_id] = light
    for code, of_target in by_quarter.items():
        quarter = Period.parse(code)
        rows = target_rows(Target.objects.filter(pk__in=of_target).order_by("position"), quarter, user)
        found += [_candidate(of_target[row.target.pk], row, quarter) for row in rows]
    return sorted(found, key=lambda each: each.group)


def _candidate(light: RedLight, row: TargetRow, quarter: Period) -> Candidate:
    return Candidate(
        source=ItemSource.LIGHT,
        key=light.pk,
        title=shortened(f"{row.target.code} {row.target.title}（{quarter.label}滞后）", 160),
        unit_names=names_of(row.leads),
        text=shortened(f"要求{row.required}，{value_words(row)}{gap_words(row)}。{note_words(light)}"),
        url=f"{reverse('targets:target', args=[row.target.code])}?period={quarter.code}",
        group=names_of(row.leads) or WITHOUT_LEAD,
    )


def value_words(row: TargetRow) -> str:
    standing = row.standing
    if standing and row.passing is not None:
        return f"现有 {row.passing}/{standing.reported} 个园区符合"
    if standing is None or standing.value is None:
        return "还没有现值"
    return f"现值 {written(standing.value)} {row.target.unit}".rstrip()


def gap_words(row: TargetRow) -> str:
    gap = row.outlook.gap
    if gap is None and row.standing and row.standing.value is not None and row.outlook.line is not None:
        gap = abs(row.outlook.line - row.standing.value)
    return f"，差距 {written(gap)} {row.target.unit}".rstrip() if gap is not None and row.passing is None else ""


def note_words(light: RedLight) -> str:
    if not light.answer:
        return "牵头单位未作说明。"
    return sentence(f"{light.answered_unit}{light.get_answer_kind_display()}：{light.answer}")


def not_red(items: Iterable[AgendaItem]) -> set[int]:
    """The items (by id) whose targets are red no more: their light was cleared, or a later quarter stands. One query."""
    of_light = {each.light_id: each.pk for each in items if each.light_id}
    red = set(red_now(RedLight.objects.filter(pk__in=of_light)).values_list("pk", flat=True)) if of_light else set()
    return {item for light, item in of_light.items() if light not in red}
