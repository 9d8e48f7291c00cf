"""Rule kinds by name. A new kind is one class and one entry here."""

from rating.engine.rules.bands import Band
from rating.engine.rules.base import Rule
from rating.engine.rules.composed import BestOf, FirstMatch, MinOf, SumOf
from rating.engine.rules.counts import DeductPerEvent, PerRecord, PerUnit
from rating.engine.rules.flags import ChecklistSum, Choice, FixedIf
from rating.engine.rules.passed import FormulaRule, RankPoints, Scaled
from rating.engine.rules.relative import GrowthOverBase, InverseRatio, MinMax, RatioToRef
from rating.engine.rules.slopes import Linear, Step

KINDS: dict[str, type[Rule]] = {
    rule.kind: rule
    for rule in (
        FixedIf, Choice, ChecklistSum, Band, Step, Linear, RatioToRef, InverseRatio, MinMax, RankPoints, PerUnit, PerRecord,
        GrowthOverBase, DeductPerEvent, Scaled, FormulaRule, BestOf, MinOf, SumOf, FirstMatch,
    )
}  # fmt: skip
