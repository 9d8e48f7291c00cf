"""From 核定值 and register facts to figures: read (inputs), then compute (no database)."""

from targets.queries.rollup.compute import Row, compute
from targets.queries.rollup.inputs import Inputs, read_inputs
from targets.queries.rollup.touched import scopes_with, stands

__all__ = ["Inputs", "Row", "compute", "read_inputs", "scopes_with", "stands"]
