"""What a target counts in one quarter, from figures: how it is read, which figures, and the number."""

from targets.queries.measures.measure import Measure, measure_of
from targets.queries.measures.readings import Reading, in_force, readings_of
from targets.queries.measures.shelf import Shelf

__all__ = ["Measure", "Reading", "Shelf", "in_force", "measure_of", "readings_of"]
