from targets.models.accomplishment import Accomplishment
from targets.models.certified import CertifiedValue
from targets.models.correction import Correction
from targets.models.cycle import Cycle
from targets.models.disclosure import Disclosure
from targets.models.dispatch import DispatchReceiver, DispatchTable
from targets.models.document import DocumentMove, DocumentOpinion, DocumentTemplate, OfficialDocument
from targets.models.evidence import Evidence, EvidenceSeal
from targets.models.extension import Extension
from targets.models.figure import Figure
from targets.models.figure_state import FigureDrift, FigureDue, FigureState
from targets.models.firm_sheet import FirmSheet
from targets.models.history import HistoryBatch, HistoryLine
from targets.models.indicator import Indicator, IndicatorVersion
from targets.models.layout import LayoutVersion, ReportLayout
from targets.models.light import RedLight
from targets.models.opinion import Opinion
from targets.models.paper import PrintedSheet, SignedSheet
from targets.models.plan import Ambiguity, Mechanism, Plan, QualitativeAim, Target, TargetUnit
from targets.models.plan_terms import Checkpoint, StatusRule, TargetReading, TargetRevision
from targets.models.publication import Publication, PublishedFigure
from targets.models.returns import CellNote, Return, ReturnLine, ReturnMove, ReturnVersion
from targets.models.roster_match import RosterMatch
from targets.models.standing import ForecastRelease, TargetResult
from targets.models.template import ReturnTemplate, TemplateCell
from targets.models.workbook import Recheck, ReturnWorkbook, WorkbookBatch

__all__ = [
    "Accomplishment",
    "Ambiguity",
    "CellNote",
    "CertifiedValue",
    "Checkpoint",
    "Correction",
    "Cycle",
    "Disclosure",
    "DispatchReceiver",
    "DispatchTable",
    "DocumentMove",
    "DocumentOpinion",
    "DocumentTemplate",
    "Extension",
    "Evidence",
    "EvidenceSeal",
    "Figure",
    "FigureDrift",
    "FigureDue",
    "FigureState",
    "FirmSheet",
    "ForecastRelease",
    "HistoryBatch",
    "HistoryLine",
    "Indicator",
    "IndicatorVersion",
    "LayoutVersion",
    "Mechanism",
    "OfficialDocument",
    "Opinion",
    "Plan",
    "PrintedSheet",
    "Publication",
    "PublishedFigure",
    "QualitativeAim",
    "Recheck",
    "RedLight",
    "ReportLayout",
    "Return",
    "ReturnLine",
    "ReturnMove",
    "ReturnTemplate",
    "ReturnVersion",
    "ReturnWorkbook",
    "RosterMatch",
    "SignedSheet",
    "StatusRule",
    "Target",
    "TargetReading",
    "TargetResult",
    "TargetRevision",
    "TargetUnit",
    "TemplateCell",
    "WorkbookBatch",
]
