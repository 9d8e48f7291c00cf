"""What is due to be said on a day by the rules of reminding. Reads only; the action sends it.

A rule is due on the day that it names by the due date or by the day of filing. Where days were missed
(the server was off), each return is reminded of once, by the rule that came last.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from guandu.accounts.models import User
from guandu.core import clock
from guandu.core.working_days import shifted
from guandu.notices.enums import Audience, DayUnit, Grouping, Importance, MessageKind, RuleEvent
from guandu.notices.models import ReminderRule, ReminderRun
from guandu.notices.told import Told
from targets.enums import ReturnState
from targets.models import Return
from targets.queries.completeness import deadline, is_missing
from targets.queries.missing import days_words, title_of
from targets.queries.recipients import Recipients
from targets.workflow import awaited

SOURCE = "returns"
# What lay longer ago is not caught up.
LONGEST_GAP = timedelta(days=31)
MOST_LINES = 60
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """A rule that is due for a return; `for_leader` names the leader to whom the office is to pass it on."""

    rule: ReminderRule
    return_: Return
    for_leader: str = ""


def since_when(day: date) -> date | None:
    """The last day whose reminders are done; None when those of `day` are done already."""
    last = ReminderRun.objects.filter(source=SOURCE).order_by("-day").values_list("day", flat=True).first()
    if last is None:
        return day - DAY
    return max(last, day - LONGEST_GAP) if last < day else None


def planned(day: date, since: date) -> list[Told]:
    """Who is told what on `day`, for rules due after `since`. Five queries."""
    rules = list(ReminderRule.objects.filter(is_on=True))
    people = Recipients(day)
    told: dict[tuple, list[Due]] = defaultdict(list)
    users: dict[int, User] = {}
    for return_ in _open(day):
        for rule in _due_rules(rules, return_, since, day):
            for user, due in _addressed(rule, return_, people):
                users[user.pk] = user
                alone = return_.pk if rule.grouping == Grouping.SINGLE else 0
                told[user.pk, rule.code, due.for_leader, alone].append(due)
    return [_told(users[key[0]], dues, day, key[3]) for key, dues in told.items()]


def _open(day: date) -> Iterator[Return]:
    """Whatever is to be filed by now or waits for a review."""
    rows = Return.objects.exclude(state__in=[ReturnState.LOCKED, ReturnState.EXEMPT]).filter(cycle__opens_on__lte=day)
    needed = rows.select_related("cycle__template", "filer", "park", "filed")
    return needed.order_by("cycle__due_on", "cycle__template", "park_code", "pk").iterator()


def _due_rules(rules: list[ReminderRule], return_: Return, since: date, day: date) -> list[ReminderRule]:
    """Of each audience the rule that came due last in (since, day]."""
    last: dict[str, tuple[date, ReminderRule]] = {}
    for rule in rules:
        on = _falls_on(rule, return_)
        if on is None or not since < on <= day:
            continue
        known = last.get(rule.audience)
        if known is None or (on, rule.code) > (known[0], known[1].code):
            last[rule.audience] = on, rule
    return [rule for _, rule in last.values()]


def _falls_on(rule: ReminderRule, return_: Return) -> date | None:
    """The day on which the rule speaks of the return; None when it does not."""
    if rule.series and rule.series != return_.cycle.template.code:
        return None
    if rule.event == RuleEvent.DUE:
        start = deadline(return_) if is_missing(return_) else None
    else:
        start = filed_day(return_) if awaited(return_.state, return_.cycle.template.route) else None
    if start is None:
        return None
    return shifted(start, rule.offset) if rule.unit == DayUnit.WORKING else start + DAY * rule.offset


def filed_day(return_: Return) -> date | None:
    """Since when it waits: the day on which the version under review was filed."""
    version = return_.filed
    if version is None or version.frozen_at is None:
        return None
    if version.number == 1:
        return return_.filed_on
    return version.frozen_at.astimezone(clock.SHANGHAI).date()


def _addressed(rule: ReminderRule, return_: Return, people: Recipients) -> Iterator[tuple[User, Due]]:
    """To whom. A leader without an account is reached through the office, which is told so."""
    due = Due(rule, return_)
    if rule.audience == Audience.LEADER:
        found, name = people.leaders(return_), people.leader_of(return_)
        if not found and name:
            found, due = people.office(), Due(rule, return_, name)
    else:
        ask = {
            Audience.FILER: people.filers,
            Audience.REVIEWER: people.reviewers,
            Audience.DEPARTMENT: people.department,
            Audience.OFFICE: people.office,
        }[Audience(rule.audience)]
        found = ask(return_)
    for user in found:
        yield user, due


def _told(user: User, dues: list[Due], day: date, alone: int) -> Told:
    rule, leader = dues[0].rule, dues[0].for_leader
    returns = [each.return_ for each in dues]
    key = f"remind:{rule.code}:{day}" + (f":{alone}" if alone else "") + (f":{leader}" if leader else "")
    late = any(deadline(each) < day for each in returns if is_missing(each))
    return Told(
        recipient=user,
        kind=MessageKind.REVIEW if rule.event == RuleEvent.WAITING else MessageKind.REMINDER,
        key=key,
        title=_title(rule, returns, day, leader),
        text=_text(rule, returns, day, leader),
        url=_url(rule, returns),
        importance=Importance.HIGH if late else Importance.NORMAL,
    )


def _title(rule: ReminderRule, returns: list[Return], day: date, leader: str) -> str:
    """The first line says what is to be done, and of how much."""
    one = f"{returns[0].subject_name}{title_of(returns[0])}" if len(returns) == 1 else f"{len(returns)} 张报表"
    if rule.event == RuleEvent.WAITING:
        return f"{one}报送后等待审核满 {rule.offset} 个{rule.get_unit_display()}，请尽快办理"
    stands = _stands(returns, day)
    if rule.audience == Audience.FILER:
        return f"{one}{stands}，请{'尽快' if '逾期' in stands else '按时'}报送"
    whose = f"（请转告{leader}）" if leader else ""
    where = "全区" if rule.audience == Audience.OFFICE else "包保园区"
    return f"{whose}{where} {one}{stands}，尚未报送"


def _stands(returns: list[Return], day: date) -> str:
    days = {deadline(each) for each in returns}
    if len(days) == 1:
        return f"{min(days):%-m月%-d日}截止（{days_words(min(days), day)}）"
    if max(days) < day:
        return "已逾期"
    return "即将截止" if min(days) >= day else "即将截止或已逾期"


def _text(rule: ReminderRule, returns: list[Return], day: date, leader: str) -> str:
    lines = [_line(number, rule, each, day) for number, each in enumerate(returns[:MOST_LINES], start=1)]
    if len(returns) > MOST_LINES:
        lines.append(f"……等共 {len(returns)} 张。")
    if leader:
        lines.insert(0, f"包保区领导{leader}及其联络员没有账号，请转告：")
    return "\n".join(lines)


def _line(number: int, rule: ReminderRule, return_: Return, day: date) -> str:
    name = f"{number}. {return_.subject_name}{title_of(return_)}：{return_.get_state_display()}"
    if rule.event == RuleEvent.WAITING:
        return f"{name}，{filed_day(return_):%-m月%-d日}报送"
    due = deadline(return_)
    return f"{name}，{due:%-m月%-d日}截止，{days_words(due, day)}"


def _url(rule: ReminderRule, returns: list[Return]) -> str:
    """One return's own page for who acts on it; else the list, or the progress of the period."""
    acts = rule.audience in (Audience.FILER, Audience.REVIEWER)
    if acts and len(returns) == 1:
        return reverse("targets:return", args=[returns[0].pk])
    if acts:
        return reverse("targets:returns") + "#waiting"
    periods = {each.cycle.period for each in returns}
    return reverse("targets:progress") + (f"?period={periods.pop()}" if len(periods) == 1 else "")
