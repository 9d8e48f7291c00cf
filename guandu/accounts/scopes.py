"""What a scope's code stands for. Each room registers its kinds, so that accounts need not know it."""

from collections.abc import Callable

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Value, When

from guandu.accounts.roles import ScopeKind

_lookups: dict[str, Callable[[], QuerySet]] = {}


def register_scope(kind: str, lookup: Callable[[], QuerySet]) -> None:
    """`lookup()` answers the objects (with `code` and `name`) that a grant of `kind` may be given over."""
    if kind in _lookups:
        raise RuntimeError(f"Scope kind {kind} is registered twice.")
    _lookups[kind] = lookup


def name_of(kind: str, code: str) -> str | None:
    """The name of what `code` stands for; None when there is no such thing."""
    if kind == ScopeKind.DISTRICT:
        return ScopeKind.DISTRICT.label if code == "" else None
    return _lookups[kind]().filter(code=code).values_list("name", flat=True).first()


def options(kind: str) -> dict[str, str]:
    """Code → name of everything that a grant of `kind` may be given over."""
    return dict(_lookups[kind]().values_list("code", "name"))


def name_expression() -> Case:
    """The name of what a row's `scope_kind` and `scope_code` stand for, within the row's own query."""
    found = [
        When(scope_kind=kind, then=Subquery(lookup().filter(code=OuterRef("scope_code")).values("name")[:1]))
        for kind, lookup in _lookups.items()
    ]
    whole = When(scope_kind=ScopeKind.DISTRICT, then=Value(str(ScopeKind.DISTRICT.label)))
    return Case(whole, *found, output_field=CharField())
