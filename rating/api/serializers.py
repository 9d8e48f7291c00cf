"""Scores as other systems read them."""

import json

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rating.models import Assessment
from rating.queries.scores import may_see_nearness, without_nearness
from targets.queries.withholding import reads_from_outside


class AssessmentSerializer(serializers.ModelSerializer):
    park = serializers.CharField(source="park.code", label="园区编码")
    park_name = serializers.CharField(source="park.name", label="园区名称")
    scheme = serializers.CharField(source="scheme.code", label="评定方案编码")
    scheme_version = serializers.CharField(source="scheme.version", label="评定方案版本")
    kind_label = serializers.CharField(source="get_kind_display", label="性质名称")
    total = serializers.SerializerMethodField(label="得分", help_text="十进制数字符串；暂不能评定为 null")
    as_of = serializers.DateTimeField(source="computed_at", label="计算时间")

    class Meta:
        model = Assessment
        fields = [
            "id", "park", "park_name", "scheme", "scheme_version", "period", "kind", "kind_label", "total",
            "stars", "grade", "as_of",
        ]  # fmt: skip
        read_only_fields = fields

    def get_total(self, assessment: Assessment) -> str | None:
        return None if assessment.total is None else str(assessment.total)


class ExplainedAssessmentSerializer(AssessmentSerializer):
    """With the whole tree of items, gates and grade; what lies ahead of a park is for the office only."""

    result = serializers.SerializerMethodField(
        label="计分过程", help_text="逐项得分、门槛条件与等次的说明；区外接口账号为 null", allow_null=True
    )

    class Meta(AssessmentSerializer.Meta):
        fields = [*AssessmentSerializer.Meta.fields, "result"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_result(self, assessment: Assessment) -> dict | None:
        user = self.context["request"].user
        # It repeats the park's numbers, small ones too.
        if reads_from_outside(user):
            return None
        content = json.loads(assessment.result)
        near = may_see_nearness(user)
        return content if near else without_nearness(content)
