"""The rows of the matrix that the register keeps beside its parks: space, firms, what is said and asked of them."""

from collections.abc import Mapping

from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.exchange import actions as uploads
from guandu.exchange.received import receive
from parks.actions import contacts, notes, proposals
from parks.exchange.parks import PARKS
from parks.models import (
    Attribution,
    AttributionClaim,
    Cultivation,
    Enterprise,
    Honour,
    Occupancy,
    ParkType,
    RegistryComparison,
    RegistryFinding,
    StatisticalClass,
    Tenancy,
)
from tests.exchange.importing import book
from tests.factories import (
    SINCE,
    make_building,
    make_enterprise,
    make_honour_kind,
    make_industry,
    make_space,
    make_unit,
    make_user,
)
from tests.permissions import seeds_over
from tests.permissions.sides import People, Side, keys
from tests.permissions.world import DISABLED

Sides = Mapping[str, Side]
CLAIMED_TWICE, NEWCOMER = "E-TWICE", "待入驻企业"
RIVAL = "street-rival"


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """What each side has of it, by kind: the own proposal and note are the operator's, the others an
    official's."""
    _standards()
    make_enterprise(code=CLAIMED_TWICE, name="两园企业")
    make_enterprise(name=NEWCOMER)
    make_unit(Unit.Kind.STREET, code=RIVAL)
    comparison = RegistryComparison.objects.create(
        file_name="登记.xlsx", file_digest="d", as_of=clock.today(), rows=2, matched=2,
        compared_by=people[RoleCode.OFFICE], compared_at=clock.now(),
    )  # fmt: skip
    authors = {"own": people[RoleCode.OPERATOR], "other": make_user(RoleCode.OFFICE)}
    sides = {"own": own, "other": other}
    made = {name: _made(side, comparison, authors[name], people) for name, side in sides.items()}
    found = {kind: keys({name: made[name][kind] for name in sides}) for kind in made["own"]}
    found |= _coded(own, other, made) | _files(own, other, people)
    return found | seeds_over.rows(own, people, found)


def more(side: Side, people: People) -> None:
    """As much on another side."""
    _made(side, RegistryComparison.objects.get(), people[RoleCode.OFFICE], people)


def firm_of(side: Side) -> Enterprise:
    return Enterprise.objects.get(code=f"E-{side.code}")


def _standards() -> None:
    make_industry()
    make_honour_kind()
    StatisticalClass.objects.create(code="service", name="规上服务业", industries=["I"])
    ParkType.objects.create(code="digital", name="数字园区")


def _made(side: Side, comparison: RegistryComparison, author: User, people: People) -> dict[str, object]:
    return _space(side) | _duty(side) | _attributions(side, comparison, people) | _changes(side, author)


def _space(side: Side) -> dict[str, object]:
    """A building with a space in use and a free one, and a firm that several parks claim."""
    stay = side.park.tenancies.get()
    Tenancy.objects.create(
        park=side.park, enterprise=Enterprise.objects.get(code=CLAIMED_TWICE), valid_from=SINCE
    )
    building = make_building(
        park=side.park,
        code=f"B-{side.name}",
        name=f"{side.mark('building')}号楼",
        note=side.mark("buildingnote"),
    )
    space = make_space(
        building=building, code=f"S-{side.name}", name=f"{side.mark('room')}室", note=side.mark("roomnote")
    )
    make_space(building=building, name=f"{side.mark('freeroom')}室", area=_units(side.area))
    use = Occupancy.objects.create(tenancy=stay, space=space, valid_from=SINCE)
    return {"building": building, "space": space, "tenancy": stay, "occupancy": use}


def _duty(side: Side) -> dict[str, object]:
    firm = firm_of(side)
    honour = Honour.objects.create(
        enterprise=firm, kind=make_honour_kind(), document=side.mark("honour"), valid_from="2025-01-01"
    )
    way = Cultivation.objects.create(
        enterprise=firm, of_class=StatisticalClass.objects.get(), revenue=_units(side.earned), revenue_year=2025,
        note=side.mark("growth"),
    )  # fmt: skip
    return {"honour": honour, "cultivation": way}


def _attributions(side: Side, comparison: RegistryComparison, people: People) -> dict[str, object]:
    """A claim on the firm and a difference with the bureau's register."""
    firm, street = firm_of(side), side.park.placements.get().street
    claim = AttributionClaim.objects.create(
        enterprise=firm, kind="tax", street=street, ground=side.mark("claim"), claimed_by=people[RoleCode.STREET],
        claimed_at=clock.now(),
    )  # fmt: skip
    # Somebody else counts it, so that the claim is disputed and stands on the first tab.
    rival = Unit.objects.get(code=RIVAL)
    Attribution.objects.create(enterprise=firm, kind="tax", street=rival, valid_from=SINCE)
    finding = RegistryFinding.objects.create(
        comparison=comparison, enterprise=firm, kind="renamed", street=street, ours=firm.name,
        theirs=side.mark("renamed"),
    )  # fmt: skip
    return {"claim": claim, "finding": finding}


def _changes(side: Side, author: User) -> dict[str, object]:
    proposal = proposals.propose(
        subject=side.park, values={"let_area": _units(side.let)}, effective_on=clock.today(),
        reason=side.mark("proposal"), by=author,
    )  # fmt: skip
    note = notes.write(subject=side.park, text=side.mark("visit"), by=author)
    contact = contacts.add(subject=side.park, name=side.mark("caller"), phone=side.phone, by=author)
    return {"proposal": proposal, "note": note, "contact": contact}


def _units(number: str) -> int:
    return int(number.replace(".", ""))


def _coded(own: Side, other: Side, made: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Kinds whose addresses say a code."""
    found = {
        kind: {name: rows[kind].code for name, rows in made.items()} | {"none": "NONE"}
        for kind in ("building", "space")
    }
    newcomer = Enterprise.objects.get(name=NEWCOMER)
    streets = {name: side.park.placements.get().street for name, side in (("own", own), ("other", other))}
    return found | {
        "street to claim for": keys(streets),
        "firm to take in": {
            "own": _entering(own.park.pk, newcomer.pk),
            "none": _entering(999999, newcomer.pk),
        },
        "enterprise": {"own": f"E-{own.code}", "other": f"E-{other.code}", "none": "E-NONE"},
        "attribution kind": {"own": "tax", "none": "colour"},
    }


def _entering(park: int, firm: int) -> str:
    """What a form says that names two rows."""
    return f"park={park}&enterprise={firm}"


def _files(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """Tables of the register by code, and files that wait: the office's, and one of somebody who has left."""
    senders = {"own": (own, people[RoleCode.OFFICE]), "other": (other, people[DISABLED])}
    return {
        "register table": {"own": "parks", "other": "chains", "none": "nothing"},
        "register upload": keys({name: _upload(*sender) for name, sender in senders.items()}),
    }


def _upload(side: Side, sender: User) -> object:
    chain = side.park.placements.get().chain.name
    row = {"code": "P-NEW", "name": f"园区{side.mark('newpark')}", "chain": chain, "on": "2024-05-01"}
    data = book(PARKS, row)
    file = receive(PARKS, data, f"{side.mark('upload')}.xlsx")
    report = uploads.look(table=PARKS, rows=file.rows, by=sender)
    return uploads.keep(table=PARKS, file=file, report=report, by=sender)
