"""Indicators, figures, the plan's targets and returns, read by other systems."""

from collections.abc import Iterable, Sequence

import django_filters
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.errors import Invalid
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from guandu.web.api.filters import PeriodFilter
from guandu.web.api.views import ReadOnlyCollection
from targets.api.publications import VINTAGE, asked_publications, published_page
from targets.api.serializers import (
    FigurePartsSerializer,
    FigureSerializer,
    IndicatorSerializer,
    ReturnSerializer,
    TargetSerializer,
)
from targets.enums import Basis
from targets.models import Figure, Indicator, PublishedFigure, Return, Target
from targets.queries.figure_rows import parts_of, shown, stored_rows
from targets.queries.standings import latest_period, standings_of
from targets.queries.withholding import as_given

CODE = "[A-Za-z0-9][A-Za-z0-9_.-]*"
NUMBER = "[0-9]{1,18}"


class IndicatorFilters(django_filters.FilterSet):
    class Meta:
        model = Indicator
        fields = ["kind", "level"]


@extend_schema_view(
    list=extend_schema(summary="指标字典", description="名称、口径、计量单位与版本。"),
    retrieve=extend_schema(summary="一个指标"),
)
class IndicatorViewSet(ReadOnlyCollection):
    serializer_class = IndicatorSerializer
    filterset_class = IndicatorFilters
    needs = (Permission.REFERENCE_VIEW,)
    rows = Indicator.objects.prefetch_related("versions")
    key = lookup_field = "code"
    lookup_value_regex = CODE


class FigureFilters(django_filters.FilterSet):
    indicator = django_filters.CharFilter(field_name="indicator__code", label="指标编码")
    period = PeriodFilter(field_name="period", label="报告期，如 2026Q3、2026Q1-3、2026")
    park = django_filters.CharFilter(field_name="park_code", label="园区编码：该园区自己的数据")
    scope_code = django_filters.CharFilter(field_name="scope_code", label="范围编码，与 scope_kind 同用")

    class Meta:
        model = Figure
        fields = ["scope_kind", "basis"]


@extend_schema_view(
    list=extend_schema(
        summary="数据列表",
        description="每项数据由指标、范围、报告期和口径状态确定。未报为 null，不以零代替。不写 basis 时只列核定数。",
    ),
    retrieve=extend_schema(summary="一项数据"),
)
class FigureViewSet(ReadOnlyCollection):
    serializer_class = FigureSerializer
    filterset_class = FigureFilters
    needs = (Permission.FIGURE_VIEW, Permission.TOTALS_VIEW)
    rows = Figure.objects.all()
    lookup_value_regex = NUMBER

    def known_parameters(self) -> set[str]:
        vintages = set() if self.detail else {each.name for each in VINTAGE}
        return super().known_parameters() | vintages

    @extend_schema(parameters=VINTAGE)
    def list(self, request, *args, **kwargs):
        publications = asked_publications(request)
        if publications is not None:
            return published_page(self, PublishedFigure.objects.visible_to(request.user).filter(publication__in=publications))
        figures = self.filter_queryset(self.get_queryset())
        if "basis" not in request.query_params:
            figures = figures.filter(basis=Basis.CERTIFIED)
        rows = stored_rows(figures)
        return self.get_paginated_response(self._given(self.paginate_queryset(rows)))

    def retrieve(self, request, *args, **kwargs):
        return Response(self._given([get_object_or_404(stored_rows(self.get_queryset()), pk=kwargs["pk"])])[0])

    def _given(self, rows: Iterable[dict]) -> Sequence[dict]:
        return as_given([{**row, "vintage": None} for row in shown(rows)], self.request.user)

    @extend_schema(
        summary="一项数据的构成",
        description="汇总数据列出各园区数据；园区数据列出其核定值或登记事实。",
        responses=FigurePartsSerializer,
    )
    @action(detail=True, filterset_class=None, pagination_class=None)
    def parts(self, request, *args, **kwargs):
        figure = get_object_or_404(
            self.get_queryset().select_related("source__return_version", "source__indicator_version"),
            pk=kwargs["pk"],
        )
        parts = parts_of(figure)
        visible = parts.visible_to(request.user)
        listed = self._given(stored_rows(visible))
        told = self._given(stored_rows(self.get_queryset().filter(pk=figure.pk)))[0]
        return Response(
            {
                "figure": told,
                "parts": listed,
                "not_shown": parts.count() - len(listed),
                "certified": None if told["withheld"] else _certified(figure, request.user),
                "facts": [] if told["withheld"] else figure.facts,
            }
        )


def _certified(figure: Figure, user: User) -> dict | None:
    value = figure.source
    if value is None:
        return None
    version = value.return_version
    openable = version and Return.objects.visible_to(user).filter(pk=version.return_of_id).exists()
    return {
        "period": value.period,
        "value": f"{from_units(value.units, value.indicator_version.scale):f}",
        "source": value.get_source_display(),
        "reason": value.reason,
        "certified_by": value.certified_by,
        "certified_at": value.certified_at,
        "return_id": version.return_of_id if openable else None,
    }


class TargetFilters(django_filters.FilterSet):
    plan = django_filters.CharFilter(field_name="plan__code", label="行动计划编码")
    indicator = django_filters.CharFilter(field_name="indicator__code", label="指标编码")

    class Meta:
        model = Target
        fields = ["force", "shape"]


PERIOD = OpenApiParameter("period", str, description="报告期（单季），如 2026Q3；默认为最近一期")


@extend_schema_view(
    list=extend_schema(summary="计划目标及进展", parameters=[PERIOD]),
    retrieve=extend_schema(summary="一项计划目标及进展", parameters=[PERIOD]),
)
class TargetViewSet(ReadOnlyCollection):
    serializer_class = TargetSerializer
    filterset_class = TargetFilters
    needs = (Permission.PLAN_VIEW,)
    rows = (
        Target.objects.select_related("plan", "indicator")
        .prefetch_related("duties__unit")
        .annotate(key=Concat(F("plan__code"), Value(":"), F("code")))
    )
    lookup_field = "key"
    lookup_value_regex = f"{CODE}:{CODE}"

    def known_parameters(self) -> set[str]:
        return super().known_parameters() | {"period"}

    def list(self, request, *args, **kwargs):
        targets = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._shown(targets))

    def retrieve(self, request, *args, **kwargs):
        return Response(self._shown([get_object_or_404(self.get_queryset(), key=kwargs["key"])])[0])

    def _shown(self, targets: Sequence[Target]) -> Sequence[dict]:
        period = self._period()
        standings = standings_of(targets, period, self.request.user) if period else {}
        for target in targets:
            target.standing = standings.get(target.pk)
        return self.get_serializer(targets, many=True).data

    def _period(self) -> str | None:
        text = self.request.query_params.get("period")
        if not text:
            return latest_period()
        try:
            return Period.parse(text).code
        except Invalid as refusal:
            raise ValidationError({"period": [refusal.message]}) from refusal


class ReturnFilters(django_filters.FilterSet):
    period = PeriodFilter(field_name="cycle__period", label="报告期，如 2026Q3")
    template = django_filters.CharFilter(field_name="cycle__template__code", label="报表模板编码")
    park = django_filters.CharFilter(field_name="park_code", label="园区编码")

    class Meta:
        model = Return
        fields = ["state"]


@extend_schema_view(
    list=extend_schema(summary="报表列表", description="只读：报送与审核请在门户办理。"),
    retrieve=extend_schema(summary="一张报表的状态"),
)
class ReturnViewSet(ReadOnlyCollection):
    serializer_class = ReturnSerializer
    filterset_class = ReturnFilters
    needs = (Permission.RETURN_VIEW,)
    rows = Return.objects.select_related("cycle__template")
    key = "-pk"
    lookup_value_regex = NUMBER
