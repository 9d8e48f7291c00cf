"""Parks as other systems read them. Names of fields are part of the contract."""

from rest_framework import serializers

from guandu.core.numbers import from_units
from guandu.web.api.fields import KnownChoiceField
from parks.enums import Carrier, OperatingModel
from parks.models import Park, Title

AREA_SCALE = 2


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
    lettable_area = serializers.SerializerMethodField(
        label="可招商面积", help_text="平方米，十进制数字符串；未填报为 null"
    )
    titles = TitleSerializer(many=True, label="园区称号")
    is_demo = serializers.BooleanField(label="演示数据")

    class Meta:
        model = Park
        fields = [
            "code", "name", "short_name", "carrier", "carrier_label", "operating_model", "operating_model_label",
            "chain_code", "chain_name", "street_code", "street_name", "area_code", "area_name",
            "department_code", "department_name", "operator_name", "approved_on", "opened_on", "closed_on",
            "lettable_area", "has_service_station", "has_one_stop", "titles", "is_demo",
        ]  # fmt: skip
        read_only_fields = fields

    def get_lettable_area(self, park: Park) -> str | None:
        return None if park.lettable_area is None else str(from_units(park.lettable_area, AREA_SCALE))
