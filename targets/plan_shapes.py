"""What each record of the plan's data files holds, and which keys name other records."""

from collections.abc import Mapping

from guandu.exchange.marked_yaml import Field
from targets.checks.relations import MISSING_WORDS, OPERATOR_WORDS, SEVERITY_WORDS
from targets.enums import FigureScope, IndicatorKind, OverSpace, OverTime
from targets.enums_plan import Counts, Path

OPTIONAL = Field(required=False)
TEXT = Field()
TEXTS = Field("texts", required=False)
FLAG = Field("flag", required=False)
EVIDENCE = Field(choices=("S", "V", "V2", "I"))

UNIT_KINDS = (
    "government", "office", "department", "task_force", "street", "company", "outside", "group",
)
LEVELS = ("national", "provincial", "city")
SHAPES = (
    "stock", "new_since", "count_over_line", "share", "ratio_each", "average", "growth_on_base",
    "avg_annual_growth", "cap_each", "milestone", "flow",
)
INDICATOR_KINDS = tuple(IndicatorKind.values)

UNIT = {
    "code": TEXT, "name": TEXT, "short": TEXT, "kind": Field(choices=UNIT_KINDS), "parent": OPTIONAL,
    "clause": OPTIONAL, "status": Field(required=False, choices=("待确认",)), "members": TEXTS,
    "note": OPTIONAL,
}
CHAIN = {
    "code": TEXT, "name": TEXT, "park_type": TEXT, "cluster": TEXT, "taskforce": TEXT, "clause": TEXT,
    "fields": TEXTS, "note": OPTIONAL,
}
AREA = {
    "code": TEXT, "name": TEXT, "kind": TEXT, "aliases": TEXTS, "parts": TEXTS, "clause": TEXT,
    "evidence": EVIDENCE, "note": OPTIONAL,
}
CLUSTER = {"chain": TEXT, "area": TEXT, "clause": TEXT}
OPERATING_MODEL = {
    "code": TEXT, "name": TEXT, "clause": TEXT, "management": TEXT, "support": TEXT, "note": OPTIONAL,
}
CARRIER = {"code": TEXT, "name": TEXT, "clause": TEXT, "note": OPTIONAL}
TITLE = {"level": Field(choices=LEVELS), "kind": TEXT, "clause": TEXT}
PARK = {
    "code": TEXT, "name": TEXT, "aliases": TEXTS, "chain": TEXT, "chain_note": OPTIONAL,
    "confirm": Field("flag"), "area": OPTIONAL, "street": OPTIONAL, "carrier": OPTIONAL,
    "operating_model": OPTIONAL, "planned": Field("flag"), "clause": TEXT, "evidence": EVIDENCE,
    "note": OPTIONAL, "titles": Field("rows", shape=TITLE),
}
ENTERPRISE = {
    "code": TEXT, "name": TEXT, "credit_code": OPTIONAL, "chain": TEXT, "role": OPTIONAL, "clause": TEXT,
    "evidence": EVIDENCE, "note": OPTIONAL,
}
SOURCE = {"code": TEXT, "name": TEXT}
INDICATOR = {
    "code": TEXT, "name": TEXT, "meaning": TEXT, "unit": TEXT, "decimals": Field("count"),
    "display_decimals": Field("count"), "kind": Field(choices=INDICATOR_KINDS),
    "level": Field(choices=("park", "district")), "frequency": Field(choices=("月", "季", "年")),
    "direction": Field(choices=("up", "down", "neutral")),
    "over_space": Field(choices=tuple(OverSpace.values)),
    "over_time": Field(choices=tuple(OverTime.values)),
    "sources": TEXTS, "certifier": OPTIONAL, "certifier_note": OPTIONAL,
    "definition": Field("map", required=False), "feeds": TEXTS, "note": OPTIONAL,
}
SURVEY = {"number": TEXT, "issuer": TEXT, "approval": TEXT, "valid_until": Field("day")}
TEMPLATE = {
    "code": TEXT, "name": TEXT, "form": Field(choices=("工作调度表", "统计调查表")), "printed_line": TEXT,
    "subject": Field(choices=("park", "district", "street")), "filer": OPTIONAL,
    # What is asked line by line below the form's own cells, and whether the operator sees firms' values.
    "lines": Field(required=False, choices=("firm", "park")), "shows_values": FLAG, "needs_scan": FLAG,
    "frequency": Field(choices=("月", "季", "年")), "due_days": Field("count"), "first_period": TEXT,
    # Of a later version of a form: the code of the first, its number; last_period ends a version.
    "series": OPTIONAL, "number": Field("count", required=False), "last_period": OPTIONAL,
    "opens_days": Field("count", required=False), "closes_days": Field("count", required=False),
    "opens_itself": FLAG, "survey": Field("rows", required=False, shape=SURVEY),
    "route": Field(
        "rows",
        shape={
            "step": Field(choices=("review", "opinion", "confirm")), "label": TEXT, "by": TEXT,
            "side": Field(required=False, choices=("street", "chain")), "days": Field("count", required=False),
        },
    ),
    "sections": Field("rows", shape={"code": TEXT, "name": TEXT}),
    "cells": Field(
        "rows",
        shape={
            "indicator": TEXT, "section": TEXT, "order": Field("count"), "required": Field("flag"),
            "compare": Field("flag"), "minimum": Field("number", required=False),
            "maximum": Field("number", required=False), "help": OPTIONAL, "lines": FLAG,
        },
    ),
    "checks": Field(
        "rows",
        shape={
            "code": TEXT, "severity": Field(choices=tuple(SEVERITY_WORDS)), "left": TEXT,
            "op": Field(choices=tuple(OPERATOR_WORDS)), "right": TEXT,
            "missing": Field(required=False, choices=tuple(MISSING_WORDS)), "message": OPTIONAL,
        },
    ),
}
PLAN = {
    "code": TEXT, "title": TEXT, "short": TEXT, "issuer": TEXT, "issued_on": Field("day"),
    "starts_on": Field("day"), "ends_on": Field("day"), "public": FLAG, "evidence": EVIDENCE,
    "note": OPTIONAL,
}
CLAUSE = {"code": TEXT, "label": TEXT, "title": TEXT, "targets": Field("count")}
GOAL = {"code": TEXT, "title": TEXT, "clause": TEXT, "chain": OPTIONAL}
DUTY = {"units_from": OPTIONAL, "lead": TEXTS, "responsible": TEXTS, "inferred": FLAG}
TARGET = {
    "code": TEXT, "parent": OPTIONAL, "goal": TEXT, "clause": TEXT, "title": TEXT, "metric": TEXT,
    "scope": TEXT, "op": Field(choices=(">=", ">", "<=", "done")), "value": Field("number", required=False),
    "unit": OPTIONAL, "deadline": Field("day", required=False), "deadline_note": OPTIONAL,
    "shape": Field(choices=SHAPES), "line": Field("map", required=False), "verb": TEXT,
    "force": Field(choices=("约束", "力争", "争创")), **DUTY, "feeds": OPTIONAL,
    "baseline": Field("number", required=False), "baseline_note": TEXT, "ambiguities": TEXTS,
    "computes": Field("map", required=False), "waits_for": OPTIONAL, "reading": OPTIONAL,
    "path": Field(required=False, choices=tuple(Path.values)),
    "readings": Field(
        "rows",
        required=False,
        shape={
            "code": TEXT, "label": TEXT, "ambiguity": OPTIONAL, "indicator": TEXT, "minus": OPTIONAL,
            "scope_kind": Field(choices=tuple(FigureScope.values)), "scope_code": OPTIONAL,
            "counts": Field(required=False, choices=tuple(Counts.values)),
        },
    ),
}
QUALITATIVE = {
    "code": TEXT, "goal": TEXT, "clause": TEXT, "title": TEXT,
    "kind": Field(choices=("milestone", "qualitative")), **DUTY, "proof": TEXT, "note": OPTIONAL,
}
MECHANISM = {
    "code": TEXT, "clause": TEXT, "title": TEXT, "content": TEXT, "lead": TEXTS, "responsible": TEXTS,
    "inferred": FLAG, "convenor": OPTIONAL, "note": OPTIONAL,
    # Procedures that the task consists of, each with its stages in order.
    "tracks": Field(
        "rows", required=False, shape={"name": TEXT, "area": OPTIONAL, "park": OPTIONAL, "stages": TEXTS}
    ),
}
RULE = {"code": TEXT, "normal_from": Field("count"), "risk_from": Field("count")}
AMBIGUITY = {"code": TEXT, "where": TEXT, "question": TEXT, "default": TEXT, "options": TEXTS}
CHECK = {
    "code": TEXT, "kind": Field(choices=("sum", "candidates", "implies", "needs", "overlap")),
    "total": OPTIONAL, "parts": TEXTS, "level": Field(required=False, choices=LEVELS), "note": TEXT,
}

PLAN_FILE = "targets/reference/plan-2024.yaml"
FILES: dict[str, dict[str, Mapping[str, Field]]] = {
    "parks/reference/units.yaml": {"units": UNIT},
    "parks/reference/chains.yaml": {"chains": CHAIN},
    "parks/reference/areas.yaml": {"areas": AREA, "clusters": CLUSTER},
    "parks/reference/parks.yaml": {
        "operating_models": OPERATING_MODEL, "carriers": CARRIER, "parks": PARK,
    },
    "parks/reference/enterprises.yaml": {"enterprises": ENTERPRISE},
    "targets/reference/indicators.yaml": {"sources": SOURCE, "indicators": INDICATOR},
    "targets/reference/templates.yaml": {"templates": TEMPLATE},
    PLAN_FILE: {
        "plan": PLAN, "clauses": CLAUSE, "goals": GOAL, "targets": TARGET, "qualitative": QUALITATIVE,
        "mechanisms": MECHANISM, "ambiguities": AMBIGUITY, "rules": RULE, "checks": CHECK,
    },
}

# section → its keys that name a record of another section; a list is checked item by item
REFERENCES: dict[str, dict[str, str]] = {
    "units": {"parent": "units", "members": "units", "clause": "clauses"},
    "chains": {"taskforce": "units", "clause": "clauses"},
    "areas": {"clause": "clauses"},
    "clusters": {"chain": "chains", "area": "areas", "clause": "clauses"},
    "operating_models": {"clause": "clauses"},
    "carriers": {"clause": "clauses"},
    "parks": {
        "chain": "chains", "area": "areas", "street": "units", "carrier": "carriers",
        "operating_model": "operating_models", "clause": "clauses",
    },
    "enterprises": {"chain": "chains", "clause": "clauses"},
    "indicators": {"sources": "sources", "certifier": "units", "feeds": "targets"},
    "templates": {"filer": "units"},
    "plan": {"issuer": "units"},
    "goals": {"clause": "clauses", "chain": "chains"},
    "targets": {
        "goal": "goals", "clause": "clauses", "parent": "targets", "feeds": "targets",
        "units_from": "mechanisms", "lead": "units", "responsible": "units", "ambiguities": "ambiguities",
    },
    "qualitative": {
        "goal": "goals", "clause": "clauses", "units_from": "mechanisms", "lead": "units",
        "responsible": "units",
    },
    "mechanisms": {"clause": "clauses", "lead": "units", "responsible": "units", "convenor": "units"},
    "checks": {"total": "targets", "parts": "targets"},
}
