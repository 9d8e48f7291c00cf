"""Pages by key: as fast at the end of five million rows as at the start, and stable under inserts."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

USUAL = 100
MOST = 1000


class KeysetPagination(BasePagination):
    """`limit` rows after `cursor`, ordered by the view's `key`: a unique column, "-" for descending."""

    limit_param = "limit"
    cursor_param = "cursor"

    def paginate_queryset(self, queryset: QuerySet, request, view=None) -> list:
        """The rows of the page asked for: objects or dicts with the key, whatever the queryset gives."""
        self.request, self.key = request, view.key.lstrip("-")
        descending = view.key.startswith("-")
        limit = self._limit(request)
        after = self._after(queryset, request)
        if after is not None:
            queryset = queryset.filter(**{f"{self.key}__{'lt' if descending else 'gt'}": after})
        rows = list(queryset.order_by(view.key)[: limit + 1])
        self.last = _value(rows[limit - 1], self.key) if len(rows) > limit else None
        return rows[:limit]

    def get_paginated_response(self, data: list) -> Response:
        return Response({"next": self._next(), "results": data})

    def _limit(self, request) -> int:
        text = request.query_params.get(self.limit_param, str(USUAL))
        if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
            raise ValidationError({self.limit_param: [f"每页条数请填 1 至 {MOST} 的整数。"]})
        return int(text)

    def _after(self, queryset: QuerySet, request) -> Any:
        text = request.query_params.get(self.cursor_param)
        if text is None:
            return None
        model = queryset.model
        field = model._meta.pk if self.key == "pk" else model._meta.get_field(self.key)
        try:
            value = field.to_python(urlsafe_b64decode(text.encode()).decode())
            field.run_validators(value)
        except (ValueError, InvalidValue) as error:
            raise ValidationError(
                {self.cursor_param: ["翻页标记无效，请使用上一页返回的 next 地址。"]}
            ) from error
        return value

    def _next(self) -> str | None:
        if self.last is None:
            return None
        cursor = urlsafe_b64encode(str(self.last).encode()).decode()
        return replace_query_param(self.request.build_absolute_uri(), self.cursor_param, cursor)

    def get_paginated_response_schema(self, schema: dict) -> dict:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": "string",
                    "nullable": True,
                    "format": "uri",
                    "description": "下一页地址；没有下一页时为 null",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view) -> list[dict]:
        return [
            {
                "name": self.limit_param,
                "in": "query",
                "required": False,
                "description": f"每页条数，默认 {USUAL}，最多 {MOST}",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST},
            },
            {
                "name": self.cursor_param,
                "in": "query",
                "required": False,
                "description": "翻页标记，取自上一页的 next",
                "schema": {"type": "string"},
            },
        ]


def _value(row: Any, key: str) -> Any:
    return row[key] if isinstance(row, dict) else getattr(row, key)
