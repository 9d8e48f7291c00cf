"""Register facts that the plan counts: new parks, titles, firms in parks with their recognitions and 入库."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from guandu.core.periods import Period
from parks.enums import TitleLevel, TitleState
from parks.models import CultivationMove, Honour, Park, Tenancy, Title
from targets.registered import Fact, registered_source

HIGHEST = "highest"


@registered_source("parks.opened")
def opened_parks(period: Period, *, since: str | date, park_type: str = "", built: bool = False) -> list[Fact]:
    """Parks opened from `since` to the period's last day and open on it; of a type or one below it. `built` asks for
    a registered built area as well."""
    parks = Park.objects.open_on(period.last_day).filter(opened_on__gte=since).order_by("code")
    if park_type:
        parks = parks.filter(_of_type(park_type))
    if built:
        parks = parks.filter(built_area__gt=0)
    return [Fact(park.code, park.opened_on, f"{park.name} {park.opened_on} 开园") for park in parks]


@registered_source("parks.titles")
def awarded_titles(
    period: Period,
    *,
    title_level: str = "",
    title_levels: list[str] | None = None,
    named: str = "",
    since: str | date = "",
    park_type: str = "",
    counting: str = "",
) -> list[Fact]:
    """Parks with a title of the level (of one of `title_levels`) awarded from `since` to the period's last day and in
    force on it; a park counts once, by its first award, and not after it has closed. With `park_type` only parks of
    that type or one below it, with `named` only titles whose name has these characters. `counting: highest` leaves out
    parks that hold a title above the level."""
    titles, levels = _titles_in_force(period), title_levels or [title_level]
    higher = _parks_above(titles, levels[0]) if counting == HIGHEST else frozenset()
    counted = titles.filter(level__in=levels).select_related("park").order_by("awarded_on", "pk")
    if since:
        counted = counted.filter(awarded_on__gte=since)
    if named:
        counted = counted.filter(name__contains=named)
    if park_type:
        counted = counted.filter(_of_type(park_type, "park__"))
    first = {}
    for title in counted:
        if title.park.code not in higher:
            first.setdefault(title.park.code, title)
    return [
        Fact(code, t.awarded_on, f"{t.park.name} {t.awarded_on} 获{t.get_level_display()}{t.name}")
        for code, t in sorted(first.items())
    ]


def _titles_in_force(period: Period) -> QuerySet:
    titles = Title.objects.filter(state=TitleState.AWARDED, awarded_on__lte=period.last_day)
    return titles.exclude(lapsed_on__lte=period.last_day).exclude(park__closed_on__lte=period.last_day)


def _parks_above(titles: QuerySet, level: str) -> frozenset[str]:
    above = TitleLevel.values[: TitleLevel.values.index(level)]
    return frozenset(titles.filter(level__in=above).values_list("park__code", flat=True))


def _of_type(code: str, prefix: str = "") -> Q:
    return Q(**{f"{prefix}park_type__code": code}) | Q(**{f"{prefix}park_type__parent__code": code})


@registered_source("firms.tenants")
def tenants(period: Period, *, since: str | date = "") -> list[Fact]:
    """Firms in parks on the period's last day; with `since` those that entered their park from that day on."""
    rows = _tenancies(period).select_related("park", "enterprise")
    if since:
        rows = rows.filter(valid_from__gte=since)
    return [
        Fact(row.park.code, row.valid_from, f"{row.enterprise.name} {row.valid_from} 入驻", row.enterprise.code)
        for row in rows
    ]


@registered_source("firms.honours")
def honoured_firms(
    period: Period, *, kinds: list[str], since: str | date = "", counting: str = ""
) -> list[Fact]:
    """Firms of parks that hold one of the recognitions on the period's last day, each firm once however many it
    holds. With `since` those first recognised from that day on, whatever they hold now; `counting: highest` counts a
    firm only by the highest recognition it holds in a series."""
    firms = _first_recognised(period, kinds, since) if since else _holding(period, kinds, highest=counting == HIGHEST)
    rows = _tenancies(period).filter(enterprise__in=firms).values_list("park__code", "enterprise__code", "enterprise")
    return [Fact(park, firms[firm].on, firms[firm].text, code) for park, code, firm in rows]


@registered_source("firms.statistics")
def statistical_firms(period: Period, *, after: str, since: str | date) -> list[Fact]:
    """Firms of parks that entered the statistics, or left them, from `since` to the period's last day. Who is on the
    way there fewer people see: a fact names the class and the day, and no firm."""
    moves = CultivationMove.objects.filter(after=after, on__gte=since, on__lte=period.last_day).order_by("on", "pk")
    first = {}
    for move in moves.select_related("cultivation__of_class"):
        first.setdefault(move.cultivation.enterprise_id, move)
    rows = _tenancies(period).filter(enterprise__in=first).values_list("park__code", "enterprise__code", "enterprise")
    return [Fact(park, first[firm].on, _moved_words(first[firm]), code) for park, code, firm in rows]


def _moved_words(move: CultivationMove) -> str:
    return f"1 家企业 {move.on} {move.get_after_display()}（{move.cultivation.of_class.name}）"


def _tenancies(period: Period) -> QuerySet:
    """Firms in parks that are open, and that are firms still."""
    rows = Tenancy.objects.on(period.last_day).exclude(enterprise__closed_on__lte=period.last_day)
    return rows.exclude(park__closed_on__lte=period.last_day).order_by("park__code", "enterprise__code", "valid_from")


@dataclass(frozen=True)
class _Recognised:
    on: date
    text: str


def _holding(period: Period, kinds: list[str], *, highest: bool) -> dict[int, _Recognised]:
    """Firms by primary key with the recognition by which they count."""
    held = Honour.objects.held_on(period.last_day).select_related("enterprise", "kind")
    best: dict[int, Honour] = {}
    tops: dict[tuple[int, str], int] = {}
    for honour in held.order_by("valid_from", "pk"):
        series = (honour.enterprise_id, honour.kind.family or honour.kind.code)
        tops[series] = max(tops.get(series, 0), honour.kind.rank)
    for honour in held.filter(kind__in=kinds).order_by("valid_from", "pk"):
        series = (honour.enterprise_id, honour.kind.family or honour.kind.code)
        if not highest or honour.kind.rank >= tops[series]:
            best.setdefault(honour.enterprise_id, honour)
    return {firm: _recognised(honour, honour.valid_from) for firm, honour in best.items()}


def _first_recognised(period: Period, kinds: list[str], since: str | date) -> dict[int, _Recognised]:
    """Firms whose first recognition of these kinds lies between `since` and the period's last day."""
    first: dict[int, _Recognised] = {}
    rows = Honour.objects.filter(kind__in=kinds, valid_from__lte=period.last_day).select_related("enterprise", "kind")
    for honour in rows.order_by("valid_from", "pk"):
        on = honour.first_recognised_on or honour.valid_from
        known = first.get(honour.enterprise_id)
        if known is None or on < known.on:
            first[honour.enterprise_id] = _recognised(honour, on)
    return {firm: each for firm, each in first.items() if each.on >= date.fromisoformat(str(since))}


def _recognised(honour: Honour, on: date) -> _Recognised:
    return _Recognised(on, f"{honour.enterprise.name} {on} 获{honour.kind.name}")
