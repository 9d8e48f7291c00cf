"""Officials' edits of indicators: words at any time; unit, scale and formula by a new version only."""

from datetime import date
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.core.periods import Period
from targets.models import CertifiedValue, Cycle, Indicator, IndicatorVersion
from targets.queries.definitions import version_errors

EDITABLE = frozenset(
    {"name", "caliber", "direction", "over_space", "over_time", "certifying_unit", "note", "position"}
)


@action("indicator.update")
def update(
    *, indicator: Indicator, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Indicator:
    """Change what EDITABLE names; unit and scale are versions. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, indicator, to="修改指标")
    return edit(indicator, values, editable=EDITABLE, seen=seen)


@action("indicator.issue")
def issue(
    *,
    indicator: Indicator,
    first_period: str,
    unit: str,
    scale: int,
    caliber: str,
    factor: str = "",
    display_decimals: int | None = None,
    definition: dict[str, Any] | None = None,
    by: Actor,
) -> IndicatorVersion:
    """The indicator's next version, in force from the first day of `first_period`; the open one ends there
    and keeps the 口径 of its time. `factor` makes a number in the old unit one in the new (exact text);
    empty says that the two are not comparable. Raises NotAllowed, Invalid with a sentence per field."""
    require(by, Permission.REFERENCE_EDIT, indicator, to="建立指标新版本")
    row = Indicator.objects.select_for_update(of=("self",)).get(pk=indicator.pk)
    about(row)
    last = row.versions.select_for_update(of=("self",)).filter(valid_to=None).get()
    since = Period.parse(first_period).first_day
    _refuse_early(last, since)
    _refuse_numbers_since(row, since)
    _refuse_asked_since(row, since)
    before = snapshot(last)
    last.valid_to, last.caliber = since, row.caliber
    last.save(update_fields=["valid_to", "caliber"])
    updated(last, before)
    version = IndicatorVersion(
        indicator=row, number=last.number + 1, valid_from=since, unit=unit.strip(), scale=scale,
        display_decimals=scale if display_decimals is None else display_decimals, factor=factor.strip(),
        definition=last.definition if definition is None else definition,
    )  # fmt: skip
    _refuse_definition(version)
    enter(version)
    before, row.caliber = snapshot(row), caliber.strip()
    row.save(update_fields=["caliber"])
    updated(row, before)
    return version


def _refuse_definition(version: IndicatorVersion) -> None:
    wrong = list(version_errors(version))
    if wrong:
        raise Invalid(wrong[0], errors=[("definition", sentence) for sentence in wrong])


def _refuse_early(last: IndicatorVersion, since: date) -> None:
    if since <= last.valid_from:
        raise _wrong(f"第 {last.number} 版自 {last.valid_from} 起用，新版本必须晚于该日起用。")


def _refuse_numbers_since(indicator: Indicator, since: date) -> None:
    kept = CertifiedValue.objects.filter(indicator=indicator).values_list("period", flat=True).distinct()
    late = sorted(code for code in kept if Period.parse(code).last_day >= since)
    if late:
        raise _wrong(f"{late[-1]} 已有按现行版本核定的数，新版本须从其后的报告期起用。")


def _refuse_asked_since(indicator: Indicator, since: date) -> None:
    asked = Cycle.objects.filter(template__cells__indicator=indicator).values_list("period", flat=True).distinct()
    late = sorted(code for code in asked if Period.parse(code).last_day >= since)
    if late:
        raise _wrong(f"{late[-1]} 已布置含该指标的报表，请从尚未布置的报告期起用新版本。")


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, errors=[("first_period", sentence)])
