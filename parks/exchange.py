"""The register as a workbook: columns are named by the fields' own labels."""

from import_export import fields, resources

from guandu.core import clock
from guandu.core.numbers import from_units
from parks.models import Park


class ParkResource(resources.ModelResource):
    """Grain: one row per park, with where it belongs today."""

    name = fields.Field("name", "园区名称")
    code = fields.Field("code", "编码")
    chain = fields.Field("chain_name", "产业链")
    area = fields.Field("area_name", "片区")
    street = fields.Field("street_name", "街道")
    operator = fields.Field("operator_name", "运营方")
    department = fields.Field("department_name", "包保部门")
    carrier = fields.Field(column_name="载体形式")
    operating_model = fields.Field(column_name="运营模式")
    opened_on = fields.Field("opened_on", "开园日期")
    closed_on = fields.Field("closed_on", "关闭日期")
    lettable_area = fields.Field(column_name="可招商面积（平方米）")
    clause = fields.Field("clause", "计划条款")
    note = fields.Field("note", "说明")

    class Meta:
        model = Park
        name = "园区名录"
        fields = export_order = (
            "code", "name", "chain", "area", "street", "operator", "department", "carrier",
            "operating_model", "opened_on", "closed_on", "lettable_area", "clause", "note",
        )  # fmt: skip

    def filter_export(self, queryset, **kwargs):
        return queryset.placed_on(clock.today())

    def dehydrate_carrier(self, park: Park) -> str:
        return park.get_carrier_display()

    def dehydrate_operating_model(self, park: Park) -> str:
        return park.get_operating_model_display()

    def dehydrate_lettable_area(self, park: Park) -> str:
        return "" if park.lettable_area is None else str(from_units(park.lettable_area, 2))
