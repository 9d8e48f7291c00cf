"""Urging by hand, the day's reminders, their rules from a file, and the list of the missing as a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, concerning, created
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed, NotReady
from guandu.exchange.loaded_rows import RowLoader, Tally
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.models import ReminderRule, ReminderRun
from guandu.notices.told import Told
from targets.models import Return
from targets.queries.completeness import deadline, is_missing
from targets.queries.missing import days_words, title_of, urge_key, urgeable, urged_today
from targets.queries.recipients import Recipients
from targets.queries.reminders import SOURCE, planned, since_when
from targets.reminder_files import read_rules

NEEDED = ("cycle__template", "filer", "park")
UNHELD = "没有在用的填报账号，请电话联系。"


@dataclass
class Urged:
    """What came of urging: returns whose filers were told, those that nobody files, and why others were not."""

    told: list[Return] = field(default_factory=list)
    unheld: list[Return] = field(default_factory=list)
    left: list[tuple[Return, str]] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """Why the others were not urged, a sentence for each reason."""
        names: dict[str, list[str]] = {}
        for each, why in [*((each, UNHELD) for each in self.unheld), *self.left]:
            names.setdefault(why, []).append(each.subject_name)
        return [f"{'、'.join(those)}{why}" for why, those in names.items()]


@action("return.urge")
def urge(*, returns: Sequence[Return], by: Actor) -> Urged:
    """Send each missing return's filers a message now, once a return and day. Raises NotAllowed, and NotReady
    with the reasons where there is nothing to send."""
    require(by, Permission.RETURN_URGE, to="催报")
    wanted = [each.pk for each in returns]
    rows = list(Return.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))
    if len(rows) == 1:
        about(rows[0])
    concerning("targets.return", "", f"{len(rows)} 张报表")
    mine = set(urgeable(by).filter(pk__in=wanted).values_list("pk", flat=True))
    if {row.pk for row in rows} - mine:
        raise NotAllowed("只能催报本单位包保园区的报表。如确需办理，请联系园区发展办。")
    full = Return.objects.filter(pk__in=wanted).select_related(*NEEDED).order_by("park_code", "pk")
    report, told = _sorted(list(full), by)
    if not told:
        raise NotReady("没有发出催报。", missing=report.sentences)
    post(told=told, by=by)
    return report


def _sorted(returns: list[Return], by: Actor) -> tuple[Urged, list[Told]]:
    day, report, told = clock.today(), Urged(), []
    people, urged = Recipients(day), urged_today(returns)
    for each in returns:
        why = _why_not(each, urged)
        filers = [] if why else people.filers(each)
        if why:
            report.left.append((each, why))
        elif not filers:
            report.unheld.append(each)
        else:
            report.told.append(each)
            told += [_told(each, user, by) for user in filers]
    return report, told


def _why_not(return_: Return, urged: dict[int, str]) -> str:
    if not is_missing(return_):
        return f"{return_.get_state_display()}，不需要催报。"
    if return_.cycle.opens_on > clock.today():
        return "还没有开始填报，不需要催报。"
    return f"今天已由{urged[return_.pk]}催报过。" if return_.pk in urged else ""


def _told(return_: Return, user, by: Actor) -> Told:
    day, due = clock.today(), deadline(return_)
    unit = getattr(getattr(by, "unit", None), "name", "")
    state = return_.get_state_display()
    return Told(
        recipient=user,
        kind=MessageKind.URGE,
        key=urge_key(return_, day),
        title=f"催报：请尽快报送{return_.subject_name}{title_of(return_)}",
        text=(
            f"{return_.subject_name}{title_of(return_)}现为“{state}”，{due:%Y年%-m月%-d日}截止，"
            f"{days_words(due, day)}。请尽快报送；确有困难的，请与{unit}{by.actor_name}联系。"
        ),
        url=f"/returns/{return_.pk}/",
        importance=Importance.HIGH,
    )


@action("reminder.send")
def send_due(*, by: Actor) -> int:
    """Send what is due today by the rules, days that were missed included, and keep that the day is done;
    how many messages. A second call on one day sends nothing. Raises NotAllowed."""
    require_service(by, to="发送报送提醒")
    day = clock.today()
    concerning("notices.reminderrun", str(day), f"{day} 提醒")
    since = since_when(day)
    if since is None:
        return 0
    run = ReminderRun.objects.create(source=SOURCE, day=day, since=since, ran_at=clock.now())
    messages = post(told=planned(day, since), by=by)
    run.messages = len(messages)
    run.save(update_fields=["messages"])
    created(run)
    return run.messages


class _NothingToWrite(Exception):
    """Undoes a load that wrote nothing, so that the trail gets no empty event."""


def load_rules(*, root: Path, force: bool = False, by: Actor) -> Tally:
    """Load the rules below `root`; what was done. Raises BrokenFiles (nothing is written), NotAllowed."""
    rows, loader = read_rules(root), RowLoader(force=force)
    try:
        write_rules(rows=rows, loader=loader, by=by)
    except _NothingToWrite:
        return loader.tally
    return loader.tally


@action("reminder_rules.load")
def write_rules(*, rows, loader: RowLoader, by: Actor) -> None:
    """Write the records of the file through `loader`, in one transaction and one audit event."""
    if by.actor_kind == "user" and not by.may(Permission.REMINDER_EDIT):
        raise NotAllowed("只有园区发展办可以载入提醒规则。")
    concerning("notices.reminderrule", "rules", "提醒规则")
    for row in rows:
        loader.put(row, ReminderRule, key={"code": row.code}, values=row_values(row))
    if not loader.tally.wrote:
        raise _NothingToWrite


def row_values(row) -> dict:
    on = row["is_on"]
    return {
        "name": row["name"],
        "series": row["series"] or "",
        "event": row["event"],
        "offset": int(row["offset"]),
        "unit": row["unit"],
        "audience": row["audience"],
        "grouping": row["grouping"],
        "is_on": True if on is None else on,
        "note": row["note"] or "",
    }


@action("returns.export_missing")
def export_missing(*, name: str, count: int, by: Actor) -> None:
    """The list `name` with `count` rows leaves as a file. Raises NotAllowed."""
    require(by, Permission.RETURN_VIEW, to="导出未报清单")
    concerning("targets.return", "", f"{name}，{count} 行"[:200])
