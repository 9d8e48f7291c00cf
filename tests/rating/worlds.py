"""Parks with numbers that the district's draft can score. Invented (演示数据)."""

from pathlib import Path

from guandu.core.actors import LOADER, ROLL_UP
from guandu.core.periods import Period
from guandu.jobs.worker import run_waiting
from parks.models import Park
from rating.actions import assessments, schemes
from rating.models import Assessment, Scheme
from targets.enums import IndicatorKind
from targets.models import Indicator
from tests.factories import make_enterprise, make_figure, make_indicator

DRAFT = Path(__file__).resolve().parents[2] / "rating/reference/district-draft.yaml"
FLOWS = {"REV": "1200000", "REV_LEAD": "780000", "TAX": "4250"}
STOCKS = {
    "AREA_BUILT": ("50000", "平方米"), "AREA_LET": ("35000", "平方米"), "FIRMS": ("130", "家"),
    "SERVICE_FIRMS": ("13", "家"), "FIRMS_ABOVE": ("21", "家"),
}  # fmt: skip


def load_draft() -> Scheme:
    return schemes.load(text=DRAFT.read_text(encoding="utf-8"), by=LOADER)[0]


def give_good_figures(park: Park, quarter: str = "2026Q3", *, without: tuple[str, ...] = ()) -> None:
    """Certified figures that earn most points, and one registered firm."""
    period = Period.parse(quarter)
    for code, value in FLOWS.items():
        if code not in without:
            make_figure(_indicator(code), period.to_date.code, park, value=value)
    for code, (value, unit) in STOCKS.items():
        if code not in without:
            make_figure(_indicator(code, IndicatorKind.STOCK, unit), quarter, park, value=value)
    make_enterprise(park=park)


def run_trial(quarter: str = "2026Q3") -> list[Assessment]:
    assessments.ask_trial(period=Period.parse(quarter), by=ROLL_UP)
    run_waiting()
    return list(Assessment.objects.filter(period=quarter).order_by("park__code"))


def _indicator(code: str, kind: str = IndicatorKind.FLOW, unit: str = "万元") -> Indicator:
    return Indicator.objects.filter(code=code).first() or make_indicator(code=code, kind=kind, unit=unit)
