"""The register, read by other systems."""

import django_filters
from django.db.models import OuterRef, Prefetch, Subquery
from drf_spectacular.utils import extend_schema, extend_schema_view

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.api.views import ReadOnlyCollection
from parks.api.serializers import EnterpriseSerializer, ParkSerializer
from parks.models import Attribution, Enterprise, Honour, Park, Tenancy
from parks.queries.enterprises import in_industry, in_parks, in_street
from parks.validators import normalised_code


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


class EnterpriseFilters(django_filters.FilterSet):
    credit_code = django_filters.CharFilter(method="by_code", label="统一社会信用代码")
    industry = django_filters.CharFilter(method="by_industry", label="行业代码", help_text="含其下各级行业")
    street = django_filters.CharFilter(method="by_street", label="注册或经营街道编码")
    park = django_filters.CharFilter(method="by_park", label="今日所在园区编码")

    class Meta:
        model = Enterprise
        fields = ["kind", "credit_code_state"]

    def by_code(self, firms, name, value):
        return firms.filter(credit_code=normalised_code(value))

    def by_industry(self, firms, name, value):
        return in_industry(firms, value)

    def by_street(self, firms, name, value):
        return in_street(firms, value)

    def by_park(self, firms, name, value):
        return in_parks(firms, self.request.user, clock.today(), park=value)


@extend_schema_view(
    list=extend_schema(summary="企业列表", description="按编码排序，园区、归属和荣誉为今日有效的。"),
    retrieve=extend_schema(summary="一家企业"),
)
class EnterpriseViewSet(ReadOnlyCollection):
    serializer_class = EnterpriseSerializer
    filterset_class = EnterpriseFilters
    needs = (Permission.PARK_VIEW,)
    rows = Enterprise.objects.all()
    key = lookup_field = "code"
    lookup_value_regex = "[A-Za-z0-9][A-Za-z0-9_.-]*"

    def shaped(self, rows):
        """Parks and head offices only as far as the caller sees them."""
        user, day = self.request.user, clock.today()
        heads = Enterprise.objects.visible_to(user).filter(pk=OuterRef("head_office"))
        tenancies = Tenancy.objects.visible_to(user).on(day).select_related("park").order_by("valid_from", "pk")
        counted = Attribution.objects.on(day).select_related("street").order_by("kind")
        held = Honour.objects.held_on(day).select_related("kind").order_by("kind_id", "valid_from", "pk")
        return (
            rows.select_related("industry", "registered_street", "operating_street")
            .annotate(head_office_code=Subquery(heads.values("code")[:1]))
            .prefetch_related(
                Prefetch("tenancies", queryset=tenancies, to_attr="tenancies_today"),
                Prefetch("attributions", queryset=counted, to_attr="attributions_today"),
                Prefetch("honours", queryset=held, to_attr="honours_today"),
            )
        )
