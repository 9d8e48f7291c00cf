"""Terms as the tests of the progress engine ask for them."""

from decimal import Decimal

from guandu.core.periods import Period
from targets.enums import Operator
from targets.enums_plan import Path
from targets.progress.terms import Terms


def period(code: str) -> Period:
    return Period.parse(code)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def terms(
    line: str = "10",
    baseline: str | None = "0",
    path: str = Path.LINEAR,
    *,
    operator: str = Operator.AT_LEAST,
    checkpoints: dict[str, str] | None = None,
    decimals: int = 0,
    ends: str = "2026Q4",
) -> Terms:
    """Of a plan that begins with 2024."""
    return Terms(
        operator=operator,
        line=Decimal(line),
        starts=period("2023Q4"),
        ends=period(ends),
        baseline=number(baseline),
        path=path,
        checkpoints={period(code): Decimal(value) for code, value in (checkpoints or {}).items()},
        decimals=decimals,
    )
