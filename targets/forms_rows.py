"""Rows in a form: a table that a person fills in line by line, emptied lines left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from unfold import widgets

from guandu.core.digests import digest_of
from guandu.core.errors import Invalid, NotReady, PortalError
from guandu.core.numbers import parse_decimal

CHANGED = "您打开这个页面之后有人改过，请重新打开后再修改。"


class ExactField(forms.CharField):
    """A decimal as typed, exactly; empty is none."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, required=False, max_length=24, widget=widgets.UnfoldAdminTextInputWidget())

    def clean(self, value: Any):
        try:
            return parse_decimal(super().clean(value))
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class RowsForm(forms.Form):
    """`columns`: name → what makes its field. A row counts when its `key` column is filled; rows stand in
    the order of their 次序. `stands` is what the rows were when the page was drawn."""

    columns: Mapping[str, Callable[[], forms.Field]] = {}
    key = ""
    blank = 3
    most = 40

    stands = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, rows: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(data)
        self.digest = digest_of([{name: str(value) for name, value in row.items()} for row in rows])
        self.fields["stands"].initial = self.digest
        self.numbers = range(1, max(len(rows), min(len(rows) + self.blank, self.most)) + 1)
        for number in self.numbers:
            given = rows[number - 1] if number <= len(rows) else {}
            for name, make in self.columns.items():
                field = self.fields[f"{number}-{name}"] = make()
                field.required = False
                field.initial = given.get(name, field.initial)
                field.widget.attrs["aria-label"] = f"第 {number} 行{field.label}"
            self.fields[f"{number}-order"] = forms.IntegerField(
                label="次序", required=False, min_value=1, max_value=999, initial=number if given else None,
                widget=widgets.UnfoldAdminIntegerFieldWidget({"aria-label": f"第 {number} 行次序"}),
            )  # fmt: skip

    @property
    def labels(self) -> list[str]:
        return [self.fields[f"1-{name}"].label for name in self._names()]

    @property
    def table(self) -> list[list[forms.BoundField]]:
        return [[self[f"{number}-{name}"] for name in self._names()] for number in self.numbers]

    @property
    def said(self) -> list[dict[str, Any]]:
        """The filled rows in their order, each with the number it has on the page."""
        rows = []
        for number in self.numbers:
            row = {name: self.cleaned_data.get(f"{number}-{name}") for name in self.columns}
            if row[self.key]:
                order = self.cleaned_data.get(f"{number}-order") or 1000 + number
                rows.append((order, number, row))
        return [{**row, "number": number} for _, number, row in sorted(rows, key=lambda each: each[:2])]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("stands") != self.digest:
            raise forms.ValidationError(CHANGED)
        return data

    def refuse(self, refusal: PortalError) -> None:
        """Show what an action refused: keys are "row" or "row-field", rows as the action was given them."""
        errors: Iterable[tuple[str, str]] = getattr(refusal, "errors", ())
        if not errors:
            missing = refusal.missing if isinstance(refusal, NotReady) else ()
            self.add_error(None, [refusal.message, *missing])
        rows = self.said
        for place, sentence in errors:
            row, _, name = str(place).partition("-")
            known = row.isdigit() and int(row) <= len(rows)
            self.add_error(f"{rows[int(row) - 1]['number']}-{name or self.key}" if known else None, sentence)

    def _names(self) -> list[str]:
        return ["order", *self.columns]
