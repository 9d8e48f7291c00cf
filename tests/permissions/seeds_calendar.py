"""Rows of the matrix that the dictionary and the forms as data keep: one that may still be changed, beside
the one that was asked."""

from targets.models import Indicator, ReturnTemplate
from tests.factories import make_indicator, make_template
from tests.permissions.sides import NONE


def rows(used: ReturnTemplate, kept: Indicator) -> dict[str, dict[str, str]]:
    spare = make_indicator(code="Z_SPARE", name="备用指标")
    fresh = make_template(
        spare, code="Z-FORM", name="未布置的报表",
        checks=[{"code": "C1", "left": "Z_SPARE", "op": ">=", "right": "0", "severity": "query", "missing": "skip_any"}],
    )  # fmt: skip
    return {
        "form to change": {"own": str(fresh.pk), "shut": str(used.pk)} | NONE,
        "form to ask": {"own": str(fresh.pk)} | NONE,
        "indicator not used": {"own": str(spare.pk)} | NONE,
        "indicator to issue": {"own": str(spare.pk), "shut": str(kept.pk)} | NONE,
    }
