"""From 核定值 and register facts to figures: read (reading), then compute (no database)."""

from targets.queries.rollup.compute import Row, compute
from targets.queries.rollup.inputs import Inputs
from targets.queries.rollup.reading import read_inputs
from targets.queries.rollup.shifts import affected_quarters

__all__ = ["Inputs", "Row", "affected_quarters", "compute", "read_inputs"]
