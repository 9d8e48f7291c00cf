"""The front page of the API, and the answer where there is nothing."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from guandu.web.api.views import StrictParameters

COLLECTIONS = {
    "parks": "园区",
    "indicators": "指标",
    "figures": "数据",
    "targets": "计划目标",
    "assessments": "评定",
    "returns": "报表",
}


class CollectionSerializer(serializers.Serializer):
    name = serializers.CharField(label="名称")
    url = serializers.URLField(label="地址")


class RootView(StrictParameters, APIView):
    @extend_schema(summary="接口目录", responses=CollectionSerializer(many=True))
    def get(self, request):
        listed = [(name, f"api:{code}-list") for code, name in COLLECTIONS.items()]
        listed += [("接口描述（OpenAPI）", "api:schema"), ("接口说明页", "api:docs")]
        return Response([{"name": name, "url": reverse(view, request=request)} for name, view in listed])


class NothingHereView(APIView):
    """An unknown address below /api/v1/, answered in the API's own shape."""

    schema = None

    def initial(self, request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404
