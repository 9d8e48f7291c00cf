from rating.models.assessment import Assessment
from rating.models.scheme import Scheme
from rating.models.simulation import SchemeScope, Simulation

__all__ = ["Assessment", "Scheme", "SchemeScope", "Simulation"]
