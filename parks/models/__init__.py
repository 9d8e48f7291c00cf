from parks.models.area import Area, AreaChain
from parks.models.chain import Chain
from parks.models.enterprise import Enterprise, Tenancy
from parks.models.honour import Honour
from parks.models.park import Park, Placement
from parks.models.sponsorship import Sponsorship
from parks.models.title import Title

__all__ = [
    "Area",
    "AreaChain",
    "Chain",
    "Enterprise",
    "Honour",
    "Park",
    "Placement",
    "Sponsorship",
    "Tenancy",
    "Title",
]
