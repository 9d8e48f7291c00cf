"""Merging a park into another, or a firm into another, on a day: what hangs on it goes on under the
survivor from that day, what was before stays as it was."""

from datetime import date
from typing import Any

from django.db.models import Model

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter
from guandu.core.actors import Actor
from guandu.core.errors import NotReady
from parks.actions.carrying import carry_on
from parks.actions.proposals import lapse_all_of
from parks.enums_requests import OPEN_REQUESTS
from parks.merging import followers
from parks.models import (
    Attribution,
    Building,
    Enterprise,
    Honour,
    Park,
    Placement,
    ServiceRequest,
    Sponsorship,
    Tenancy,
)
from parks.queries.mergers import Preview, enterprise_merger, honours_on, park_merger, running

MERGED = frozenset({"closed_on", "merged_into", "merged_on"})
NOT_YET = "现在还不能合并，请先处理下列事项。"


@action("park.merge")
def merge_parks(*, park: Park, into: Park, on: date, reason: str, by: Actor) -> Park:
    """`park` closes on `on` and `into` goes on with its tenants and buildings; answers the closed park.

    Raises NotAllowed, and NotReady with what stands in the way (see parks.queries.mergers).
    """
    require(by, Permission.PARK_EDIT, park, to="合并园区")
    require(by, Permission.PARK_EDIT, into, to="合并园区")
    park, into = _locked(Park, park, into)
    about(park, reason=reason)
    _refuse(park_merger(park, into, on))
    for model in (Placement, Sponsorship):
        for row in running(model, on, park=park):
            _set(row, valid_to=on)
    tenants = running(Tenancy, on, park=park).select_related("park", "enterprise").order_by("pk")
    carry_on(tenants, lambda row: (into, row.enterprise), running(Tenancy, on, park=into), on)
    _move_buildings(park, into)
    lapse_all_of(park, because=f"{park.name}已并入{into.name}。")
    for request in ServiceRequest.objects.filter(park=park, state__in=OPEN_REQUESTS).order_by("pk"):
        _set(request, park=into)
    for follower in followers():
        follower.carry_out(park=park, into=into, on=on)
    return edit(park, {"closed_on": on, "merged_into": into, "merged_on": on}, editable=MERGED)


@action("enterprise.merge")
def merge_enterprises(
    *, enterprise: Enterprise, into: Enterprise, on: date, reason: str, by: Actor
) -> Enterprise:
    """`enterprise` ends on `on`; tenancies, spaces, honours, attributions and branches go on under `into`.

    Answers the ended firm. Raises NotAllowed, and NotReady with what stands in the way.
    """
    require(by, Permission.PARK_EDIT, enterprise, to="合并企业")
    require(by, Permission.PARK_EDIT, into, to="合并企业")
    firm, into = _locked(Enterprise, enterprise, into)
    about(firm, reason=reason)
    _refuse(enterprise_merger(firm, into, on))
    places = running(Tenancy, on, enterprise=firm).select_related("park", "enterprise").order_by("pk")
    carry_on(places, lambda row: (row.park, into), running(Tenancy, on, enterprise=into), on)
    _hand_on_honours(firm, into, on)
    _hand_on_attributions(firm, into, on)
    for branch in Enterprise.objects.filter(head_office=firm).exclude(pk=into.pk):
        _set(branch, head_office=into)
    lapse_all_of(firm, because=f"{firm.name}已并入{into.name}。")
    return edit(firm, {"closed_on": on, "merged_into": into, "merged_on": on}, editable=MERGED)


def _locked(model: type[Model], *objects: Model) -> list[Any]:
    """Both rows, locked in one order, so that two mergers of the same pair wait and do not deadlock."""
    rows = model._default_manager.select_for_update(of=("self",)).filter(pk__in=[each.pk for each in objects])
    known = {row.pk: row for row in rows.order_by("pk")}
    return [known[each.pk] for each in objects]


def _refuse(preview: Preview) -> None:
    if preview.obstacles:
        raise NotReady(NOT_YET, missing=preview.obstacles)


def _move_buildings(park: Park, into: Park) -> None:
    """Every building goes over; one whose name the survivor has already is told apart by its old park."""
    taken = set(into.buildings.values_list("name", flat=True))
    for building in Building.objects.filter(park=park).order_by("pk"):
        name = building.name
        if name in taken:
            suffix = f"（原{park.display_name}）"
            longest = Building._meta.get_field("name").max_length
            name = f"{name[: longest - len(suffix)]}{suffix}" if len(suffix) < longest else building.code
        _set(building, park=into, name=name)


def _hand_on_honours(firm: Enterprise, into: Enterprise, on: date) -> None:
    held = set(honours_on(into, on).values_list("kind_id", flat=True))
    for honour in honours_on(firm, on).order_by("valid_from"):
        if honour.kind_id not in held:
            held.add(honour.kind_id)
            enter(_continued(honour, into, on))
        since = max(on, honour.valid_from)
        _set(honour, revoked_on=since, revoked_because=f"{on} 并入{into.name}"[:120])


def _continued(honour: Honour, into: Enterprise, on: date) -> Honour:
    same = ("kind", "valid_to", "level", "document", "issuer", "batch", "certificate")
    return Honour(
        enterprise=into,
        valid_from=max(on, honour.valid_from),
        first_recognised_on=honour.first_recognised_on or honour.valid_from,
        **{name: getattr(honour, name) for name in same},
    )


def _hand_on_attributions(firm: Enterprise, into: Enterprise, on: date) -> None:
    settled = set(running(Attribution, on, enterprise=into).values_list("kind", flat=True))
    for row in Attribution.objects.on(on).filter(enterprise=firm):
        until = row.valid_to
        _set(row, valid_to=on)
        if row.kind not in settled:
            same = {name: getattr(row, name) for name in ("kind", "street", "elsewhere", "document")}
            enter(Attribution(enterprise=into, valid_from=on, valid_to=until, **same))


def _set(row: Any, **values: Any) -> None:
    edit(row, values, editable=frozenset(values))
