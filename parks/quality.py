"""数据质量: what is wrong or wanting in the register, by checks that rooms register.

A check answers each defect once, with the page that mends it; clean data answer nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import models

from guandu.core.actors import Actor


class Severity(models.TextChoices):
    WRONG = "wrong", "须改正"
    WANTING = "wanting", "待补充"


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong with one object: its name, what exactly, and where it is mended."""

    name: str
    detail: str
    url: str


Find = Callable[[Actor, date], list[Defect]]


@dataclass(frozen=True)
class Check:
    """`title` names the defect, `sentence` says what to do about it. `find(actor, day)` answers what of
    the actor's scope is so on `day`, in a fixed number of queries."""

    code: str
    severity: Severity
    title: str
    sentence: str
    find: Find


_checks: dict[str, Check] = {}


def check(code: str, severity: Severity, title: str, sentence: str) -> Callable[[Find], Find]:
    """Register the decorated function as the check `code`."""

    def decorate(find: Find) -> Find:
        if code in _checks:
            raise RuntimeError(f"Two checks are called {code}.")
        _checks[code] = Check(code, severity, title, sentence, find)
        return find

    return decorate


def checks() -> tuple[Check, ...]:
    """What must be mended first, then what is wanting, each in the order of registration."""
    return tuple(sorted(_checks.values(), key=lambda each: each.severity == Severity.WANTING))


@dataclass(frozen=True)
class Finding:
    check: Check
    defects: tuple[Defect, ...]


def findings(actor: Actor, day: date) -> list[Finding]:
    """Grain: one per check that found something."""
    asked = [Finding(each, tuple(each.find(actor, day))) for each in checks()]
    return [each for each in asked if each.defects]
