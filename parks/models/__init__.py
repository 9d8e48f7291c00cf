from parks.models.area import Area, AreaChain
from parks.models.attribution import Attribution, AttributionClaim
from parks.models.chain import Chain
from parks.models.comparison import RegistryComparison, RegistryFinding
from parks.models.contact import Contact
from parks.models.cultivation import Cultivation, CultivationMove, StatisticalClass, Threshold
from parks.models.enterprise import Enterprise
from parks.models.honour import Honour, HonourKind, HonourRule
from parks.models.industry import Industry
from parks.models.naming import EnterpriseName, ParkName
from parks.models.note import JournalNote
from parks.models.park import Park, Placement
from parks.models.park_type import ParkType
from parks.models.proposal import Proposal
from parks.models.request import RequestClock, RequestKind, RequestPolicy, RequestStep, ServiceRequest
from parks.models.service_event import ServiceEvent
from parks.models.space import Building, Space
from parks.models.sponsorship import Sponsorship
from parks.models.tenancy import Occupancy, Tenancy
from parks.models.title import Title
from parks.models.visit import SponsorVisit

__all__ = [
    "Area",
    "AreaChain",
    "Attribution",
    "AttributionClaim",
    "Building",
    "Chain",
    "Contact",
    "Cultivation",
    "CultivationMove",
    "Enterprise",
    "EnterpriseName",
    "Honour",
    "HonourKind",
    "HonourRule",
    "Industry",
    "JournalNote",
    "Occupancy",
    "Park",
    "ParkName",
    "ParkType",
    "Placement",
    "Proposal",
    "RegistryComparison",
    "RegistryFinding",
    "RequestClock",
    "RequestKind",
    "RequestPolicy",
    "RequestStep",
    "ServiceEvent",
    "ServiceRequest",
    "Space",
    "SponsorVisit",
    "Sponsorship",
    "StatisticalClass",
    "Tenancy",
    "Threshold",
    "Title",
]
