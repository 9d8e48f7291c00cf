"""Scores, read by other systems. A 试算 says so in `kind`."""

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view

from guandu.accounts.permissions import Permission
from guandu.web.api.filters import PeriodFilter
from guandu.web.api.views import ReadOnlyCollection
from rating.api.serializers import AssessmentSerializer, ExplainedAssessmentSerializer
from rating.models import Assessment


class AssessmentFilters(django_filters.FilterSet):
    park = django_filters.CharFilter(field_name="park__code", label="园区编码")
    scheme = django_filters.CharFilter(field_name="scheme__code", label="评定方案编码")
    period = PeriodFilter(field_name="period", label="数据期，如 2026Q3")

    class Meta:
        model = Assessment
        fields = ["kind", "stars"]


@extend_schema_view(
    list=extend_schema(summary="评定列表", description="最近计算的在前；不含计分过程。"),
    retrieve=extend_schema(summary="一次评定及其计分过程", responses=ExplainedAssessmentSerializer),
)
class AssessmentViewSet(ReadOnlyCollection):
    serializer_class = AssessmentSerializer
    filterset_class = AssessmentFilters
    needs = (Permission.ASSESSMENT_VIEW,)
    rows = Assessment.objects.select_related("park", "scheme")
    key = "-pk"
    lookup_value_regex = "[0-9]{1,18}"

    def shaped(self, rows):
        return rows if self.detail else rows.defer("result", "facts", "snapshot")

    def get_serializer_class(self):
        return ExplainedAssessmentSerializer if self.detail else AssessmentSerializer
