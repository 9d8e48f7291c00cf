"""What the pages of 临时调度表 ask for."""

from collections.abc import Mapping
from dataclasses import replace

from django import forms
from django.http import QueryDict

from guandu.files.forms import AttachedFileField
from guandu.files.kinds import XLSX
from targets.dispatch_columns import Column
from targets.dispatch_grid import readable
from targets.dispatch_layout import LONGEST_TITLE, Layout
from targets.enums_dispatch import ColumnKind
from targets.forms import HOURS
from targets.queries.dispatch import Offered

# Fields of one column, each with its letter behind.
OF_COLUMN = ("title-", "kind-", "unit-", "required-", "choices-", "include-")
# A cell of an answer: row from 0, and letter.
CELL = "c-"
ONE, MANY = "one", "many"
LONGEST_UNIT, LONGEST_CHOICES = 10, 200
_SHORT = {"class": "form-control"}


class NewForm(forms.Form):
    """The office's own workbook."""

    file = AttachedFileField((XLSX,), label="要收集的表（xlsx）")
    title = forms.CharField(
        label="表名", required=False, max_length=80, help_text="不填的，用表里的标题或文件名",
        widget=forms.TextInput(attrs=_SHORT),
    )  # fmt: skip


class FilledForm(forms.Form):
    """A filled-in workbook."""

    file = AttachedFileField((XLSX,), label="填好的文件")


class HourForm(forms.Form):
    """Until when; what cannot be read is refused by the action, in words."""

    due_at = forms.DateTimeField(
        label="报送截止",
        required=False,
        input_formats=HOURS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", **_SHORT}, format=HOURS[0]),
        error_messages={"invalid": "请填写日期和时间，如 2026-11-30 18:00。"},
    )


class SendForm(HourForm):
    """To whom, until when, and what they are told. `groups` are whole sides at once."""

    takes_many = forms.ChoiceField(
        label="每个单位填几行",
        choices=[(ONE, "一行"), (MANY, "可填多行")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择每个单位填一行还是多行。"},
    )
    contact = forms.CharField(
        label="联系人及电话", required=False, max_length=60, help_text="写在催报文字里，如 王科 0871-63100000",
        widget=forms.TextInput(attrs=_SHORT),
    )  # fmt: skip
    instructions = forms.CharField(
        label="填报要求", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3, **_SHORT})
    )
    groups = forms.MultipleChoiceField(label="整批选择", required=False)
    units = forms.MultipleChoiceField(label="单位", required=False)
    parks = forms.MultipleChoiceField(label="园区", required=False)

    def __init__(self, *args, offered: Offered, **options) -> None:
        super().__init__(*args, **options)
        self.fields["groups"].choices = [(code, name) for code, name, _ in offered.groups]
        self.fields["units"].choices = [(unit.code, unit.name) for _, those in offered.units for unit in those]
        self.fields["parks"].choices = [(park.code, park.name) for park in offered.parks]
        for name in ("groups", "units", "parks"):
            self.fields[name].error_messages["invalid_choice"] = "所选单位不在可选范围内，请刷新页面重选。"


def corrected(guess: Layout, post: QueryDict) -> Layout:
    """The guess as the person corrected it: whatever stands on the page counts, a box not ticked is a no."""
    return replace(guess, columns=tuple(_corrected(column, post) for column in guess.columns))


def _corrected(column: Column, post: Mapping[str, str]) -> Column:
    def said(prefix: str) -> str:
        return readable(post.get(f"{prefix}{column.letter}", ""))

    kind = said("kind-")
    kind = kind if kind in ColumnKind.values else column.kind
    words = [word.strip() for word in _separated(said("choices-")[:LONGEST_CHOICES]) if word.strip()]
    changed = replace(
        column,
        title=said("title-")[:LONGEST_TITLE],
        kind=kind,
        choices=tuple(dict.fromkeys(words)) if kind == ColumnKind.CHOICE else (),
        is_included=bool(said("include-")),
    )
    unit = said("unit-")[:LONGEST_UNIT] if changed.is_number else ""
    return replace(changed, unit=unit, is_required=changed.is_asked and bool(said("required-")))


def _separated(text: str) -> list[str]:
    for mark in "/／，,；;|":
        text = text.replace(mark, "、")
    return text.split("、")


def typed_rows(post: QueryDict) -> list[dict[str, str]]:
    """Rows of letter → text, as the page of an answer sends them; a row left out is blank."""
    found: dict[int, dict[str, str]] = {}
    for name, text in post.items():
        number, _, letter = name.removeprefix(CELL).partition("-")
        if name.startswith(CELL) and number.isascii() and number.isdigit() and len(number) < 5 and letter:
            found.setdefault(int(number), {})[letter] = readable(text)
    return [found.get(number, {}) for number in range(max(found, default=-1) + 1)]
