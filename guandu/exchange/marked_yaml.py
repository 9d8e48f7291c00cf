"""YAML whose every value remembers its line, read against a declared shape.

All that is wrong is collected as `FileError`s; nothing is raised before the whole file was read.
Scalars are taken as written (no guessing of numbers and dates): a field's kind decides.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from guandu.core.errors import Invalid

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NULL_TAG = "tag:yaml.org,2002:null"
WORDS = {"true": True, "false": False}


@dataclass(frozen=True, order=True)
class FileError:
    """One thing that is wrong, with the file (relative to the project) and the line, from 1."""

    path: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path} 第 {self.line} 行：{self.sentence}"


class BrokenFiles(Invalid):
    """The files cannot be loaded. `file_errors` names every file and line, in order."""

    def __init__(self, file_errors: list[FileError]) -> None:
        self.file_errors = sorted(set(file_errors))
        super().__init__(
            f"数据文件有 {len(self.file_errors)} 处错误，没有载入任何内容，请按文件和行号改正后再载入。",
            errors=[(f"{e.path} 第 {e.line} 行", e.sentence) for e in self.file_errors],
        )


@dataclass(frozen=True)
class Field:
    """What one key holds. `kind` is a key of KINDS, or rows (with `shape`) for a list of records."""

    kind: str = "text"
    required: bool = True
    choices: tuple[str, ...] = ()
    shape: Mapping[str, "Field"] | None = None


@dataclass(frozen=True)
class Row:
    """One record of a file: its values by key, and where it and each of its keys stand."""

    section: str
    path: str
    line: int
    values: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.values.get("code") or ""

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def line_of(self, key: str) -> int:
        return self.lines.get(key, self.line)

    def error(self, key: str, sentence: str) -> FileError:
        return FileError(self.path, self.line_of(key), sentence)


class Reader:
    """Reads one file into rows by section, collecting errors."""

    def __init__(self, path: Path, shown: str) -> None:
        self.path, self.shown = path, shown
        self.errors: list[FileError] = []

    def read(self, sections: Mapping[str, Mapping[str, Field]]) -> dict[str, tuple[Row, ...]]:
        """Section → rows. A section that is one record (plan) gives one row."""
        root = self._compose()
        if root is None:
            return dict.fromkeys(sections, ())
        found = dict(self._entries(root, known=set(sections)))
        for name in sections:
            if name not in found:
                self._wrong(root, f"缺少“{name}”一节。")
        return {name: tuple(self._rows(name, found.get(name), shape)) for name, shape in sections.items()}

    def _compose(self) -> yaml.Node | None:
        try:
            root = yaml.compose(self.path.read_text(encoding="utf-8"), Loader=LOADER)
        except FileNotFoundError:
            return self._unreadable(1, "找不到这个文件，请放回后再载入。")
        except UnicodeDecodeError:
            return self._unreadable(1, "文件不是 UTF-8 编码，请另存为 UTF-8 后再载入。")
        except yaml.YAMLError as error:
            return self._unreadable(_line_of_yaml(error), "此处不合 YAML 格式，请检查缩进、冒号和引号。")
        if not isinstance(root, yaml.MappingNode):
            return self._unreadable(1, "文件应当由若干节组成（节名加冒号）。")
        return root

    def _unreadable(self, line: int, sentence: str) -> None:
        self.errors.append(FileError(self.shown, line, sentence))

    def _rows(self, section: str, node: yaml.Node | None, shape: Mapping[str, Field]) -> Iterator[Row]:
        if node is None:
            return
        if isinstance(node, yaml.MappingNode):
            yield self._row(section, node, shape)
            return
        if not isinstance(node, yaml.SequenceNode):
            self._wrong(node, f"“{section}”应当是一组记录。")
            return
        for item in node.value:
            if isinstance(item, yaml.MappingNode):
                yield self._row(section, item, shape)
            else:
                self._wrong(item, f"“{section}”中的每一项都应当是“字段: 值”的形式。")

    def _row(self, section: str, node: yaml.MappingNode, shape: Mapping[str, Field]) -> Row:
        nodes = dict(self._entries(node, known=set(shape)))
        values = {key: self._value(key, nodes.get(key), spec, node) for key, spec in shape.items()}
        lines = {key: _line(each) for key, each in nodes.items()}
        return Row(section, self.shown, _line(node), values, lines)

    def _entries(self, node: yaml.MappingNode, known: set[str]) -> Iterator[tuple[str, yaml.Node]]:
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name not in known:
                self._wrong(key, f"不认识的字段“{name}”。")
            elif name in seen:
                self._wrong(key, f"字段“{name}”写了两次。")
            else:
                seen.add(name)
                yield name, value

    def _value(self, key: str, node: yaml.Node | None, spec: Field, owner: yaml.Node) -> Any:
        if spec.kind == "rows":
            return tuple(self._rows(key, node, spec.shape or {}))
        if node is None or node.tag == NULL_TAG:
            if spec.required:
                self._wrong(node or owner, f"“{key}”必须填写。")
            return [] if spec.kind == "texts" else None
        try:
            value = KINDS[spec.kind](node)
        except ValueError as error:
            self._wrong(node, f"“{key}”{error}")
            return [] if spec.kind == "texts" else None
        if spec.choices and value not in spec.choices:
            self._wrong(node, f"“{key}”不能是“{value}”，可填：{'、'.join(spec.choices)}。")
        if spec.required and value == "":
            self._wrong(node, f"“{key}”必须填写。")
        return value

    def _wrong(self, node: yaml.Node, sentence: str) -> None:
        self.errors.append(FileError(self.shown, _line(node), sentence))


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1


def _line_of_yaml(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark.line + 1 if mark else 1


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError("应当是一个值。")
    return node.value.strip()


def _texts(node: yaml.Node) -> list[str]:
    if not isinstance(node, yaml.SequenceNode):
        raise ValueError("应当是方括号列表。")
    return [_text(item) for item in node.value]


def _flag(node: yaml.Node) -> bool:
    word = _text(node)
    if word not in WORDS:
        raise ValueError("应当填 true 或 false。")
    return WORDS[word]


def _count(node: yaml.Node) -> int:
    word = _text(node)
    if not (word.isascii() and word.isdigit()):
        raise ValueError(f"应当是整数，现为“{word}”。")
    return int(word)


def _number(node: yaml.Node) -> Decimal:
    word = _text(node)
    try:
        value = Decimal(word)
    except InvalidOperation:
        raise ValueError(f"应当是数字，现为“{word}”。") from None
    if not value.is_finite():
        raise ValueError(f"应当是数字，现为“{word}”。")
    return value


def _day(node: yaml.Node) -> date:
    word = _text(node)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError(f"应当是“2026-12-31”这样的日期，现为“{word}”。") from None


def _map(node: yaml.Node) -> dict[str, Any]:
    """A small mapping of texts, nulls, flags and mappings of the same (a definition, a scope)."""
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("应当是“字段: 值”的形式。")
    return {str(key.value): _loose(value) for key, value in node.value}


def _loose(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _map(node)
    if isinstance(node, yaml.SequenceNode):
        return [_loose(item) for item in node.value]
    return None if node.tag == NULL_TAG else WORDS.get(node.value, node.value)


KINDS: dict[str, Callable[[yaml.Node], Any]] = {
    "text": _text,
    "texts": _texts,
    "flag": _flag,
    "count": _count,
    "number": _number,
    "day": _day,
    "map": _map,
}
