"""Fields of the admin's own forms, drawn as its model forms are."""

import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from unfold import widgets

from guandu.core.errors import Invalid
from guandu.core.numbers import from_units, parse_decimal, to_units

LONGEST_KEY = 18  # digits that every database's key holds


def text(label: str, *, required: bool = True, max_length: int = 200, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=max_length,
        help_text=help_text,
        widget=widgets.UnfoldAdminTextInputWidget(),
    )


def day(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=widgets.UnfoldAdminDateWidget()
    )


def count(label: str, *, required: bool = True, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=required, min_value=0, help_text=help_text, widget=widgets.UnfoldAdminIntegerFieldWidget()
    )


def choice(label: str, choices, *, required: bool = True, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        help_text=help_text,
        widget=widgets.UnfoldAdminSelectWidget(),
    )


def one_of(label: str, rows: QuerySet, *, required: bool = True) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        rows, label=label, required=required, empty_label="请选择", widget=widgets.UnfoldAdminSelectWidget()
    )


class RowsField(forms.ModelMultipleChoiceField):
    """A key that no database could hold is none of the rows, as any other that is not there."""

    def clean(self, value: Any) -> QuerySet:
        try:
            return super().clean(value)
        except OverflowError as error:
            raise forms.ValidationError("选择的内容不存在，请重新选择。") from error


def many_of(label: str, rows: QuerySet, *, required: bool = False, help_text: str = "") -> RowsField:
    return RowsField(
        rows,
        label=label,
        required=required,
        help_text=help_text,
        widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget(),
    )


class UnitsField(forms.CharField):
    """A number in its unit, kept as a whole number of 10**-scale; empty is not known."""

    def __init__(self, *, scale: int, **kwargs) -> None:
        given = {"required": False, "max_length": 20, "widget": widgets.UnfoldAdminTextInputWidget()}
        super().__init__(**{**given, **kwargs})
        self.scale = scale

    def prepare_value(self, value: Any) -> Any:
        return f"{from_units(value, self.scale):f}" if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        try:
            number = parse_decimal(super().clean(value))
            return None if number is None else to_units(number, self.scale)
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != initial
        except forms.ValidationError:
            return True


class KnownKeys(AutocompleteSelect):
    """Draws what was typed instead of a key as nothing chosen."""

    def optgroups(self, name: str, value: list[str], attr: Any = None):
        keys = [each for each in value if each.isascii() and each.isdigit() and len(each) <= LONGEST_KEY]
        return super().optgroups(name, keys, attr)


class NamesField(forms.CharField):
    """Several short words in one line, kept as a list."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"required": False, "widget": widgets.UnfoldAdminTextInputWidget(), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        return [word for word in re.split(r"[、，,；;\s]+", super().to_python(value)) if word]


class Confirmation(forms.Form):
    """Nothing to fill in but a reason: a sentence says what will happen."""

    reason = text("原因", required=False)

    def __init__(self, *args, sentence: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = sentence
