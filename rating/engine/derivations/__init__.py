"""Kinds of derived inputs by name. A new kind is one class and one entry here."""

from rating.engine.derivations.arithmetic import (
    Constant,
    Convert,
    Difference,
    First,
    Formula,
    Largest,
    Ratio,
    Select,
    Smallest,
    Sum,
)
from rating.engine.derivations.base import Derivation
from rating.engine.derivations.cohort import Cohort
from rating.engine.derivations.records import Count, Experts, Filter, Streak, Ticked, Total
from rating.engine.derivations.years import (
    CompoundGrowth,
    Growth,
    MeanGrowth,
    Prior,
    Table,
    WeightedYears,
    YearsSince,
)

DERIVATIONS: dict[str, type[Derivation]] = {
    each.kind: each
    for each in (
        Ratio, Convert, Select, Sum, Difference, Largest, Smallest, First, Constant, Formula, Prior, Growth, MeanGrowth,
        CompoundGrowth, WeightedYears, Table, YearsSince, Count, Total, Filter, Streak, Ticked, Experts, Cohort,
    )
}  # fmt: skip
