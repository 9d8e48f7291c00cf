"""What a column of a register table holds: read from an official's text, written as he reads it.

Each kind is a widget of django-import-export. `clean` raises ValueError with a sentence without its
full stop; `render` answers text, a number or a date, so that numbers stay numbers in a workbook.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from import_export.widgets import Widget

from guandu.core.actors import Actor
from guandu.core.errors import Invalid
from guandu.core.numbers import from_units, parse_decimal, to_units

SHOWN_CHOICES = 6
SEPARATOR = "、"
_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 00:00:00)?", re.ASCII)
Cell = str | int | Decimal | date | None


class RegisterWidget(Widget):
    """Text with blanks taken together, as a workbook's cell is read."""

    # Whether a workbook shows it as a number.
    is_number = False

    def bind(self, actor: Actor) -> None:
        """Learn for whom the column is read: references offer what he may see."""

    def choices(self) -> list[str]:
        """What the template's drop-down offers; nothing for a cell to be typed."""
        return []

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return value

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "" if value is None else value

    def same(self, mine: Any, theirs: Any) -> bool:
        """Whether the two are one to a person: text that differs in blanks only is no change."""
        if isinstance(mine, str) and isinstance(theirs, str):
            return mine.split() == theirs.split()
        return mine == theirs

    def told(self, value: Any) -> str:
        """The value in a sentence or a preview."""
        cell = self.render(value)
        return "空" if cell in (None, "") else f"{cell:,f}" if isinstance(cell, Decimal) else str(cell)


class ChoiceWidget(RegisterWidget):
    """One of a fixed list, by its label; `blank` is what an empty cell means."""

    def __init__(self, choices: Iterable[tuple[str, str]], *, blank: str = "") -> None:
        super().__init__()
        self.blank = blank
        self.values = {str(label): code for code, label in choices}

    def choices(self) -> list[str]:
        return list(self.values)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        if not value:
            return self.blank
        if value not in self.values:
            raise ValueError(f"“{value}”不在可选范围内，可填：{_listed(self.values)}")
        return self.values[value]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return next((label for label, code in self.values.items() if code == value), value or "")


class DayWidget(RegisterWidget):
    """A day, written as 2026-09-30, 2026/9/30, 2026.9.30 or 2026年9月30日."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> date | None:
        if not value:
            return None
        found = _DAY.fullmatch(value)
        try:
            return date(*map(int, found.groups())) if found else self._refuse(value)
        except ValueError:
            return self._refuse(value)

    def _refuse(self, value: str) -> None:
        raise ValueError(f"“{value}”不是日期，请写成 2026-09-30 的样子")


class UnitsWidget(RegisterWidget):
    """A number with its decimals, kept as a whole number of 10**-scale; blank is not known."""

    is_number = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int | None:
        try:
            number = parse_decimal(value)
            return None if number is None else to_units(number, self.scale)
        except Invalid as refusal:
            raise ValueError(refusal.message.removesuffix("。")) from refusal

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Decimal | None:
        return None if value is None else from_units(value, self.scale)


class WholeWidget(UnitsWidget):
    """A count."""

    def __init__(self) -> None:
        super().__init__(0)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> int | None:
        return value


class FlagWidget(RegisterWidget):
    """是 or 否; blank is not known, or no where the register must know."""

    WORDS = {"是": True, "否": False}

    def __init__(self, *, known: bool) -> None:
        super().__init__()
        self.blank = False if known else None

    def choices(self) -> list[str]:
        return list(self.WORDS)

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool | None:
        if not value:
            return self.blank
        if value not in self.WORDS:
            raise ValueError(f"“{value}”不在可选范围内，可填：是、否")
        return self.WORDS[value]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else "是" if value else "否"


class WordsWidget(RegisterWidget):
    """Several texts in one cell, with 、 between them."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[str]:
        return [word.strip() for word in value.split(SEPARATOR) if word.strip()]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(value or ())


class ReferenceWidget(RegisterWidget):
    """A row of another table, by its name where one has it, else by name and code, or by its code.

    `rows` answers the rows that the actor may name.
    """

    def __init__(
        self, rows: Callable[[Actor], QuerySet], *, name: str = "name", offered: bool = True
    ) -> None:
        super().__init__()
        self.rows, self.name, self.offered = rows, name, offered
        self.actor: Actor | None = None
        self._by_text: Mapping[str, Model] | None = None
        self._by_pk: dict[Any, str] = {}

    def bind(self, actor: Actor) -> None:
        self.actor = actor

    def choices(self) -> list[str]:
        self._load()
        return list(self._by_pk.values()) if self.offered else []

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Model | None:
        if not value:
            return None
        found = self._load().get(value)
        if found is None:
            raise ValueError(f"没有“{value}”，或不在您的工作范围内，请填名称或编码")
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        if value is None:
            return ""
        self._load()
        return self._by_pk.get(value.pk, _blanks_together(str(getattr(value, self.name))))

    def _load(self) -> Mapping[str, Model]:
        if self._by_text is None:
            self._by_text = self._told_apart(list(self.rows(self.actor)))
        return self._by_text

    def _told_apart(self, rows: list[Model]) -> dict[str, Model]:
        """Text → row. A name that several have, or that is another's code, does not name one."""
        names = [_blanks_together(getattr(row, self.name)) for row in rows]
        codes = {row.code: row for row in rows}
        found: dict[str, Model] = {}
        seen: dict[str, int] = {}
        for name in names:
            seen[name] = seen.get(name, 0) + 1
        for row, name in zip(rows, names, strict=True):
            alone = seen[name] == 1 and codes.get(name, row) is row
            text = name if alone and name else f"{name}（{row.code}）"
            self._by_pk[row.pk] = text
            found[text] = row
        return {**found, **codes}


class ReferencesWidget(ReferenceWidget):
    """Several rows of another table in one cell, with 、 between them; in the order of their codes."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> list[Model]:
        found = {
            super(ReferencesWidget, self).clean(word.strip())
            for word in value.split(SEPARATOR)
            if word.strip()
        }
        return sorted(found, key=lambda each: each.code)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return SEPARATOR.join(super(ReferencesWidget, self).render(each) for each in value or ())

    def choices(self) -> list[str]:
        return []


def as_key(value: Any) -> Hashable:
    """A cleaned value that two rows of one file may share."""
    return value.pk if isinstance(value, Model) else value


def _blanks_together(text: str) -> str:
    return " ".join(text.split())


def _listed(choices: Iterable[str]) -> str:
    known = list(choices)
    more = f" 等 {len(known)} 项" if len(known) > SHOWN_CHOICES else ""
    return "、".join(known[:SHOWN_CHOICES]) + more
