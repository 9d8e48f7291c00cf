"""What the audit administrator's pages show."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from guandu.audit import anchors
from guandu.audit.actions import known_verbs
from guandu.audit.models import AuditArchive, AuditCheck, AuditEvent, AuditHead
from guandu.audit.records import check_code
from guandu.audit.words import verb_in_words
from guandu.core.clock import SHANGHAI
from guandu.jobs.models import Job
from guandu.oversight.kinds import VERIFY_JOB

PAGE = 50
SHOWN_ANCHORS = 8
SHOWN_ALARMS = 5
SHOWN_CHECKS = 5


@dataclass(frozen=True)
class Head:
    seq: int
    code: str


@dataclass(frozen=True)
class Anchor:
    """One anchor of the file, who counter-signed it, and whose signature is still to be entered there."""

    number: int
    seq: int
    at: datetime
    count: int
    code: str
    signed: tuple[str, ...]
    waiting: tuple[str, ...]
    mine: bool


@dataclass(frozen=True)
class Standing:
    """Everything on 审计总览."""

    head: Head | None
    last: AuditCheck | None
    full: AuditCheck | None
    checks: list[AuditCheck]
    anchors: list[Anchor]
    lines: int
    archives: list[AuditArchive]
    alarms: list[AuditEvent]
    job: Job | None = None


@dataclass(frozen=True)
class Asked:
    """What is looked for. Empty fields ask nothing."""

    since: date | None = None
    until: date | None = None
    person: str = ""
    verb: str = ""
    object: str = ""
    outcome: str = ""
    address: str = ""

    def words(self) -> dict[str, str]:
        """Label → what was asked, for the record of an export."""
        given = {
            "since": str(self.since or ""), "until": str(self.until or ""), "person": self.person,
            "verb": self.verb, "object": self.object, "outcome": self.outcome, "address": self.address,
        }  # fmt: skip
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class EventPage:
    """At most PAGE events, the newest first; `older` is the number to go on before, None at the end."""

    events: list[AuditEvent] = field(default_factory=list)
    older: int | None = None


def head() -> Head | None:
    row = AuditHead.objects.filter(seq__gt=0).first()
    return Head(row.seq, check_code(row.hash)) if row else None


def last_countersign() -> datetime | None:
    events = AuditEvent.objects.filter(verb=anchors.COUNTERSIGN_VERB, outcome=AuditEvent.Outcome.DONE)
    return events.order_by("-seq").values_list("at", flat=True).first()


def standing(actor_key: str) -> Standing:
    """Nine queries and one file."""
    lines = anchors.trusted(anchors.lines())
    checks = AuditCheck.objects.all()
    return Standing(
        head=head(),
        last=checks.first(),
        full=checks.exclude(kind=AuditCheck.Kind.WATCH).first(),
        checks=list(checks[:SHOWN_CHECKS]),
        anchors=list(_anchors(lines, actor_key)),
        lines=len(lines),
        archives=list(AuditArchive.objects.order_by("-from_seq")),
        alarms=list(AuditEvent.objects.filter(verb="audit.alarm").order_by("-seq")[:SHOWN_ALARMS]),
        job=verify_job(),
    )


def _anchors(lines: list[anchors.Line], actor_key: str) -> Iterable[Anchor]:
    shown = [line for line in lines if line.kind == anchors.ANCHOR][-SHOWN_ANCHORS:]
    entered = anchors.countersigned(lines)
    signed = _signatures([line.number for line in shown])
    for line in reversed(shown):
        written = [each.said["name"] for each in entered.get(line.number, ())]
        names = signed.get(line.number, [])
        yield Anchor(
            line.number, line.seq, line.at, line.said["count"], line.code, tuple(written),
            tuple(name for _, name in names if name not in written),
            any(key == actor_key for key, _ in names),
        )  # fmt: skip


def _signatures(numbers: list[int]) -> dict[int, list[tuple[str, str]]]:
    """Anchor → (account, name) of those who counter-signed it, from the trail."""
    events = AuditEvent.objects.filter(
        verb=anchors.COUNTERSIGN_VERB, outcome="done", object_key__in=[str(number) for number in numbers]
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for key, actor, name in events.order_by("seq").values_list("object_key", "actor_key", "actor_name"):
        found.setdefault(int(key), []).append((actor, name))
    return found


def verify_job() -> Job | None:
    return Job.objects.filter(kind=VERIFY_JOB).order_by("-pk").first()


def verb_choices() -> list[tuple[str, str]]:
    """Every verb that can be in the trail, in words."""
    verbs = {*known_verbs(), "page.open"}
    return sorted(((verb, verb_in_words(verb)) for verb in verbs), key=lambda each: each[1])


def events(asked: Asked) -> QuerySet[AuditEvent]:
    """What is asked for, the newest first."""
    found = AuditEvent.objects.order_by("-seq")
    if asked.since:
        found = found.filter(at__gte=_midnight(asked.since))
    if asked.until:
        found = found.filter(at__lt=_midnight(asked.until + timedelta(days=1)))
    if asked.person:
        found = found.filter(Q(actor_key=asked.person) | Q(actor_name__contains=asked.person))
    if asked.object:
        found = found.filter(Q(object_key=asked.object) | Q(object_name__contains=asked.object))
    exact = {"verb": asked.verb, "outcome": asked.outcome, "address__startswith": asked.address}
    return found.filter(**{name: value for name, value in exact.items() if value})


def event_page(asked: Asked, before: int | None) -> EventPage:
    """One query, by key: the last page is as quick as the first."""
    found = events(asked)
    if before is not None:
        found = found.filter(seq__lt=before)
    rows = list(found[: PAGE + 1])
    return EventPage(rows[:PAGE], rows[PAGE - 1].seq if len(rows) > PAGE else None)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
