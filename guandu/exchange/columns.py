"""The columns of a register table: a model's field with its own title, and how its cell is read.

Form, list, import and export agree because each reads the field's `verbose_name`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from import_export.fields import Field

from guandu.core.actors import Actor
from guandu.exchange import tables
from guandu.exchange.cells import (
    ChoiceWidget,
    DayWidget,
    FlagWidget,
    ReferencesWidget,
    ReferenceWidget,
    RegisterWidget,
    UnitsWidget,
    WholeWidget,
    WordsWidget,
)
from guandu.exchange.writer import WrittenColumn

LONGEST = 500
NOT_HERE = "这一列由门户填写，与登记内容不一致；请照原样保留，新登记的留空"


class RegisterField(Field):
    """Sets what differs from the row, and nothing that differs in blanks only."""

    # Whether an empty cell leaves a known row as it is.
    keeps = False

    def get_value(self, instance: models.Model) -> Any:
        value = super().get_value(instance)
        if isinstance(value, models.Manager):
            return instance.__dict__.get(
                f"_said_{self.attribute}", sorted(value.all(), key=lambda each: each.code)
            )
        if value is None and self.many:
            return instance.__dict__.get(f"_said_{self.attribute}", [])
        return value

    @property
    def many(self) -> bool:
        return isinstance(self.widget, ReferencesWidget)

    def save(self, instance: models.Model, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        cleaned, known = self.clean(row, **kwargs), self.get_value(instance)
        if self.widget.same(cleaned, known) or (self.keeps and instance.pk and not row[self.column_name]):
            return
        if self.readonly:
            raise ValueError(NOT_HERE)
        setattr(instance, f"_said_{self.attribute}" if self.many else self.attribute, cleaned)


class ShownField(RegisterField):
    """A column for people to read: what it says must be what the register says."""

    def save(self, instance: models.Model, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        said, known = row[self.column_name], self.widget.render(self.get_value(instance))
        if said and not self.widget.same(said, str(known)):
            raise ValueError(NOT_HERE)


@dataclass(frozen=True)
class Column:
    """`key` names the column in code, `attribute` what it sets; `make` answers the widget of a person.
    `keeps`: what the register fills in by itself, which an empty cell does not clear."""

    key: str
    title: str
    make: Callable[[], RegisterWidget]
    attribute: str = ""
    required: bool = False
    shown: bool = False
    keeps: bool = False
    width: int = 16
    prompt: str = ""

    def widget(self, actor: Actor) -> RegisterWidget:
        widget = self.make()
        widget.bind(actor)
        return widget

    def field(self, actor: Actor) -> RegisterField:
        kind = ShownField if self.shown else RegisterField
        field = kind(self.attribute or self.key, self.title, self.widget(actor), readonly=self.shown)
        field.keeps = self.keeps
        return field

    def read(self) -> tables.Column:
        return tables.Column(self.key, self.title, self.required, LONGEST, optional=self.shown)

    def written(self, actor: Actor) -> WrittenColumn:
        return WrittenColumn(self.title, self.width, self.prompt, self.widget(actor).choices(), self.required)


@dataclass(frozen=True)
class ColumnsOf:
    """Makes columns of one model's fields: title and kind are the field's own."""

    model: type[models.Model]

    def __call__(self, name: str, **given: Any) -> Column:
        field = self.model._meta.get_field(name)
        given = {"width": _width(field), "prompt": str(field.help_text) or _prompt(field), **given}
        return Column(name, str(field.verbose_name), _kind(field), **given)

    def units(self, name: str, scale: int, unit: str, **given: Any) -> Column:
        """A scaled whole number; the unit stands in the title and people type the number in it."""
        title = f"{self.model._meta.get_field(name).verbose_name}（{unit}）"
        prompt = f"{unit}，最多 {scale} 位小数；不知道请留空"
        return Column(name, title, lambda: UnitsWidget(scale), **{"width": 18, "prompt": prompt, **given})

    def reference(self, name: str, rows: Callable[[Actor], models.QuerySet], **given: Any) -> Column:
        title = str(self.model._meta.get_field(name).verbose_name)
        return Column(
            name, title, lambda: ReferenceWidget(rows), **{"width": 24, "prompt": "填名称或编码", **given}
        )

    def references(
        self, name: str, title: str, rows: Callable[[Actor], models.QuerySet], **given: Any
    ) -> Column:
        prompt = "填名称或编码，几项之间用顿号分开"
        return Column(name, title, lambda: ReferencesWidget(rows), **{"width": 30, "prompt": prompt, **given})


def shown(
    key: str, title: str, attribute: str = "", *, make: Callable[[], RegisterWidget] = RegisterWidget
) -> Column:
    """A column for people to read, which import compares and never writes."""
    return Column(key, title, make, attribute, shown=True, prompt="由门户填写，不必改动")


def choice(key: str, title: str, choices: Sequence[tuple[str, str]], **given: Any) -> Column:
    return Column(key, title, lambda: ChoiceWidget(choices), **given)


def _kind(field: models.Field) -> Callable[[], RegisterWidget]:
    if field.choices:
        return lambda: ChoiceWidget(
            field.flatchoices, blank="" if field.blank or not field.has_default() else field.get_default()
        )
    if isinstance(field, models.BooleanField):
        return lambda: FlagWidget(known=not field.null)
    kinds = {models.DateField: DayWidget, models.JSONField: WordsWidget, models.CharField: RegisterWidget}
    kinds |= {models.PositiveSmallIntegerField: WholeWidget}
    return next(made for kind, made in kinds.items() if isinstance(field, kind))


def _prompt(field: models.Field) -> str:
    if field.choices:
        return "从列表中选择"
    return "日期，例如 2026-09-30" if isinstance(field, models.DateField) else ""


def _width(field: models.Field) -> int:
    longest = getattr(field, "max_length", None) or 16
    return min(max(12, longest // 3), 36)
