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
from targets.models.instruction import Instruction
from targets.models.layout import LayoutVersion, ReportLayout
from targets.models.light import RedLight
from targets.models.meeting import AgendaItem, AgendaProposal, Meeting, Minutes, Resolution
from targets.models.opinion import Opinion
from targets.models.paper import PrintedSheet, SignedSheet
from targets.models.plan import Ambiguity, Mechanism, Plan, QualitativeAim, Target, TargetUnit
from targets.models.plan_terms import Checkpoint, StatusRule, TargetReading, TargetRevision
from targets.models.publication import Publication, PublishedFigure
from targets.models.returns import CellNote, Return, ReturnLine, ReturnMove, ReturnVersion
from targets.models.roster_match import RosterMatch
from targets.models.standing import ForecastRelease, TargetResult
from targets.models.supervision import SupervisionNotice
from targets.models.task import DEFAULT_RULE, Task, TaskRule, TaskStage, TaskUnit
from targets.models.task_progress import TaskClosing, TaskExtension, TaskNote, TaskReport
from targets.models.template import ReturnTemplate, TemplateCell
from targets.models.workbook import Recheck, ReturnWorkbook, WorkbookBatch

__all__ = [
    "DEFAULT_RULE",
    "Accomplishment",
    "AgendaItem",
    "AgendaProposal",
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
    "Instruction",
    "LayoutVersion",
    "Mechanism",
    "Meeting",
    "Minutes",
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
    "Resolution",
    "Return",
    "ReturnLine",
    "ReturnMove",
    "ReturnTemplate",
    "ReturnVersion",
    "ReturnWorkbook",
    "RosterMatch",
    "SignedSheet",
    "StatusRule",
    "SupervisionNotice",
    "Target",
    "TargetReading",
    "TargetResult",
    "TargetRevision",
    "TargetUnit",
    "Task",
    "TaskClosing",
    "TaskExtension",
    "TaskNote",
    "TaskReport",
    "TaskRule",
    "TaskStage",
    "TaskUnit",
    "TemplateCell",
    "WorkbookBatch",
]
