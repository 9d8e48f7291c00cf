"""YAML text as a tree that remembers its lines. No value is converted here, so 0.1 stays the text 0.1."""

from dataclasses import dataclass
from typing import NamedTuple

import yaml

DEEPEST = 60


class Problem(NamedTuple):
    """One error in a scheme file: the line (from 1) and a Chinese sentence that names the key."""

    line: int
    message: str


class SchemeError(ValueError):
    """A scheme file that cannot be used; `problems` lists every (line, message) found."""

    def __init__(self, problems: list[Problem]):
        self.problems = sorted(set(problems))
        super().__init__("\n".join(f"第 {line} 行：{message}" for line, message in self.problems))


@dataclass(frozen=True, slots=True)
class Scalar:
    line: int
    text: str
    null: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    line: int
    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    line: int
    entries: dict[str, "Tree"]
    key_lines: dict[str, int]


Tree = Scalar | Sequence | Mapping


def read_tree(text: str | bytes) -> Tree:
    """SchemeError on anything that is not plain YAML: bad syntax, aliases, a duplicate key, depth."""
    try:
        source = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        _refuse_aliases(source)
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except UnicodeDecodeError:
        raise SchemeError([Problem(1, "文件不是 UTF-8 编码")]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SchemeError(
            [Problem(mark.line + 1 if mark else 1, f"YAML 格式有误：{error.problem}")]
        ) from None
    except yaml.YAMLError:
        raise SchemeError([Problem(1, "YAML 格式有误：含有不允许的字符")]) from None
    if root is None:
        raise SchemeError([Problem(1, "文件是空的")])
    return _convert(root)


def plain_tree(tree: Tree) -> object:
    """Lists, dicts and text: the content without lines or layout."""
    if isinstance(tree, Mapping):
        return {key: plain_tree(value) for key, value in tree.entries.items()}
    if isinstance(tree, Sequence):
        return [plain_tree(item) for item in tree.items]
    return None if tree.null else tree.text


def _refuse_aliases(source: str) -> None:
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise SchemeError([Problem(line, "不支持引用（& 和 *），请写出全文")])
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise SchemeError([Problem(line, f"层级超过 {DEEPEST} 层")])


def _convert(node: yaml.Node) -> Tree:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Scalar(line, node.value, node.tag == "tag:yaml.org,2002:null")
    if isinstance(node, yaml.SequenceNode):
        return Sequence(line, tuple(_convert(item) for item in node.value))
    return _convert_mapping(line, node)


def _convert_mapping(line: int, node: yaml.Node) -> Mapping:
    entries: dict[str, Tree] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        key_line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise SchemeError([Problem(key_line, "键必须是文字")])
        if key.value in entries:
            raise SchemeError([Problem(key_line, f"键“{key.value}”重复，前一处在第 {lines[key.value]} 行")])
        entries[key.value] = _convert(value)
        lines[key.value] = key_line
    return Mapping(line, entries, lines)
