"""What a file may be attached to. Rooms above register their kinds; nothing here knows them.

An attachment has no scope of its own: whoever sees its owner sees it, and whoever may work on the owner
adds and removes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet

from guandu.core.actors import Actor
from guandu.files.kinds import EVIDENCE, FileKind


@dataclass(frozen=True)
class OwnerKind:
    """`visible(actor)`: the owners that he may see. `refuse_change(owner, actor)` raises NotAllowed or
    NotReady where he may not add to it or take from it now. `takes`: which kinds of files. `shown(actor)`:
    which of the attachments of those owners he sees, where not all."""

    code: str
    name: str
    visible: Callable[[Actor], QuerySet]
    refuse_change: Callable[[Model, Actor], None]
    takes: tuple[FileKind, ...] = EVIDENCE
    shown: Callable[[Actor], Q] = lambda actor: Q()


_kinds: dict[str, OwnerKind] = {}


def register_owner(kind: OwnerKind) -> None:
    if kind.code in _kinds:
        raise RuntimeError(f"Two owners of the kind {kind.code}.")
    _kinds[kind.code] = kind


def owner_kind(code: str) -> OwnerKind:
    """Raises KeyError for a kind that no room registered."""
    return _kinds[code]


def owner_kinds() -> Iterable[OwnerKind]:
    return _kinds.values()
