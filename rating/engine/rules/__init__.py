"""Rule kinds by name. A new kind is one class and one entry here."""

from rating.engine.rules.bands import Band
from rating.engine.rules.base import Rule
from rating.engine.rules.counts import DeductPerEvent, PerUnit
from rating.engine.rules.flags import Choice, FixedIf
from rating.engine.rules.slopes import Linear, RatioToRef, Step

KINDS: dict[str, type[Rule]] = {
    rule.kind: rule for rule in (FixedIf, Choice, Band, Step, Linear, RatioToRef, PerUnit, DeductPerEvent)
}
