"""Rows of the register that are settled, struck out, ended or written: what an act comes too late for."""

from datetime import date

from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.exchange.models import Upload
from parks.enums import CultivationState, FindingState, ProposalState
from parks.models import (
    AttributionClaim,
    Contact,
    Cultivation,
    Enterprise,
    Honour,
    JournalNote,
    Occupancy,
    Proposal,
    RegistryFinding,
    Tenancy,
)
from tests.factories import make_building, make_enterprise, make_space
from tests.permissions.sides import People, Side

LONG_AGO, ENDED = date(2024, 2, 1), date(2024, 6, 1)
GONE = "已注销企业"


def rows(own: Side, people: People, now: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """By kind, under the case `shut`; `now` names what still waits on the own side, which these copy."""
    office, firm = people[RoleCode.OFFICE], Enterprise.objects.get(code=f"E-{own.code}")
    found = {
        "proposal settled": _copy(
            Proposal, now["proposal"], state=ProposalState.REFUSED, answer="不同意", decided_by=office, decided_at=clock.now()
        ),
        "note struck": _copy(JournalNote, now["note"], struck_at=clock.now(), struck_because="重复"),
        "contact ended": _copy(Contact, now["contact"], ended_on=clock.today()),
        "honour revoked": _copy(
            Honour, now["honour"], valid_from="2022-01-01", valid_to="2023-01-01", revoked_on="2022-06-01",
            revoked_because="取消",
        ),
        "claim settled": _copy(
            AttributionClaim, now["claim"], kind="statistics", state="refused", answer="不采纳", settled_by=office,
            settled_at=clock.now(),
        ),
        "finding answered": _copy(
            RegistryFinding, now["finding"], kind="moved", state=FindingState.REJECTED, answer="未变",
            decided_by=office, decided_at=clock.now(),
        ),
        "upload written": _copy(
            Upload, now["register upload"], state=Upload.State.WRITTEN, written_at=clock.now(), rows=b""
        ),
    }  # fmt: skip
    keys = {kind: str(row.pk) for kind, row in found.items()} | _gone(own)
    keys["firm in the park"] = firm.name
    keys["claim again"] = f"kind=tax&street={own.park.placements.get().street.pk}&ground=再次主张"
    return {kind: {"shut": key} for kind, key in keys.items()}


def _copy(model, keys: dict[str, str], **values):
    row = model._base_manager.get(pk=keys["own"])
    row.pk = None
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def _gone(own: Side) -> dict[str, str]:
    """A firm that was in the park twice, and is closed now."""
    firm = make_enterprise(code="E-GONE", name=GONE, closed_on=clock.today())
    way = Cultivation.objects.create(
        enterprise=firm, of_class=Cultivation.objects.first().of_class, state=CultivationState.LEFT
    )
    first, _ = (
        Tenancy.objects.create(
            park=own.park, enterprise=firm, valid_from=since, valid_to=until, leaving_reason="other"
        )
        for since, until in ((LONG_AGO, ENDED), (date(2025, 1, 1), date(2025, 3, 1)))
    )
    space = make_space(building=make_building(park=own.park), name="旧室")
    use = Occupancy.objects.create(tenancy=first, space=space, valid_from=LONG_AGO, valid_to=ENDED)
    return {
        "cultivation left": str(way.pk), "tenancy ended": str(first.pk), "occupancy released": str(use.pk),
        "closed firm to cultivate": f"enterprise={firm.name}&of_class={way.of_class_id}",
    }  # fmt: skip
