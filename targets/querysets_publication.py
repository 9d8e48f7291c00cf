"""Who reads what is published: rows as the figures they are copies of, internal copies the office alone."""

from django.db.models import Q

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, ReferenceQuerySet
from targets.enums_publication import PublicationKind
from targets.querysets import FigureQuerySet


class PublicationQuerySet(ReferenceQuerySet):
    view_permission = Permission.FIGURE_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        return super()._condition(user, permission) & _official(user, "kind")

    def official(self) -> "PublicationQuerySet":
        return self.exclude(kind=PublicationKind.RATING)


class PublishedFigureQuerySet(FigureQuerySet):
    def official(self) -> "PublishedFigureQuerySet":
        return self.exclude(publication__kind=PublicationKind.RATING)

    def _condition(self, user, permission: Permission) -> Q:
        return super()._condition(user, permission) & _official(user, "publication__kind")


def _official(user, column: str) -> Q:
    return EVERYTHING if user.may(Permission.PUBLICATION_ISSUE) else ~Q(**{column: PublicationKind.RATING})
