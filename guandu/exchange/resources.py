"""A table of the register as a resource of django-import-export, whose rows are saved by actions.

One declaration serves template, import and export. Whoever calls `import_rows` holds the transaction
and undoes it where there is a fault.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from import_export import resources
from import_export.results import RowResult

from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.exchange.cells import Cell, as_key
from guandu.exchange.columns import Column, RegisterField
from guandu.exchange.tables import Fault, Record
from guandu.exchange.uploaded_rows import without_repeats

# Keys that one query may name.
AT_ONCE = 500


class Line(NamedTuple):
    """What the import does to one row: `kind` is new, changed or same; `changes` are (title, old, new)."""

    row: int
    kind: str
    name: str
    changes: tuple[tuple[str, str, str], ...] = ()


class RegisterResource(resources.ModelResource):
    """A subclass names `columns`, `keys` (the columns that tell one row from another) and answers
    `create` and `change` by calling actions."""

    columns: tuple[Column, ...] = ()
    keys: tuple[str, ...] = ("code",)
    # What an action calls a field otherwise than the column does.
    told_as: dict[str, str] = {}

    class Meta:
        fields = ()
        skip_unchanged = True
        report_skipped = True
        skip_html_diff = True
        store_instance = True
        use_transactions = False

    def __init__(self, by: Actor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.by = by
        self.fields: dict[str, RegisterField] = {column.key: column.field(by) for column in self.columns}
        self.original: Model | None = None
        self.known: dict[Hashable, Model] = {}

    def create(self, values: dict[str, Any], by: Actor) -> Model:
        raise NotImplementedError

    def change(self, row: Model, values: dict[str, Any], by: Actor) -> Model:
        raise NotImplementedError

    def check(self, records: Sequence[Record]) -> Iterable[Fault]:
        """Faults that lie between rows."""
        return self._twice(records)

    def order(self, records: Sequence[Record]) -> Sequence[Record]:
        """The order in which rows are saved."""
        return records

    def named(self, row: Model) -> str:
        """What the preview calls a row, also one that is not stored."""
        return str(row)

    # Reading

    def import_rows(self, records: Sequence[Record]) -> tuple[list[Line], list[Fault]]:
        """Save what differs, row by row; what was done, and what could not be."""
        faults = list(self.check(records))
        records = self.order(records)
        self.known = self.load(records)
        titles = {column.key: column.title for column in self.columns}
        present = [key for key in titles if all(key in record.values for record in records[:1])]
        data = tablib.Dataset(headers=[titles[key] for key in present])
        for record in records:
            data.append([record.values[key] for key in present])
        result = self.import_data(data, use_transactions=False)
        found = [self._told(record, row) for record, row in zip(records, result.rows, strict=True)]
        lines = [each for each in found if isinstance(each, Line)]
        more = [fault for each in found if not isinstance(each, Line) for fault in each]
        return sorted(lines, key=lambda line: line.row), without_repeats(faults, more)

    def get_queryset(self) -> QuerySet:
        """The rows that the person may see, with what their columns name."""
        related = [
            column.attribute or column.key
            for column in self.columns
            if not column.shown and _is_reference(self._meta.model, column.attribute or column.key)
        ]
        return self._meta.model._default_manager.visible_to(self.by).select_related(*related)

    def get_import_id_fields(self) -> Sequence[str]:
        return self.keys

    def load(self, records: Sequence[Record]) -> dict[Hashable, Model]:
        """The rows of the register that the file may be about, by their keys; read once for all."""
        first = self.fields[self.keys[0]]
        said = list({key[0] for record in records if (key := self.key_of(record)) is not None})
        found: dict[Hashable, Model] = {}
        for start in range(0, len(said), AT_ONCE):
            rows = self.get_queryset().filter(**{f"{first.attribute}__in": said[start : start + AT_ONCE]})
            found |= {tuple(as_key(self.fields[key].get_value(row)) for key in self.keys): row for row in rows}
        return found

    def get_instance(self, instance_loader, row) -> Model | None:
        """None as well where a key cannot be read: its fault is told with those of the other cells."""
        try:
            return self.known.get(tuple(as_key(self.fields[key].clean(row)) for key in self.keys))
        except ValueError:
            return None

    def import_instance(self, instance: Model, row: dict[str, str], **kwargs: Any) -> None:
        """As the package does, but a column that says nothing new is not set."""
        errors: dict[str, list[str]] = defaultdict(list)
        for key, field in self.fields.items():
            if field.column_name not in row:
                continue
            try:
                field.save(instance, row, **kwargs)
            except ValueError as wrong:
                errors[key].append(str(wrong))
        if errors:
            raise ValidationError(dict(errors))

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        self.original = original
        return super().skip_row(instance, original, row, import_validation_errors)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True) -> None:
        """The action checks; where a cell cannot be read it is not asked, so what else is wrong is told here."""
        errors = import_validation_errors or {}
        if not errors:
            return
        try:
            instance.full_clean(
                exclude=set(errors), validate_unique=validate_unique, validate_constraints=False
            )
        except ValidationError as more:
            known = {key: sentences for key, sentences in more.message_dict.items() if key in self.fields}
            errors = {**known, **errors}
        raise ValidationError(errors)

    def do_instance_save(self, instance: Model, is_create: bool) -> None:
        try:
            if is_create:
                stored = self.create(self._said(instance), self.by)
            else:
                stored = self.change(self.original, self._changed(instance), self.by)
        except Invalid as refusal:
            raise self._as_validation(refusal) from refusal
        except (Conflict, NotReady) as refusal:
            raise ValidationError(refusal.message) from refusal
        instance.pk = stored.pk

    def save_m2m(self, instance, row, **kwargs) -> None:
        """Relations to several rows are the action's."""

    # Writing

    def heads(self) -> list[Column]:
        return list(self.columns)

    def cells(self, rows: QuerySet) -> Iterator[list[Cell]]:
        """Each row's cells, by columns; few rows in memory at a time."""
        fields = list(self.fields.values())
        for row in self.iter_queryset(rows):
            yield [field.widget.render(field.get_value(row)) for field in fields]

    # What follows is the resource's own

    def _told(self, record: Record, row: RowResult) -> Line | list[Fault]:
        if row.errors:
            raise row.errors[0].error
        if row.validation_error is not None:
            return list(self._faults(record, row.validation_error))
        if row.import_type == RowResult.IMPORT_TYPE_SKIP:
            return Line(record.row, "same", self.named(row.instance))
        if row.import_type == RowResult.IMPORT_TYPE_NEW:
            return Line(record.row, "new", self.named(row.instance), self._new(row.instance))
        return Line(record.row, "changed", self.named(row.original), self._differences(row.original, row.instance))

    def _faults(self, record: Record, refusal: ValidationError) -> Iterator[Fault]:
        found = (
            refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
        )
        for name, sentences in found.items():
            key = self._key_of(name)
            for sentence in sentences:
                yield record.fault(key, sentence.removesuffix("。"))

    def _key_of(self, name: str) -> str:
        name = self.told_as.get(name, name)
        return next((c.key for c in self.columns if name in {c.key, c.attribute}), NON_FIELD_ERRORS)

    def _as_validation(self, refusal: Invalid) -> ValidationError:
        if not refusal.errors:
            return ValidationError(refusal.message)
        errors: dict[str, list[str]] = defaultdict(list)
        for name, sentence in refusal.errors:
            errors[name if self._key_of(name) != NON_FIELD_ERRORS else NON_FIELD_ERRORS].append(sentence)
        return ValidationError(dict(errors))

    def _said(self, instance: Model) -> dict[str, Any]:
        return {name: field.get_value(instance) for name, field in self._settable().items()}

    def _changed(self, instance: Model) -> dict[str, Any]:
        return {
            name: field.get_value(instance)
            for name, field in self._settable().items()
            if field.get_value(instance) != field.get_value(self.original)
        }

    def _settable(self) -> dict[str, RegisterField]:
        return {field.attribute: field for field in self.fields.values() if not field.readonly}

    def _new(self, instance: Model) -> tuple[tuple[str, str, str], ...]:
        told = [
            (f.column_name, f.widget.told(f.get_value(instance)))
            for f in self.fields.values()
            if not f.readonly
        ]
        return tuple((title, "", text) for title, text in told if text != "空")

    def _differences(self, before: Model, after: Model) -> tuple[tuple[str, str, str], ...]:
        pairs = [(field, field.get_value(before), field.get_value(after)) for field in self.fields.values()]
        return tuple(
            (f.column_name, f.widget.told(old), f.widget.told(new)) for f, old, new in pairs if old != new
        )

    def key_of(self, record: Record) -> Hashable | None:
        """What two rows of one file may not share; None where a cell cannot be read."""
        try:
            return tuple(as_key(self.fields[key].widget.clean(record.values[key])) for key in self.keys)
        except ValueError:
            return None

    def _twice(self, records: Sequence[Record]) -> Iterator[Fault]:
        rows: dict[Hashable, list[Record]] = defaultdict(list)
        for record in records:
            key = self.key_of(record)
            if key is not None:
                rows[key].append(record)
        for same in rows.values():
            for record in same[1:]:
                yield record.fault(self.keys[0], f"与第 {same[0].row} 行重复")


def _is_reference(model: type[Model], name: str) -> bool:
    return any(
        field.name == name and field.is_relation and not field.many_to_many for field in model._meta.fields
    )
