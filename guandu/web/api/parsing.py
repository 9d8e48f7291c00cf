"""JSON that cannot hurt: limited depth, no NUL, no key twice, no NaN."""

import json
import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

DEEPEST = 32
LARGEST = 2 * 1024 * 1024
_BRACKETS_AND_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class StrictJSONParser(BaseParser):
    """Refuses with 400 what a database cannot hold or a recursive reader cannot walk."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        data = stream.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ParseError("请求内容过大，请分批传送。")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ParseError("请求内容须为 UTF-8 编码的 JSON。") from error
        return read(text)


def read(text: str) -> Any:
    """The value of `text`; ParseError in words for hostile or broken JSON."""
    if _depth(text) > DEEPEST:
        raise ParseError(f"JSON 嵌套过深，最多 {DEEPEST} 层。")
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except ValueError as error:
        raise ParseError("请求内容不是正确的 JSON，请检查后重试。") from error
    _refuse_unstorable(value)
    return value


def _depth(text: str) -> int:
    """How deep brackets nest outside strings, found without recursion."""
    depth = deepest = 0
    for match in _BRACKETS_AND_STRINGS.finditer(text):
        token = match[0]
        if token in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif token in "]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("JSON 中有重复的字段，请检查后重试。")
    return found


def _refuse_constant(name: str) -> None:
    raise ParseError(f"JSON 中不能使用 {name}。")


def _refuse_unstorable(value: Any) -> None:
    """NUL and lone surrogates cannot be stored as text. Depth is already limited."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise ParseError("文字中含有无法保存的字符，请检查后重试。")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)
