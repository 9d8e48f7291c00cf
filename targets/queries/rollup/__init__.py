"""From 核定值 and register facts to figures: read (reading), then compute (no database)."""

from targets.queries.rollup.compute import Row, compute, scopes_with
from targets.queries.rollup.filed import is_any_filed
from targets.queries.rollup.inputs import Inputs
from targets.queries.rollup.reading import definitions_in, read_inputs
from targets.queries.rollup.shifts import affected_quarters
from targets.queries.rollup.touched import stands

__all__ = [
    "Inputs", "Row", "affected_quarters", "compute", "definitions_in", "is_any_filed", "read_inputs", "scopes_with", "stands",
]  # fmt: skip
