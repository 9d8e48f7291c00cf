"""Every table of the register that goes in and out as a file."""

from parks.exchange.enterprises import ENTERPRISES
from parks.exchange.parks import PARKS
from parks.exchange.placements import PLACEMENTS, SPONSORSHIPS
from parks.exchange.reference import AREAS, CHAINS, INDUSTRIES
from parks.exchange.titles import TITLES

TABLES = (PARKS, PLACEMENTS, SPONSORSHIPS, TITLES, ENTERPRISES, CHAINS, AREAS, INDUSTRIES)
