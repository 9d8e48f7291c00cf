"""Bases of the API's views: scoped, strict about parameters, paged by key."""

from collections.abc import Collection

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from guandu.accounts.permissions import Permission
from guandu.web.api.access import HoldsPermission, SignedInOrClient
from guandu.web.api.errors import UnknownParameters
from guandu.web.api.paging import KeysetPagination


class StrictParameters:
    """Refuses a query parameter that the action does not know, one given twice, and NUL in any."""

    def known_parameters(self) -> set[str]:
        return set()

    def initial(self, request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        given = request.query_params
        unknown = sorted(set(given) - self.known_parameters())
        if unknown:
            raise UnknownParameters(unknown)
        wrong = {name for name in given if len(given.getlist(name)) > 1 or "\x00" in given[name]}
        if wrong:
            raise ValidationError(
                {name: ["这个查询参数只能填写一次，且不能含有控制字符。"] for name in wrong}
            )


class ReadOnlyCollection(StrictParameters, ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """A list and its items. A view names `rows` (any queryset of the model), `needs` (permissions of
    which one is asked for) and `key` (the unique column that orders the pages)."""

    permission_classes = (SignedInOrClient, HoldsPermission)
    pagination_class = KeysetPagination
    needs: Collection[Permission] = ()
    key = "pk"
    rows: QuerySet

    def get_queryset(self) -> QuerySet:
        """The rows that the caller may see."""
        if getattr(self, "swagger_fake_view", False):
            return self.rows.none()
        return self.shaped(self.rows.all().visible_to(self.request.user))

    def shaped(self, rows: QuerySet) -> QuerySet:
        """The visible rows with what the answer needs beside them."""
        return rows

    def known_parameters(self) -> set[str]:
        if self.detail:
            return set()
        filters = getattr(self, "filterset_class", None)
        paging = {KeysetPagination.limit_param, KeysetPagination.cursor_param}
        return paging | set(filters.base_filters if filters else ())
