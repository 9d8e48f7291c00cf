"""Chains and areas: the fixed points of the register."""

from collections.abc import Iterable
from typing import Any

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, changed, edit, enter
from guandu.audit.changes import Change, object_key
from guandu.core.actors import Actor
from parks.models import Area, Chain

CHAIN_EDITABLE = frozenset({"name", "park_type", "cluster_name", "task_force", "position"})
AREA_EDITABLE = frozenset({"name", "aliases", "clause"})


@action("chain.create")
def create_chain(*, by: Actor, **values: Any) -> Chain:
    """A new chain. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记产业链")
    return enter(Chain(**values))


@action("chain.update")
def update_chain(
    *, chain: Chain, values: dict[str, Any], seen: dict[str, Any] | None = None, by: Actor
) -> Chain:
    """Change what CHAIN_EDITABLE names. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, chain, to="修改产业链")
    return edit(chain, values, editable=CHAIN_EDITABLE, seen=seen)


@action("area.create")
def create_area(*, chains: Iterable[Chain] = (), by: Actor, **values: Any) -> Area:
    """A new area, ground of the clusters of `chains`. Raises NotAllowed, Invalid."""
    require(by, Permission.REFERENCE_EDIT, to="登记片区")
    area = enter(Area(**values))
    _set_chains(area, chains)
    return area


@action("area.update")
def update_area(
    *,
    area: Area,
    values: dict[str, Any],
    chains: Iterable[Chain] | None = None,
    seen: dict[str, Any] | None = None,
    by: Actor,
) -> Area:
    """Change what AREA_EDITABLE names, and the clusters. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.REFERENCE_EDIT, area, to="修改片区")
    about(area)
    area = edit(area, values, editable=AREA_EDITABLE, seen=seen)
    if chains is not None:
        _set_chains(area, chains)
    return area


def _set_chains(area: Area, chains: Iterable[Chain]) -> None:
    wanted = sorted(chains, key=lambda chain: chain.code)
    before = sorted(area.chains.values_list("code", flat=True))
    after = [chain.code for chain in wanted]
    if before != after:
        area.chains.set(wanted)
        changed(
            [
                Change(
                    area._meta.label_lower, object_key(area), str(area), {"chains": before}, {"chains": after}
                )
            ]
        )
