"""Exact linear expressions over a form's cells: `REV_LEAD + 0.5*[SERVICE_FIRMS] - 3`, `REV@last`.

A cell is named by its indicator's code, or by its name where names are given; what holds other signs
stands in square brackets. `@last` (@上期) is the value of the period before, `@base` (@上年同期) the
comparable value of a year before. Factors are whole numbers, decimals or per cents, kept as fractions. Brackets
stand at most DEEPEST within each other: `0.5*(A + B) - C`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from guandu.core.errors import Invalid
from targets.checks.entries import shown

LONGEST = 300
DEEPEST = 3  # brackets within brackets


class When(StrEnum):
    NOW = "now"
    LAST = "last"
    BASE = "base"


WRITTEN_WHEN = {When.NOW: "", When.LAST: "@上期", When.BASE: "@上年同期"}
WHEN_WORDS = {When.NOW: "", When.LAST: "上期", When.BASE: "上年同期"}
_WHEN = {
    "last": When.LAST, "上期": When.LAST, "base": When.BASE, "上年同期": When.BASE, "上年同期可比": When.BASE,
    "now": When.NOW, "本期": When.NOW,
}  # fmt: skip
_SIGNS = str.maketrans("＋－—×✕＊÷／＠［］％．", "+--***//@[]%.")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)(?P<percent>%?)|(?P<name>[^\W\d]\w*)|\[(?P<bracketed>[^\]]+)\]"
    r"|@(?P<when>\w+)|(?P<sign>[-+*/])|(?P<open>[(（])|(?P<close>[)）]))"
)


@dataclass(frozen=True)
class Term:
    """`factor` times one cell of one period."""

    factor: Fraction
    code: str
    when: When = When.NOW


@dataclass(frozen=True)
class Expression:
    terms: tuple[Term, ...]
    constant: Fraction = Fraction(0)

    @property
    def codes(self) -> list[str]:
        return [term.code for term in self.terms]

    def written(self) -> str:
        """By codes, as it is stored; `parse` reads it back to the same."""
        return self._joined(lambda term: _bracketed(term.code) + _tail(term.when), str)

    def in_words(self, names: Mapping[str, str]) -> str:
        """By the names that a person knows."""
        return self._joined(lambda term: WHEN_WORDS[term.when] + names.get(term.code, term.code), shown)

    def in_names(self, names: Mapping[str, str]) -> str:
        """As a person may write it again: by names where there are some, exact numbers."""
        return self._joined(
            lambda term: _bracketed(names.get(term.code, term.code)) + WRITTEN_WHEN[term.when], str
        )

    def _joined(self, word: Callable[[Term], str], number: Callable[[Fraction], str]) -> str:
        pieces = [(term.factor, self._product(term, word, number)) for term in self.terms]
        if self.constant or not pieces:
            pieces.append((self.constant, number(abs(self.constant))))
        text = "".join(f" {'-' if factor < 0 else '+'} {piece}" for factor, piece in pieces)
        return text.removeprefix(" + ").replace(" - ", "-", 1) if text.startswith(" - ") else text[3:]

    @staticmethod
    def _product(term: Term, word: Callable[[Term], str], number: Callable[[Fraction], str]) -> str:
        factor = abs(term.factor)
        if factor == 1:
            return word(term)
        if factor.denominator == 1 or number is not str:
            return f"{number(factor)}*{word(term)}"
        return f"{factor.numerator}*{word(term)}/{factor.denominator}"


def _bracketed(code: str) -> str:
    return code if re.fullmatch(r"[^\W\d]\w*", code) else f"[{code}]"


def _tail(when: When) -> str:
    return "" if when is When.NOW else f"@{when}"


@lru_cache(maxsize=2048)
def parsed(text: str) -> Expression:
    """A stored expression, by codes. Raises Invalid."""
    return parse(text)


def parse(text: str, known: Mapping[str, str] | None = None, among: str = "本表") -> Expression:
    """The expression that a person wrote. `known`: name or code → code; with it a cell that the form, or
    what else `among` names, has not is refused. Raises Invalid that says where."""
    if len(text) > LONGEST:
        raise Invalid(f"式子最长 {LONGEST} 字，请拆成几条审核关系。")
    tokens = list(_tokens(text.translate(_SIGNS)))
    if not tokens:
        raise Invalid("式子是空的，请填写指标或数字。")
    return _Reader(tokens, known, among).read()


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    """(place from 1, kind, content)."""
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if not match:
            rest = text[place:end].lstrip()
            raise Invalid(f"第 {end - len(rest) + 1} 个字“{rest[:8]}”看不懂，{HELP}")
        start = match.start(match.lastgroup if match.lastgroup != "percent" else "number") + 1
        if match["number"]:
            yield start, "number", str(Fraction(match["number"]) / (100 if match["percent"] else 1))
        elif match["name"] or match["bracketed"]:
            yield start, "cell", (match["name"] or match["bracketed"]).strip()
        elif match["when"]:
            yield start, "when", match["when"]
        elif match["open"] or match["close"]:
            yield start, "open" if match["open"] else "close", match["open"] or match["close"]
        else:
            yield start, "sign", match["sign"]
        place = match.end()


HELP = "只用指标、数字和 + - * /，例如：主导产业营业收入 + 0.5*服务收入。"


@dataclass(frozen=True)
class _Sum:
    """A part of an expression that has been read."""

    terms: tuple[Term, ...] = ()
    constant: Fraction = Fraction(0)

    def __add__(self, other: "_Sum") -> "_Sum":
        return _Sum(self.terms + other.terms, self.constant + other.constant)

    def times(self, factor: Fraction) -> "_Sum":
        return _Sum(tuple(Term(factor * t.factor, t.code, t.when) for t in self.terms), factor * self.constant)


class _Reader:
    """Sums of products, of whose factors at most one has cells."""

    def __init__(
        self, tokens: list[tuple[int, str, str]], known: Mapping[str, str] | None, among: str = "本表"
    ) -> None:
        self.tokens, self.known, self.among, self.at, self.depth = tokens, known, among, 0, 0

    def read(self) -> Expression:
        found = self._sum()
        if self.at < len(self.tokens):
            raise Invalid(f"第 {self._peek()[0]} 个字处的右括号没有对应的左括号，{HELP}")
        return Expression(tuple(_added(found.terms)), found.constant)

    def _sum(self) -> _Sum:
        found, start = _Sum(), self.at
        while self.at < len(self.tokens) and self._peek()[1] != "close":
            sign = self._sign(first=self.at == start)
            found += self._product().times(Fraction(sign))
        return found

    def _peek(self) -> tuple[int, str, str]:
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        raise Invalid(f"式子没有写完，末尾还缺一个指标或数字，{HELP}")

    def _sign(self, *, first: bool) -> int:
        place, kind, content = self._peek()
        if kind == "sign" and content in "+-":
            self.at += 1
            return -1 if content == "-" else 1
        if first:
            return 1
        raise Invalid(f"第 {place} 个字“{content}”前面缺少 + 或 -，{HELP}")

    def _product(self) -> _Sum:
        found = self._operand()
        while self.at < len(self.tokens) and self.tokens[self.at][2] in "*/" and self._peek()[1] == "sign":
            place, _, sign = self._peek()
            self.at += 1
            found = self._divided(found, place) if sign == "/" else self._multiplied(found)
        return found

    def _multiplied(self, found: _Sum) -> _Sum:
        place, _, content = self._peek()
        other = self._operand()
        if found.terms and other.terms:
            raise Invalid(f"第 {place} 个字“{content}”处两个指标相乘，只能用数字乘指标。")
        return found.times(other.constant) if found.terms else other.times(found.constant)

    def _divided(self, found: _Sum, place: int) -> _Sum:
        other = self._operand()
        if other.terms:
            raise Invalid(f"第 {place} 个字处不能除以指标，比例请移项写成相乘，例如 A <= 0.1*B。")
        if other.constant == 0:
            raise Invalid(f"第 {place} 个字处除以了零，请改正。")
        return found.times(1 / other.constant)

    def _operand(self) -> _Sum:
        place, kind, content = self._peek()
        self.at += 1
        if kind == "number":
            return _Sum(constant=Fraction(content))
        if kind == "open":
            return self._bracket(place)
        if kind != "cell":
            raise Invalid(f"第 {place} 个字“{content}”处应当是指标或数字，{HELP}")
        return _Sum((Term(Fraction(1), self._code(place, content), self._when()),))

    def _bracket(self, place: int) -> _Sum:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Invalid(f"第 {place} 个字处的括号套了 {self.depth} 层，最多 {DEEPEST} 层。")
        if self._peek()[1] == "close":
            raise Invalid(f"第 {place} 个字处的括号里是空的，{HELP}")
        found = self._sum()
        if self.at >= len(self.tokens):
            raise Invalid(f"第 {place} 个字处的左括号没有对应的右括号，{HELP}")
        self.at += 1
        self.depth -= 1
        return found

    def _code(self, place: int, name: str) -> str:
        if self.known is None:
            return name
        if name not in self.known:
            raise Invalid(f"第 {place} 个字处的“{name}”不是{self.among}的指标，请写{self.among}指标的名称或编码。")
        return self.known[name]

    def _when(self) -> When:
        if self.at >= len(self.tokens) or self.tokens[self.at][1] != "when":
            return When.NOW
        place, _, word = self.tokens[self.at]
        if word not in _WHEN:
            raise Invalid(f"第 {place} 个字处的“@{word}”看不懂，可写 @上期、@上年同期。")
        self.at += 1
        return _WHEN[word]


def _added(terms: Iterable[Term]) -> Iterator[Term]:
    """Each cell of each period once."""
    sums: dict[tuple[str, When], Fraction] = {}
    for term in terms:
        key = (term.code, term.when)
        sums[key] = sums.get(key, Fraction(0)) + term.factor
    return (Term(factor, *key) for key, factor in sums.items() if factor)
