"""Publications and their rows, read by other systems; and figures as they stood on a day."""

import django_filters
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError

from guandu.accounts.permissions import Permission
from guandu.web.api.filters import PeriodFilter
from guandu.web.api.paging import KeysetPagination
from guandu.web.api.views import ReadOnlyCollection
from targets.api.serializers import FigureSerializer
from targets.enums import Basis, FigureScope
from targets.enums_publication import PublicationKind
from targets.forms_vintages import VintageForm
from targets.models import Publication, PublishedFigure
from targets.models.template import WORK_LINE
from targets.queries.published_rows import as_figures, stored_published
from targets.queries.withholding import as_given

NUMBER = "[0-9]{1,18}"
VINTAGE = [
    OpenApiParameter("as_of", OpenApiTypes.DATE, description="某日有效的发布数，如 2026-10-20；不填为现值"),
    OpenApiParameter("vintage", int, description="期次编号，取自期次列表；与 as_of 只填一个"),
]


class PublicationSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display", label="类型名称")
    check_code = serializers.CharField(label="校验码", help_text="校验值的前八位，与纸面核对")
    replaces = serializers.IntegerField(source="replaces_id", label="替代的期次", allow_null=True)
    printed_line = serializers.SerializerMethodField(label="说明行", help_text="含工作调度表数据时的说明，否则为空")

    class Meta:
        model = Publication
        fields = [
            "id", "kind", "kind_label", "period", "revision", "document", "note", "replaces", "expected", "reported",
            "row_count", "changed_count", "printed_line", "issued_unit", "issued_on", "issued_at", "check_code", "digest",
        ]  # fmt: skip
        read_only_fields = fields

    def get_printed_line(self, publication: Publication) -> str:
        return WORK_LINE if publication.from_work_forms else ""


class PublicationFilters(django_filters.FilterSet):
    period = PeriodFilter(field_name="period", label="报告期，如 2026Q3、2026")
    kind = django_filters.ChoiceFilter(choices=PublicationKind.choices, label="类型")

    class Meta:
        model = Publication
        fields = ["kind"]


class PublishedFilters(django_filters.FilterSet):
    """By the same words as today's figures."""

    indicator = django_filters.CharFilter(field_name="indicator_code", label="指标编码")
    period = PeriodFilter(field_name="period", label="报告期，如 2026Q3、2026Q1-3、2026")
    park = django_filters.CharFilter(field_name="park_code", label="园区编码：该园区自己的数据")
    scope_code = django_filters.CharFilter(field_name="scope_code", label="范围编码，与 scope_kind 同用")

    scope_kind = django_filters.ChoiceFilter(choices=FigureScope.choices, label="范围类型")
    basis = django_filters.ChoiceFilter(choices=Basis.choices, label="口径状态")

    class Meta:
        model = PublishedFigure
        fields: list[str] = []


ROW_FILTERS = [
    OpenApiParameter(name, description=filter.label or filter.field_name)
    for name, filter in PublishedFilters.base_filters.items()
]


@extend_schema_view(
    list=extend_schema(summary="期次列表", description="已发布的快报、年报及其历次修订。发布后不再变动。"),
    retrieve=extend_schema(summary="一个期次"),
)
class PublicationViewSet(ReadOnlyCollection):
    serializer_class = PublicationSerializer
    filterset_class = PublicationFilters
    needs = (Permission.FIGURE_VIEW,)
    rows = Publication.objects.all()
    key = "-pk"
    lookup_value_regex = NUMBER

    def known_parameters(self) -> set[str]:
        if self.action != "published":
            return super().known_parameters()
        return {KeysetPagination.limit_param, KeysetPagination.cursor_param, *PublishedFilters.base_filters}

    @extend_schema(
        summary="一个期次的数据",
        description="发布时的数据，列与数据列表相同。",
        parameters=ROW_FILTERS,
        responses=FigureSerializer(many=True),
    )
    @action(detail=True, filterset_class=None, url_path="rows")
    def published(self, request, *args, **kwargs):
        publication = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        rows = PublishedFigure.objects.visible_to(request.user).filter(publication=publication)
        return published_page(self, rows)


def published_page(view: ReadOnlyCollection, rows):
    """One page of published rows, in the columns of figures, as the caller is given them."""
    view.key = "pk"
    filters = PublishedFilters(_words(view), queryset=rows)
    if not filters.is_valid():
        raise ValidationError(filters.errors)
    found = view.paginate_queryset(stored_published(filters.qs))
    return view.get_paginated_response(as_given(as_figures(found), view.request.user))


def asked_publications(request) -> list[Publication] | None:
    """The publications that the query names; None for today's figures. Raises ValidationError."""
    form = VintageForm(request.query_params, user=request.user)
    if not form.is_valid():
        raise ValidationError(form.errors)
    return form.publications


def _words(view: ReadOnlyCollection) -> dict[str, str]:
    return {name: value for name, value in view.request.query_params.items() if name in PublishedFilters.base_filters}
