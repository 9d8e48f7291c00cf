"""What the returns' pages post: typed text by cell, and the numbers of what the person saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import QueryDict

from targets.enums import ReturnState

VALUE, BASE, REASON, COMMENT = "v-", "b-", "r-", "c-"
# The most digits that every number of them fits a database column.
DIGITS = 18
HOURS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


@dataclass(frozen=True)
class TypedSheet:
    """Typed text by indicator code. `counter` and `expected` are None when the page did not say."""

    cells: Mapping[str, str]
    base: Mapping[str, str]
    reasons: Mapping[str, str]
    counter: int | None
    expected: int | None

    @classmethod
    def read(cls, post: QueryDict) -> "TypedSheet":
        return cls(
            cells=_with_prefix(post, VALUE),
            base=_with_prefix(post, BASE),
            reasons=_with_prefix(post, REASON),
            counter=whole(post.get("counter")),
            expected=whole(post.get("state")),
        )


@dataclass(frozen=True)
class TypedReview:
    """A reviewer's words: on the whole, and by indicator code."""

    comment: str
    cell_comments: Mapping[str, str]
    expected: int | None

    @classmethod
    def read(cls, post: QueryDict) -> "TypedReview":
        return cls(post.get("comment", ""), _with_prefix(post, COMMENT), whole(post.get("state")))


def whole(text: str | None) -> int | None:
    """The whole number that a hidden field carries; None for anything else."""
    return int(text) if text and len(text) <= DIGITS and text.isascii() and text.isdigit() else None


def hour(text: str) -> datetime | None:
    """The hour that a datetime-local field carries, in Asia/Shanghai; None for anything else."""
    try:
        return forms.DateTimeField(input_formats=HOURS, required=False).clean(text)
    except forms.ValidationError:
        return None


def picks(post: QueryDict) -> dict[int, int | None]:
    """Return → state number, of what was ticked (`pick` = "pk:number"); what cannot be read is no pick."""
    found = {}
    for each in post.getlist("pick"):
        pk, _, number = each.partition(":")
        if whole(pk) is not None and (not number or whole(number) is not None):
            found[int(pk)] = whole(number)
    return found


class ReturnFilter(forms.Form):
    """Which returns a list shows; a value that is not offered filters nothing."""

    period = forms.ChoiceField(label="报告期", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *ReturnState.choices])

    def __init__(self, *args, periods: list[tuple[str, str]], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [("", "全部报告期"), *periods]

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _with_prefix(post: QueryDict, prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): post[key] for key in post if key.startswith(prefix)}
