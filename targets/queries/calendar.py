"""The calendar of forms: what was asked, what is to be asked, and when. Grain: one form in one period."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Max, Min

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.core.periods import Period
from guandu.core.working_days import Days, days_of
from targets.enums import Frequency, ReturnState, SubjectKind
from targets.frequency import asked_in, last_ended, periods_of
from targets.models import Cycle, Return, ReturnTemplate


@dataclass(frozen=True)
class Entry:
    """One form in one period. `cycle` None: not asked yet; its days are then what the form says."""

    template: ReturnTemplate
    period: Period
    days: Days
    cycle: Cycle | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def states(self) -> list[tuple[str, str, int]]:
        """(state, its word, how many), without those that no return is in."""
        return [(value, label, self.counts[value]) for value, label in ReturnState.choices if self.counts.get(value)]

    def is_due_to_open(self, day: date) -> bool:
        """Whether it is the turn of the period that ended last, and nobody was asked yet."""
        now = last_ended(self.template.frequency, day)
        return self.cycle is None and self.days.opens <= day and self.period == now

    def is_behind(self, day: date) -> bool:
        """Whether the due day has passed and something is still to be filed."""
        waiting = self.counts.get(ReturnState.DRAFT, 0) + self.counts.get(ReturnState.SENT_BACK, 0)
        return self.cycle is not None and day > self.days.due and waiting > 0


def calendar(user: Actor, year: int) -> list[Entry]:
    """The forms of `year` that concern the person, by opening day; a fixed number of queries. Counts are of
    the returns that he may see."""
    cycles = {
        (cycle.template.series, cycle.period): cycle
        for cycle in Cycle.objects.filter(period__startswith=str(year)).select_related("template__filer")
    }
    counts = _counts(user, year)
    versions = _versions()
    found = []
    for series, rows in versions.items():
        for period in periods_of(rows[0][0].frequency, year):
            cycle = cycles.get((series, period.code))
            template = cycle.template if cycle else _asked(rows, period)
            if template is None or not _concerns(user, template, counts.get(cycle and cycle.pk)):
                continue
            days = Days(cycle.opens_on, cycle.due_on, cycle.closes_on) if cycle else days_of(template, period)
            found.append(Entry(template, period, days, cycle, counts.get(cycle.pk, {}) if cycle else {}))
    return sorted(found, key=lambda each: (each.days.opens, each.template.series))


def due_to_open(day: date) -> list[Entry]:
    """Forms that open themselves, are due to by `day` for the period that ended last, and were not asked."""
    asked = set(Cycle.objects.values_list("template__series", "period"))
    found = []
    for series, rows in _versions().items():
        period = last_ended(rows[0][0].frequency, day)
        template = _asked(rows, period)
        if template is None or not template.opens_itself or (series, period.code) in asked:
            continue
        entry = Entry(template, period, days_of(template, period))
        if entry.is_due_to_open(day):
            found.append(entry)
    return found


def years(today: date) -> list[int]:
    """From the first year that a form or a cycle speaks of to the next one."""
    first = ReturnTemplate.objects.aggregate(first=Min("valid_from"), last=Max("valid_from"))["first"]
    return list(range(int(first[:4]) if first else today.year, today.year + 2))


def _versions() -> dict[str, list[tuple[ReturnTemplate, set[str]]]]:
    """Series → its versions with the frequencies of what each asks. Two queries."""
    asked = defaultdict(set)
    for pk, frequency in ReturnTemplate.objects.values_list("pk", "cells__indicator__frequency").distinct():
        if frequency:
            asked[pk].add(frequency)
    found = defaultdict(list)
    for template in ReturnTemplate.objects.select_related("filer").order_by("series", "number"):
        found[template.series].append((template, asked[template.pk]))
    return dict(found)


def _asked(rows: Iterable[tuple[ReturnTemplate, set[str]]], period: Period) -> ReturnTemplate | None:
    """The version in use for the period, if it has anything to ask then."""
    for template, frequencies in rows:
        begun = template.valid_from <= period.code
        if begun and (not template.valid_to or period.code <= template.valid_to):
            return template if any(asked_in(Frequency(each), period) for each in frequencies) else None
    return None


def _counts(user: Actor, year: int) -> dict[int, dict[str, int]]:
    visible = Return.objects.visible_to(user).filter(cycle__period__startswith=str(year)).order_by()
    found = defaultdict(dict)
    for cycle, state, count in visible.values_list("cycle", "state").annotate(Count("pk", distinct=True)):
        found[cycle][state] = count
    return found


def _concerns(user: Actor, template: ReturnTemplate, counts: dict[str, int] | None) -> bool:
    """Whoever opens forms sees them all; others what they file, what parks file, and what they see."""
    if user.actor_kind == "service" or user.may(Permission.CYCLE_OPEN) or counts:
        return True
    return template.subject_kind == SubjectKind.PARK or template.filer_id == user.unit_id
