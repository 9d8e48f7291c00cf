from rating.models.assessment import Assessment
from rating.models.scheme import Scheme

__all__ = ["Assessment", "Scheme"]
