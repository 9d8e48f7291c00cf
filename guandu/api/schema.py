"""What every operation of the schema has in common: how one signs in, how it refuses."""

import re
from typing import Any

from drf_spectacular.authentication import SessionScheme as StockSessionScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme

REFUSALS = {
    "400": "请求有误，如查询参数不存在或取值不正确",
    "401": "尚未登录或令牌无效",
    "403": "没有读取这类数据的权限",
    "404": "没有这条记录，或不在工作范围内",
}


class TokenScheme(KnoxTokenScheme):
    """Found by drf-spectacular because it is imported; see apps.ready()."""

    target_class = "guandu.web.api.access.TokenAuthentication"
    name = "token"


class SessionScheme(StockSessionScheme):
    target_class = "guandu.web.api.access.SessionAuthentication"


def document_refusals(result: dict, generator, request, public) -> dict:
    """A drf-spectacular hook: the one shape of refusals, on every operation."""
    shapes = result["components"].setdefault("schemas", {})
    shapes["Error"] = ERROR
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, description in REFUSALS.items():
                operation["responses"].setdefault(status, {"description": description, "content": body})
    return result


def leave_out_docstrings(result: dict, generator, request, public) -> dict:
    """A drf-spectacular hook: what is described in the code's English is not for the readers of the page."""
    _leave_out(result)
    return result


def _leave_out(node: Any) -> None:
    if isinstance(node, list):
        for inner in node:
            _leave_out(inner)
    elif isinstance(node, dict):
        words = node.get("description")
        # Empty descriptions of answers stay: the format asks for them.
        if isinstance(words, str) and words and not CHINESE.search(words):
            del node["description"]
        for inner in node.values():
            _leave_out(inner)


CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TEXT = {"type": "string"}
ERROR = {
    "type": "object",
    "required": ["code", "message", "request_id"],
    "properties": {
        "code": {**_TEXT, "description": "错误代码，如 not_found，供程序判断"},
        "message": {**_TEXT, "description": "一句话，说明怎么办"},
        "request_id": {**_TEXT, "description": "请求编号，向系统管理员报告问题时请提供"},
        "errors": {
            "type": "array",
            "description": "逐项错误",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {**_TEXT, "description": "查询参数或字段的名称"},
                    "message": {**_TEXT, "description": "说明"},
                },
            },
        },
        "missing": {"type": "array", "description": "缺少的前提", "items": _TEXT},
    },
}
