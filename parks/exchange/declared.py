"""Every table of the register that goes in and out as a file."""

from parks.exchange.attributions import ATTRIBUTIONS
from parks.exchange.contacts import CONTACTS
from parks.exchange.cultivations import CULTIVATIONS
from parks.exchange.enterprises import ENTERPRISES
from parks.exchange.honours import HONOURS
from parks.exchange.occupancies import OCCUPANCIES
from parks.exchange.parks import PARKS
from parks.exchange.placements import PLACEMENTS, SPONSORSHIPS
from parks.exchange.reference import AREAS, CHAINS, INDUSTRIES
from parks.exchange.spaces import BUILDINGS, SPACES
from parks.exchange.tenancies import TENANCIES
from parks.exchange.titles import TITLES

TABLES = (
    PARKS, PLACEMENTS, SPONSORSHIPS, TITLES, ENTERPRISES, BUILDINGS, SPACES, TENANCIES, OCCUPANCIES, HONOURS,
    CULTIVATIONS, ATTRIBUTIONS, CONTACTS, CHAINS, AREAS, INDUSTRIES,
)  # fmt: skip
