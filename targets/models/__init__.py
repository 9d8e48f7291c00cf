from targets.models.certified import CertifiedValue
from targets.models.correction import Correction
from targets.models.cycle import Cycle
from targets.models.evidence import Evidence, EvidenceSeal
from targets.models.extension import Extension
from targets.models.figure import Figure
from targets.models.firm_sheet import FirmSheet
from targets.models.history import HistoryBatch, HistoryLine
from targets.models.indicator import Indicator, IndicatorVersion
from targets.models.opinion import Opinion
from targets.models.paper import PrintedSheet, SignedSheet
from targets.models.plan import Ambiguity, Mechanism, Plan, QualitativeAim, Target, TargetResult, TargetUnit
from targets.models.returns import CellNote, Return, ReturnLine, ReturnMove, ReturnVersion
from targets.models.template import ReturnTemplate, TemplateCell

__all__ = [
    "Ambiguity",
    "CellNote",
    "CertifiedValue",
    "Correction",
    "Cycle",
    "Extension",
    "Evidence",
    "EvidenceSeal",
    "Figure",
    "FirmSheet",
    "HistoryBatch",
    "HistoryLine",
    "Indicator",
    "IndicatorVersion",
    "Mechanism",
    "Opinion",
    "Plan",
    "PrintedSheet",
    "QualitativeAim",
    "Return",
    "ReturnLine",
    "ReturnMove",
    "ReturnTemplate",
    "ReturnVersion",
    "SignedSheet",
    "Target",
    "TargetResult",
    "TargetUnit",
    "TemplateCell",
]
