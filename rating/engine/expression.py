"""Safe arithmetic over named inputs: numbers, names, + - * / and brackets, min, max and abs. Nothing runs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from rating.engine import numbers

LONGEST = 500
DEEPEST = 40
FUNCTIONS: dict[str, Callable[[list[Decimal]], Decimal]] = {"min": min, "max": max, "abs": lambda values: abs(values[0])}
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_\u4e00-\u9fff][\w.\u4e00-\u9fff]*)|([-+*/(),]))")


class Operation(NamedTuple):
    """A sign (+ - * /), neg or a function, over its operands."""

    sign: str
    operands: tuple["Term", ...]


Term = Decimal | str | Operation


@dataclass(frozen=True, slots=True)
class Expression:
    """Parsed once. `names` are the inputs in it, each once, in their order."""

    text: str
    term: Term
    names: tuple[str, ...]

    def value(self, values: Mapping[str, Decimal]) -> Decimal | None:
        """None when something is divided by zero."""
        try:
            return _value(self.term, values)
        except ZeroDivisionError:
            return None


def parse_expression(text: str) -> Expression:
    """ValueError (a Chinese sentence) for anything that is not such arithmetic."""
    if len(text) > LONGEST:
        raise ValueError(f"算式超过 {LONGEST} 个字符")
    parser = _Parser(_tokens(text))
    term = parser.sum(0)
    if parser.here() is not None:
        raise ValueError(f"算式在“{parser.here()}”处看不懂")
    return Expression(text, term, tuple(dict.fromkeys(parser.names)))


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"算式含有不可用的字符“{text[at:].lstrip()[:1]}”")
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]):
        self.tokens = tokens
        self.at = 0
        self.names: list[str] = []

    def here(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self) -> str:
        token = self.here()
        if token is None:
            raise ValueError("算式没有写完")
        self.at += 1
        return token

    def demand(self, sign: str) -> None:
        if self.take() != sign:
            raise ValueError(f"算式缺少“{sign}”")

    def sum(self, depth: int) -> Term:
        if depth > DEEPEST:
            raise ValueError(f"算式的括号超过 {DEEPEST} 层")
        term = self.product(depth)
        while self.here() in ("+", "-"):
            term = Operation(self.take(), (term, self.product(depth)))
        return term

    def product(self, depth: int) -> Term:
        term = self.factor(depth)
        while self.here() in ("*", "/"):
            term = Operation(self.take(), (term, self.factor(depth)))
        return term

    def factor(self, depth: int) -> Term:
        token = self.take()
        if token == "-":
            if depth > DEEPEST:
                raise ValueError(f"算式的负号超过 {DEEPEST} 层")
            return Operation("neg", (self.factor(depth + 1),))
        if token == "(":
            term = self.sum(depth + 1)
            self.demand(")")
            return term
        if token[0].isdigit():
            return numbers.parse(token)
        if token in ("+", "*", "/", ")", ","):
            raise ValueError(f"算式在“{token}”处看不懂")
        return self.call(token, depth) if self.here() == "(" else self.name(token)

    def name(self, token: str) -> str:
        self.names.append(token)
        return token

    def call(self, function: str, depth: int) -> Operation:
        if function not in FUNCTIONS:
            raise ValueError(f"算式不能用“{function}”，只有 {'、'.join(FUNCTIONS)}")
        self.demand("(")
        operands = [self.sum(depth + 1)]
        while self.here() == ",":
            self.take()
            operands.append(self.sum(depth + 1))
        self.demand(")")
        if function == "abs" and len(operands) != 1:
            raise ValueError("abs 只能有一个数")
        return Operation(function, tuple(operands))


def _value(term: Term, values: Mapping[str, Decimal]) -> Decimal:
    if isinstance(term, Decimal):
        return term
    if isinstance(term, str):
        return values[term]
    found = [_value(operand, values) for operand in term.operands]
    if term.sign in FUNCTIONS:
        return FUNCTIONS[term.sign](found)
    if term.sign == "neg":
        return -found[0]
    one, two = found
    if term.sign == "/":
        if two == 0:
            raise ZeroDivisionError
        return one / two
    return one + two if term.sign == "+" else one - two if term.sign == "-" else one * two
