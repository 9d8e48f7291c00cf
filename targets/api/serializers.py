"""Indicators, figures, targets and returns as other systems read them."""

from rest_framework import serializers

from guandu.web.api.fields import KnownChoiceField
from targets.enums import Basis, FigureScope, SubjectKind, TargetStatus
from targets.models import Figure, Indicator, IndicatorVersion, Return, Target
from targets.queries.lights import VEILED, VEILED_WORD
from targets.queries.standings import Standing


def _word(model, name: str) -> str:
    return model._meta.get_field(name).verbose_name


class IndicatorVersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = IndicatorVersion
        fields = ["number", "unit", "scale", "display_decimals", "definition", "valid_from", "valid_to"]
        read_only_fields = fields


class IndicatorSerializer(serializers.ModelSerializer):
    """One entry of the dictionary; the last version is the one in force unless it has ended."""

    level = KnownChoiceField(SubjectKind.choices, label="采集层级", help_text="由计算得出的指标为 null")
    kind_label = serializers.CharField(source="get_kind_display", label="类型名称")
    higher_is_better = serializers.BooleanField(label="越高越好", help_text="不分高低的指标为 true")
    versions = IndicatorVersionSerializer(many=True, label="指标版本")

    class Meta:
        model = Indicator
        fields = [
            "code", "name", "caliber", "kind", "kind_label", "level", "frequency", "higher_is_better",
            "certifying_unit", "sources", "note", "versions",
        ]  # fmt: skip
        read_only_fields = fields


class FigureSerializer(serializers.Serializer):
    """The words of a row that targets.queries.figure_rows.shown gives; used for the schema."""

    id = serializers.IntegerField(label="编号", help_text="长期不变，重新计算后仍指同一项数据")
    indicator = serializers.CharField(label="指标编码")
    indicator_name = serializers.CharField(label="指标名称")
    version = serializers.IntegerField(label="指标版本")
    scope_kind = serializers.ChoiceField(FigureScope.choices, label="范围类型")
    scope_code = serializers.CharField(label="范围编码", help_text="全区为空")
    scope_name = serializers.CharField(label="范围")
    period = serializers.CharField(
        label="报告期", help_text="如 2026Q3（单季）、2026Q1-3（累计）、2026（全年）"
    )
    basis = serializers.ChoiceField(Basis.choices, label="口径状态")
    value = serializers.CharField(
        label="数值", allow_null=True, help_text="十进制数字符串，比率为百分数；未报或无法计算为 null"
    )
    unit = serializers.CharField(label="计量单位")
    numerator = serializers.CharField(label="分子", allow_null=True, help_text="十进制数字符串")
    numerator_unit = serializers.CharField(label="分子单位")
    denominator = serializers.CharField(
        label="分母", allow_null=True, help_text="用于比率、占比、平均值和增速；占比的分母取全区现值"
    )
    denominator_unit = serializers.CharField(label="分母单位")
    base = serializers.CharField(label="上年同期可比数", allow_null=True, help_text="只用于计算增速")
    roster_effect = serializers.CharField(
        label="名单变动影响", allow_null=True, help_text="两期之间迁入企业减迁出企业的数，不计入当季数"
    )
    lack = serializers.CharField(label="缺数原因", help_text="有数时为空")
    expected = serializers.IntegerField(label="应报")
    reported = serializers.IntegerField(label="已报")
    park_code = serializers.CharField(label=_word(Figure, "park_code"))
    chain_code = serializers.CharField(label=_word(Figure, "chain_code"))
    street_code = serializers.CharField(label=_word(Figure, "street_code"))
    area_code = serializers.CharField(label=_word(Figure, "area_code"))
    department_code = serializers.CharField(label=_word(Figure, "department_code"))
    denominator_figure = serializers.IntegerField(label="分母数据编号", allow_null=True)
    as_of = serializers.DateTimeField(label="计算时间")
    vintage = serializers.IntegerField(label="期次编号", allow_null=True, help_text="发布的数据所在的期次，现值为 null")
    withheld = serializers.BooleanField(label="不提供", help_text="涉及企业过少，或由此可推算出这类数据，数值不提供")


class FactSerializer(serializers.Serializer):
    park = serializers.CharField(label="园区编码")
    on = serializers.DateField(label="日期")
    text = serializers.CharField(label="事实")


class CertifiedSourceSerializer(serializers.Serializer):
    """The 核定值 that a park's figure stands on."""

    period = serializers.CharField(label="报告期")
    value = serializers.CharField(label="核定值")
    source = serializers.CharField(label="来源")
    reason = serializers.CharField(label="说明")
    certified_by = serializers.CharField(label="核定人")
    certified_at = serializers.DateTimeField(label="核定时间")
    return_id = serializers.IntegerField(
        label="报表编号", allow_null=True, help_text="您无权查看该报表时为 null"
    )


class FigurePartsSerializer(serializers.Serializer):
    """What a figure is made of: park figures, or a park's 核定值, or dated facts of the register."""

    figure = FigureSerializer(label="数据")
    parts = FigureSerializer(many=True, label="园区数据", help_text="相加正好等于上一级的分子")
    not_shown = serializers.IntegerField(label="未列出", help_text="不在您工作范围内的园区数据个数")
    certified = CertifiedSourceSerializer(label="核定值", allow_null=True)
    facts = FactSerializer(many=True, label="登记事实")


class PartSerializer(serializers.Serializer):
    figure = serializers.IntegerField(label="数据编号")
    scope_name = serializers.CharField(label="范围")
    park_code = serializers.CharField(label="园区编码", allow_blank=True)
    value = serializers.CharField(label="数值", allow_null=True)
    ok = serializers.BooleanField(label="符合要求", allow_null=True)
    whole = serializers.BooleanField(label="合计", default=False)


class StandingSerializer(serializers.Serializer):
    period = serializers.CharField(label="报告期")
    status = serializers.ChoiceField([*TargetStatus.choices, (VEILED, VEILED_WORD)], label="状态")
    status_label = serializers.CharField(label="状态名称")
    value = serializers.SerializerMethodField(label="现值", help_text="十进制数字符串；尚不能计算为 null")
    expected = serializers.IntegerField(label="应报")
    reported = serializers.IntegerField(label="已报")
    sentence = serializers.CharField(label="说明", allow_blank=True)
    parts = PartSerializer(many=True, label="构成", help_text="只列出您工作范围内的部分")
    as_of = serializers.DateTimeField(label="计算时间")

    def get_value(self, standing: Standing) -> str | None:
        return None if standing.value is None else f"{standing.value:f}"


class DutySerializer(serializers.Serializer):
    unit = serializers.CharField(source="unit.code", label="单位编码")
    name = serializers.CharField(source="unit.name", label="单位")
    leads = serializers.BooleanField(label="牵头")


class TargetSerializer(serializers.ModelSerializer):
    id = serializers.CharField(source="key", label="编号", help_text="计划编码与目标编号")
    plan = serializers.CharField(source="plan.code", label="行动计划编码")
    indicator = serializers.CharField(
        source="indicator.code", label="指标编码", allow_null=True, default=None, help_text="尚未确定为 null"
    )
    operator_label = serializers.CharField(source="get_operator_display", label="要求名称")
    units = DutySerializer(source="duties", many=True, label="责任单位")
    standing = StandingSerializer(label="进展", allow_null=True, help_text="尚未计算为 null")

    class Meta:
        model = Target
        fields = [
            "id", "plan", "code", "clause", "goal", "title", "metric", "operator", "operator_label", "value",
            "unit", "deadline", "deadline_note", "shape", "force", "caliber", "indicator", "waits_for", "units",
            "standing",
        ]  # fmt: skip
        read_only_fields = fields


class ReturnSerializer(serializers.ModelSerializer):
    template = serializers.CharField(source="cycle.template.code", label="报表模板编码")
    template_name = serializers.CharField(source="cycle.template.name", label="报表模板")
    period = serializers.CharField(source="cycle.period", label="报告期")
    due_on = serializers.DateField(source="cycle.due_on", label="截止日期")
    state_label = serializers.CharField(source="get_state_display", label="状态名称")

    class Meta:
        model = Return
        fields = [
            "id", "template", "template_name", "period", "due_on", "subject_kind", "subject_name", "park_code",
            "chain_code", "street_code", "department_code", "state", "state_label", "filed_at",
        ]  # fmt: skip
        read_only_fields = fields
