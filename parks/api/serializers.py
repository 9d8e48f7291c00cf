"""Parks and firms as other systems read them. Names of fields are part of the contract."""

from rest_framework import serializers

from guandu.core.numbers import from_units
from guandu.web.api.fields import KnownChoiceField
from parks.enums import AttributionKind, Carrier, CodeState, EnterpriseKind, OperatingModel
from parks.models import Attribution, Enterprise, Honour, Park, Tenancy, Title

AREA_SCALE = 2


class SquareMetresField(serializers.CharField):
    """Stored hundredths of a square metre as the text of an exact decimal; null where nobody entered it."""

    def __init__(self, **kwargs) -> None:
        words = "平方米，十进制数字符串；未填报为 null"
        super().__init__(read_only=True, allow_null=True, help_text=words, **kwargs)

    def to_representation(self, units: int) -> str:
        return str(from_units(units, AREA_SCALE))


class TitleSerializer(serializers.ModelSerializer):
    level_label = serializers.CharField(source="get_level_display", label="级别名称")
    state_label = serializers.CharField(source="get_state_display", label="状态名称")

    class Meta:
        model = Title
        fields = [
            "level",
            "level_label",
            "name",
            "state",
            "state_label",
            "awarded_on",
            "lapsed_on",
            "document",
        ]
        read_only_fields = fields


class ParkSerializer(serializers.ModelSerializer):
    """A park with where it belongs today."""

    park_type = serializers.CharField(
        source="park_type.code", read_only=True, allow_null=True, default=None, label="园区类型编码",
        help_text="大类或其下的子类型；未填报为 null",
    )  # fmt: skip
    park_type_label = serializers.SerializerMethodField(label="园区类型", help_text="子类型写明所属大类")
    carrier = KnownChoiceField(Carrier.choices, label="载体形式", help_text="未填报为 null")
    operating_model = KnownChoiceField(OperatingModel.choices, label="运营模式", help_text="未填报为 null")
    carrier_label = serializers.CharField(source="get_carrier_display", label="载体形式名称")
    operating_model_label = serializers.CharField(source="get_operating_model_display", label="运营模式名称")
    chain_code = serializers.CharField(label="产业链编码", allow_null=True)
    chain_name = serializers.CharField(label="产业链", allow_null=True)
    street_code = serializers.CharField(label="街道编码", allow_null=True)
    street_name = serializers.CharField(label="街道", allow_null=True)
    area_code = serializers.CharField(label="片区编码", allow_null=True)
    area_name = serializers.CharField(label="片区", allow_null=True)
    department_code = serializers.CharField(label="包保部门编码", allow_null=True)
    department_name = serializers.CharField(label="包保部门", allow_null=True)
    operator_name = serializers.CharField(label="运营方", allow_null=True)
    land_area = SquareMetresField(label="占地面积")
    floor_area = SquareMetresField(label="规划建筑面积")
    built_area = SquareMetresField(label="已建成建筑面积")
    lettable_area = SquareMetresField(label="可招商面积")
    let_area = SquareMetresField(label="已入驻面积")
    titles = TitleSerializer(many=True, label="园区称号")
    is_demo = serializers.BooleanField(label="演示数据")

    class Meta:
        model = Park
        fields = [
            "code", "name", "short_name", "park_type", "park_type_label", "carrier", "carrier_label",
            "operating_model", "operating_model_label",
            "chain_code", "chain_name", "street_code", "street_name", "area_code", "area_name",
            "department_code", "department_name", "operator_name", "approved_on", "opened_on", "closed_on",
            "land_area", "floor_area", "built_area", "lettable_area", "let_area", "address", "leading_industry",
            "has_service_station", "has_one_stop", "other_services", "titles", "is_demo",
        ]  # fmt: skip
        read_only_fields = fields

    def get_park_type_label(self, park: Park) -> str:
        return str(park.park_type) if park.park_type else ""


class TenantParkSerializer(serializers.ModelSerializer):
    """A park that the firm is a tenant of today, among those that the caller may see."""

    park_code = serializers.CharField(source="park.code", label="园区编码")
    park_name = serializers.CharField(source="park.name", label="园区")

    class Meta:
        model = Tenancy
        fields = ["park_code", "park_name", "valid_from", "in_leading_industry"]
        read_only_fields = fields


class AttributionSerializer(serializers.ModelSerializer):
    kind = serializers.ChoiceField(AttributionKind.choices, label="归属类别")
    kind_label = serializers.CharField(source="get_kind_display", label="归属类别名称")
    street_code = serializers.CharField(source="street.code", label="归属街道编码", allow_null=True, default=None)
    street_name = serializers.CharField(source="street.name", label="归属街道", allow_null=True, default=None)
    elsewhere = serializers.SerializerMethodField(label="区外归属", help_text="归属在本区的为 null")

    class Meta:
        model = Attribution
        fields = ["kind", "kind_label", "street_code", "street_name", "elsewhere", "valid_from"]
        read_only_fields = fields

    def get_elsewhere(self, row: Attribution) -> str | None:
        return row.elsewhere or None


class HeldHonourSerializer(serializers.ModelSerializer):
    kind = serializers.CharField(source="kind_id", label="荣誉编码")
    kind_name = serializers.CharField(source="kind.name", label="荣誉")

    class Meta:
        model = Honour
        fields = ["kind", "kind_name", "valid_from", "valid_to"]
        read_only_fields = fields


class EnterpriseSerializer(serializers.ModelSerializer):
    """A firm as it stands today; parks are those that the caller may see."""

    credit_code = serializers.SerializerMethodField(label="统一社会信用代码", help_text="未登记为 null")
    credit_code_state = serializers.ChoiceField(CodeState.choices, label="代码核实")
    credit_code_state_label = serializers.CharField(source="get_credit_code_state_display", label="代码核实名称")
    kind = serializers.ChoiceField(EnterpriseKind.choices, label="主体类型")
    kind_label = serializers.CharField(source="get_kind_display", label="主体类型名称")
    head_office_code = serializers.CharField(
        label="总公司编码", allow_null=True, help_text="没有总公司，或不在工作范围内，为 null"
    )
    industry_code = serializers.CharField(source="industry.code", label="行业代码", allow_null=True, default=None)
    industry_name = serializers.CharField(source="industry.name", label="行业", allow_null=True, default=None)
    registered_street_code = serializers.CharField(
        source="registered_street.code", label="注册街道编码", allow_null=True, default=None
    )
    registered_street_name = serializers.CharField(
        source="registered_street.name", label="注册街道", allow_null=True, default=None
    )
    operating_street_code = serializers.CharField(
        source="operating_street.code", label="经营街道编码", allow_null=True, default=None
    )
    operating_street_name = serializers.CharField(
        source="operating_street.name", label="经营街道", allow_null=True, default=None
    )
    parks = TenantParkSerializer(source="tenancies_today", many=True, label="今日所在园区")
    attributions = AttributionSerializer(source="attributions_today", many=True, label="今日归属")
    honours = HeldHonourSerializer(source="honours_today", many=True, label="今日有效荣誉")
    is_demo = serializers.BooleanField(label="演示数据")

    class Meta:
        model = Enterprise
        fields = [
            "code", "name", "credit_code", "credit_code_state", "credit_code_state_label", "kind", "kind_label",
            "head_office_code", "industry_code", "industry_name", "is_service_body", "registered_street_code",
            "registered_street_name", "registered_address", "operating_street_code", "operating_street_name",
            "operating_address", "established_on", "closed_on", "parks", "attributions", "honours", "is_demo",
        ]  # fmt: skip
        read_only_fields = fields

    def get_credit_code(self, firm: Enterprise) -> str | None:
        return firm.credit_code or None
