"""One batch as its page shows it. Grain: a batch; a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass

from guandu.accounts.checks import allowed
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.exchange.reports import Report, report_from
from guandu.files.models import Attachment
from guandu.jobs.models import Job
from targets.enums_history import HistoryState
from targets.history_cells import period_in_words
from targets.models import HistoryBatch
from targets.queries.history.context import Context
from targets.queries.history.original import original_of
from targets.queries.history.values import Weighed, may_sign, weigh

_OWN = {"apart", "firms", "refusal"}


@dataclass(frozen=True)
class BatchPage:
    """`may` names what the person may do now: confirm, recheck, discard, send_back, sign, withdraw, retry.
    `weighed` is what signing would do now, for who signs."""

    batch: HistoryBatch
    original: Attachment | None
    report: Report | None
    refusal: str
    apart: tuple[int, int, int]
    firms: int
    periods: list[str]
    job: Job | None
    works: bool
    waits_for_another: bool
    may: frozenset[str] = frozenset()
    weighed: Weighed | None = None


def page_of(batch: HistoryBatch, user: User) -> BatchPage:
    said = batch.report
    job = Job.objects.visible_to(user).filter(pk=batch.job_number).first()
    works = job is not None and not job.has_ended
    signs = allowed(user, Permission.RETURN_CONFIRM)
    waits = batch.state == HistoryState.STORED
    return BatchPage(
        batch=batch,
        original=original_of(batch),
        report=report_from({key: value for key, value in said.items() if key not in _OWN}) if "seen" in said else None,
        refusal=said.get("refusal", ""),
        apart=tuple(said.get("apart", (0, 0, 0))),
        firms=said.get("firms", 0),
        periods=[period_in_words(Period.parse(code)) for code in batch.periods],
        job=job,
        works=works,
        waits_for_another=waits and signs and not may_sign(batch, user),
        may=frozenset(_steps(batch, user, job, works, signs)),
        weighed=weigh(batch, Context(user)) if waits and signs else None,
    )


def _steps(batch: HistoryBatch, user: User, job: Job | None, works: bool, signs: bool) -> Iterator[str]:
    mine, state = batch.owner_id == user.pk, batch.state
    if mine and not works and state in {HistoryState.FAULTY, HistoryState.READY}:
        yield "recheck"
    if mine and not works and state == HistoryState.READY:
        yield "confirm"
    if mine and batch.is_open:
        yield "discard"
    if not mine and signs and batch.is_open:
        yield "send_back"
    if not mine and signs and state == HistoryState.STORED:
        yield "sign"
    if signs and state == HistoryState.SIGNED:
        yield "withdraw"
    if job and job.state in Job.RETRIED and batch.is_open and job.may_be_retried_by(user):
        yield "retry"
