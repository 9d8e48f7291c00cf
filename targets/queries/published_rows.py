"""Rows of publications in the columns of figures, for readers of either. Grain: one dict per row."""

from collections.abc import Iterable

from django.db.models import QuerySet

from targets.queries.figure_rows import MEMBERSHIPS

_SAME = (
    "indicator_name", "version", "scope_kind", "scope_code", "scope_name", "period", "basis", "expected", "reported",
    *MEMBERSHIPS, "unit", "numerator_unit", "denominator_unit", "lack",
)  # fmt: skip
_TEXTS = {"value": "shown_value", "numerator": "numerator", "denominator": "denominator", "base": "base",
    "roster_effect": "roster_effect",
}
_OTHERS = {
    "id": "figure_number", "indicator": "indicator_code", "denominator_figure": "denominator_number",
    "as_of": "computed_at", "vintage": "publication_id",
}  # fmt: skip


def stored_published(rows: QuerySet) -> QuerySet:
    """`rows` as dicts of what `as_figures` reads; still a queryset, so it can be filtered and sliced."""
    return rows.values("pk", *_SAME, *_TEXTS.values(), *_OTHERS.values())


def as_figures(rows: Iterable[dict]) -> list[dict]:
    """Each row as targets.queries.figure_rows.shown gives a figure, with the publication it stands in."""
    return [
        {name: row[name] for name in _SAME}
        | {name: row[column] or None for name, column in _TEXTS.items()}
        | {name: row[column] for name, column in _OTHERS.items()}
        for row in rows
    ]
