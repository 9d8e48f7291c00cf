"""The register, read by other systems."""

import django_filters
from drf_spectacular.utils import extend_schema, extend_schema_view

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.api.views import ReadOnlyCollection
from parks.api.serializers import ParkSerializer
from parks.models import Park


class ParkFilters(django_filters.FilterSet):
    chain = django_filters.CharFilter(field_name="chain_code", label="产业链编码")
    street = django_filters.CharFilter(field_name="street_code", label="街道编码")
    area = django_filters.CharFilter(field_name="area_code", label="片区编码")
    department = django_filters.CharFilter(field_name="department_code", label="包保部门编码")

    class Meta:
        model = Park
        fields = ["carrier", "operating_model"]


@extend_schema_view(
    list=extend_schema(summary="园区列表", description="按编码排序，归属为今日有效的归属。"),
    retrieve=extend_schema(summary="一个园区"),
)
class ParkViewSet(ReadOnlyCollection):
    serializer_class = ParkSerializer
    filterset_class = ParkFilters
    needs = (Permission.PARK_VIEW,)
    rows = Park.objects.all()
    key = lookup_field = "code"
    lookup_value_regex = "[A-Za-z0-9][A-Za-z0-9_.-]*"

    def shaped(self, rows):
        rows = rows.select_related("park_type__parent").placed_on(clock.today())
        return rows.prefetch_related("titles")
