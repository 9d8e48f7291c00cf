"""A rating engine: a scheme as data, facts in, an explained score out. Pure and usable on its own.

No database, clock, framework or file is touched here; numbers are Decimal throughout.
"""

from rating.engine.cohort import Scored, references_of, score_cohort
from rating.engine.facts import Facts, FactsError, Input, Mark, Override, Record
from rating.engine.loader import load_scheme, scheme_of
from rating.engine.references import References
from rating.engine.result import (
    Adjustment,
    GateResult,
    GradeResult,
    GroupResult,
    LeafResult,
    NextStep,
    Result,
)
from rating.engine.scheme import Scheme
from rating.engine.score import ENGINE_VERSION, score
from rating.engine.tree import Problem, SchemeError

__all__ = [
    "ENGINE_VERSION",
    "Adjustment",
    "Facts",
    "FactsError",
    "GateResult",
    "GradeResult",
    "GroupResult",
    "Input",
    "LeafResult",
    "Mark",
    "NextStep",
    "Override",
    "Problem",
    "Record",
    "References",
    "Result",
    "Scheme",
    "SchemeError",
    "Scored",
    "load_scheme",
    "references_of",
    "scheme_of",
    "score",
    "score_cohort",
]
