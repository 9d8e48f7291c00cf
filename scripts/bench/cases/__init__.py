"""Every case of the benchmark, in the order of a run. A new case is one class here and one module beside."""

from scripts.bench.cases.confirm import ConfirmQuarter
from scripts.bench.cases.crossing import CrossChainsAndStreets
from scripts.bench.cases.figures import ReadFigures
from scripts.bench.cases.fill import FillQuarter
from scripts.bench.cases.firm_list import ListFirms
from scripts.bench.cases.history import GROWTH, LoadFewLines, LoadHistory
from scripts.bench.cases.import_firms import ImportFewFirms, ImportFirms
from scripts.bench.cases.page import OpenReturn
from scripts.bench.cases.plan_page import PlanPage
from scripts.bench.cases.portal import PortalRollUp
from scripts.bench.cases.rating import CheapestPath, ScoreManyParks, ScoreParks
from scripts.bench.cases.rebuild import (
    FollowOneApproval,
    RebuildFigures,
    RebuildFourTimes,
    RebuildSixteenTimes,
)
from scripts.bench.cases.rollup import RollUpQuarter
from scripts.bench.cases.sqlite import RollUpOnSqlite

CASES = (
    FillQuarter,
    ConfirmQuarter,
    RollUpQuarter,
    RollUpOnSqlite,
    OpenReturn,
    CrossChainsAndStreets,
    ReadFigures,
    PortalRollUp,
    PlanPage,
    ImportFewFirms,
    ImportFirms,
    LoadFewLines,
    LoadHistory,
    *GROWTH,
    ListFirms,
    RebuildFigures,
    RebuildFourTimes,
    RebuildSixteenTimes,
    FollowOneApproval,
    ScoreParks,
    ScoreManyParks,
    CheapestPath,
)
