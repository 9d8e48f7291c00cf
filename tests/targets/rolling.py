"""核定值 by the dozen, and their roll-up, for tests of figures."""

from guandu.core import clock
from guandu.core.actors import ROLL_UP
from guandu.core.periods import Period
from guandu.jobs import worker
from guandu.jobs.models import Job
from targets.actions import figures
from targets.enums import ValueSource
from targets.models import CertifiedValue, Figure

Q3 = Period.parse("2026Q3")


def certify(indicator, subject, units, *, period="2026Q3") -> CertifiedValue:
    """What the office's confirmation would leave: the value that counts, in place of the one before. `subject` is a
    park; None is the district."""
    now = clock.now()
    code = subject.code if subject else ""
    old = CertifiedValue.objects.current().filter(indicator=indicator, subject_code=code, period=period)
    old.update(superseded_at=now)
    return CertifiedValue.objects.create(
        indicator=indicator,
        indicator_version=indicator.versions.get(),
        subject_kind="park" if subject else "district",
        subject_code=code,
        period=period,
        units=units,
        source=ValueSource.OPERATOR,
        certified_by="测试",
        certified_at=now,
    )


def roll_up(quarter: Period = Q3, *parks) -> None:
    figures.ask_roll_up(period=quarter, parks=[park.code for park in parks], by=ROLL_UP)
    worker.run_waiting()
    failed = Job.objects.exclude(state=Job.State.DONE)
    assert not failed, [job.error or job.trace for job in failed]


def rebuild() -> None:
    figures.ask_rebuild(by=ROLL_UP)
    worker.run_waiting()
    failed = Job.objects.exclude(state=Job.State.DONE)
    assert not failed, [job.error or job.trace for job in failed]


def numbers() -> list[tuple]:
    """Every figure without its stamps, as it would be read."""
    shown = (
        "indicator__code", "scope_kind", "scope_code", "period", "basis", "numerator", "denominator", "expected",
        "reported", "gap", "denominator_figure__scope_code",
    )  # fmt: skip
    return sorted(map(repr, Figure.objects.values_list(*shown)))
