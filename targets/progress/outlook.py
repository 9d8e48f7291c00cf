"""All that is said beside a target's value in one quarter, as it is kept: numbers as texts, no digit lost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

from targets.progress.expectation import Expected
from targets.progress.forecast import Forecast, TooShort
from targets.progress.pace import Pace


@dataclass(frozen=True)
class Baseline:
    """`is_frozen`: written down with the plan; otherwise read from the figure of the number `figure`."""

    value: Decimal
    period: str
    source: str
    is_frozen: bool
    figure: int | None = None


@dataclass(frozen=True)
class OtherReading:
    """The value by another reading of the plan's words. `met` is None where it is not known; `figures` are the numbers of
    the figures that the value is or is worked out from, `sentence` what is missing or how much is counted."""

    code: str
    label: str
    value: Decimal | None
    met: bool | None
    figures: tuple[int, ...] = ()
    sentence: str = ""


@dataclass(frozen=True)
class Outlook:
    """`required` says the demand in words (不低于 8 个), `reading` how the number is read where there are
    several ways, `of_expected` is in per cent, `rule` the number of the rule
    by which `status_words` judge, `gap` what is missing to the line in the target's unit, None where it is not known.
    Outlook() is that of a quarter for which none was computed."""

    line: Decimal | None = None
    required: str = ""
    reading: str = ""
    baseline: Baseline | None = None
    due: Expected | None = None
    of_expected: Decimal | None = None
    status_words: str = ""
    rule: int | None = None
    pace: Pace | None = None
    gap: Decimal | None = None
    forecast: Forecast | TooShort | None = None
    readings: tuple[OtherReading, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """For a JSON column: a dict with the names above; of the forecast, `low` is there where there is one."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Outlook":
        """The inverse of as_json; an empty dict is Outlook()."""
        if not told:
            return cls()
        return cls(
            line=_decimal(told["line"]),
            required=told["required"],
            reading=told["reading"],
            baseline=_read(Baseline, told["baseline"]),
            due=_read(Expected, told["due"]),
            of_expected=_decimal(told["of_expected"]),
            status_words=told["status_words"],
            rule=told["rule"],
            pace=_read(Pace, told["pace"]),
            gap=_decimal(told["gap"]),
            forecast=_forecast(told["forecast"]),
            readings=tuple(
                OtherReading(**row | {"value": _decimal(row["value"]), "figures": tuple(row["figures"])}) for row in told["readings"]
            ),
        )


def _plain(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _plain(each) for name, each in told.items()}
    if isinstance(told, list | tuple):
        return [_plain(each) for each in told]
    return str(told) if isinstance(told, Decimal) else told


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _forecast(told: Mapping[str, Any] | None) -> Forecast | TooShort | None:
    return _read(Forecast if told and "low" in told else TooShort, told)


def _read(kind: type, told: Mapping[str, Any] | None) -> Any:
    """The record of that kind, with its decimals."""
    if told is None:
        return None
    numbers = {each.name for each in fields(kind) if each.type in {Decimal, Decimal | None}}
    return kind(**{name: _decimal(each) if name in numbers else each for name, each in told.items()})
