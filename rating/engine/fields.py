"""Typed reading of one mapping of a scheme file; every complaint is collected with its line and key."""

from collections.abc import Collection
from decimal import Decimal
from typing import NoReturn

from rating.engine import numbers
from rating.engine.tree import Mapping, Problem, Scalar, Sequence, Tree


class Skip(Exception):
    """This part cannot be read on; its problem is already recorded."""


class Fields:
    """The keys of one mapping. Reading a key marks it known; `close` reports the others.

    A bad scalar is recorded and answered by a harmless value, so that one run finds all errors.
    """

    def __init__(self, tree: Tree, problems: list[Problem], where: str):
        self.problems = problems
        self.where = where
        if not isinstance(tree, Mapping):
            problems.append(Problem(tree.line, f"{where}应为键值结构"))
            raise Skip
        self.tree = tree
        self.line = tree.line
        self._known: set[str] = set()

    def has(self, key: str) -> bool:
        self._known.add(key)
        return key in self.tree.entries

    def line_of(self, key: str) -> int:
        return self.tree.key_lines.get(key, self.line)

    def report(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.line_of(key), f"{self.where}的“{key}”{message}"))

    def fail(self, key: str, message: str) -> NoReturn:
        self.report(key, message)
        raise Skip

    def take(self, key: str) -> Tree | None:
        """The subtree under the key, or None; the key counts as known."""
        self._known.add(key)
        return self.tree.entries.get(key)

    def close(self) -> None:
        for key in self.tree.entries:
            if key not in self._known:
                known = "、".join(sorted(self._known))
                self.report(key, f"不认识；此处可用：{known}")

    def text(self, key: str, default: str | None = None) -> str:
        """`default` None means required."""
        tree = self.take(key)
        if tree is None:
            if default is None:
                self.report(key, "没有填写")
            return default or ""
        if not isinstance(tree, Scalar) or tree.null or not tree.text.strip():
            self.report(key, "应为文字")
            return default or ""
        return tree.text.strip()

    def number(self, key: str, default: Decimal | None = None) -> Decimal:
        """`default` None means required."""
        text = self.text(key, None if default is None else numbers.plain(default))
        try:
            return numbers.parse(text) if text else numbers.ZERO
        except ValueError as error:
            self.report(key, str(error))
            return numbers.ZERO

    def optional_number(self, key: str) -> Decimal | None:
        return self.number(key) if self.has(key) else None

    def number_or_none(self, key: str, default: Decimal | None) -> Decimal | None:
        """A number, or the word none for no limit."""
        if not self.has(key):
            return default
        return None if self.text(key) == "none" else self.number(key)

    def count(self, key: str, default: int, highest: int) -> int:
        number = self.number(key, Decimal(default))
        if number != number.to_integral_value() or not 0 <= number <= highest:
            self.report(key, f"应为 0 至 {highest} 的整数")
            return default
        return int(number)

    def one_of(self, key: str, options: Collection[str], default: str | None = None) -> str:
        text = self.text(key, default)
        if text in options:
            return text
        if text:
            self.report(key, f"的值“{text}”不可用，应为 {'、'.join(options)} 之一")
        return next(iter(options))

    def boolean(self, key: str) -> bool:
        return self.one_of(key, ("true", "false")) == "true"

    def boolean_or(self, key: str, default: bool = False) -> bool:
        return self.boolean(key) if self.has(key) else default

    def fields(self, key: str) -> "Fields":
        tree = self.take(key)
        if tree is None:
            self.fail(key, "没有填写")
        return Fields(tree, self.problems, f"{self.where}的“{key}”")

    def sequence(self, key: str) -> tuple[Tree, ...]:
        """A list with at least one element."""
        tree = self.take(key)
        if tree is None:
            self.fail(key, "没有填写")
        if not isinstance(tree, Sequence) or not tree.items:
            self.fail(key, "应为列表，且至少一项")
        return tree.items

    def rows(self, key: str) -> list["Fields"]:
        """A list of mappings, the unreadable ones left out (and recorded)."""
        rows = []
        for index, tree in enumerate(self.sequence(key), start=1):
            try:
                rows.append(Fields(tree, self.problems, f"{self.where}的“{key}”第 {index} 项"))
            except Skip:
                continue
        return rows

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of words."""
        found = []
        for tree in self.sequence(key):
            if isinstance(tree, Scalar) and not tree.null:
                found.append(tree.text)
            else:
                self.report(key, "的每一项应为文字")
        return tuple(found)
