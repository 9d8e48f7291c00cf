"""Who reads a document: the office all; leaders what is laid before them; units what they are asked about and what is issued.

A 汇报 is for leaders: one whose grant is over a chain reads those on that chain.
"""

from django.apps import apps
from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ReferenceQuerySet, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from targets.enums_document import LAID_BEFORE, DocumentKind, DocumentState


class DocumentQuerySet(ScopedQuerySet):
    view_permission = Permission.DOCUMENT_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        scopes = user.scopes_with(permission)
        if not scopes:
            return NOTHING
        if user.may(Permission.DOCUMENT_EDIT):
            return EVERYTHING
        if permission == Permission.DOCUMENT_OPINE:
            return _asked(user)
        seen = NOTHING
        if permission == Permission.DOCUMENT_VIEW:
            issued = Q(state=DocumentState.ISSUED) & ~Q(kind=DocumentKind.BRIEFING)
            seen = issued | _asked(user)
        signs = user.scopes_with(Permission.DOCUMENT_SIGN)
        return seen | _laid_before(signs) if signs else seen


def _asked(user) -> Q:
    """Documents on which the person's unit is asked."""
    opinions = apps.get_model("targets", "DocumentOpinion").objects.filter(unit=user.unit_id)
    return Q(pk__in=opinions.values("document")) & ~Q(state__in=[DocumentState.DRAFT, DocumentState.DROPPED])


def _laid_before(scopes: dict) -> Q:
    laid = Q(state__in=LAID_BEFORE)
    if ScopeKind.DISTRICT in scopes:
        return laid
    own = Q(scope_kind=ScopeKind.CHAIN, scope_code__in=scopes.get(ScopeKind.CHAIN, ()))
    return laid & (~Q(kind=DocumentKind.BRIEFING) | own)


class OpinionQuerySet(ScopedQuerySet):
    """An opinion is seen by whoever sees the document and by the unit that gives it; leaders read them all."""

    view_permission = Permission.DOCUMENT_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if not user.scopes_with(permission):
            return NOTHING
        if user.may(Permission.DOCUMENT_EDIT):
            return EVERYTHING
        documents = apps.get_model("targets", "OfficialDocument").objects
        own = Q(unit=user.unit_id, document__in=documents.visible_to(user).values("pk"))
        signs = user.may(Permission.DOCUMENT_SIGN) and permission == Permission.DOCUMENT_VIEW
        laid = documents.visible_to(user, Permission.DOCUMENT_SIGN) if signs else None
        return own | Q(document__in=laid.values("pk")) if laid is not None else own


class TemplateQuerySet(ReferenceQuerySet):
    view_permission = Permission.DOCUMENT_TEMPLATE_EDIT
