"""企业 by the thousand: cells are checked column by column and rows by sets.

A row of which everything is sure is laid out for the database. Any other, be it wrong or only unusual,
goes the way of a single row, so that its fault has the same words and its result is the same.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from guandu.core import clock
from guandu.core.models import CODE
from guandu.exchange.cells import RegisterWidget
from guandu.exchange.reports import SHOWN_LINES
from guandu.exchange.resources import Line, RegisterResource
from guandu.exchange.tables import Fault
from guandu.exchange.uploaded_rows import Rows
from parks.actions import enterprise_sets
from parks.actions.enterprise_sets import FIELDS, Firms, Laid
from parks.actions.tenancies import AHEAD
from parks.exchange.firms import CODE_PREFIX, readable_credit_code
from parks.models import Enterprise, EnterpriseName, Park, Tenancy
from parks.validators import is_credit_code

# So many unusual rows are looked at one by one, and so many with faults; the rest wait until these are mended.
MOST_UNSURE, MOST_WRONG = 2_000, 300
LATER = "前面各处改正后再核对这一行；逐行核对的改动过多时，请把文件拆小"
# What a known firm may say otherwise without anything following from it.
_PLAIN = {
    "credit_code_state", "industry", "is_service_body", "registered_street", "registered_address", "operating_street",
    "operating_address", "note",
}  # fmt: skip
# Columns of which most cells say something of their own.
_OWN_TEXTS = {"code", "name", "credit_code", "registered_address", "operating_address", "note"}


class FirmsBulk:
    """Plans and writes one file of firms for the person of `resource`."""

    def __init__(self, resource: RegisterResource) -> None:
        self.resource = resource
        self.unsure: set[int] = set()
        self.new: list[int] = []
        self.changes: list[tuple[Enterprise, Enterprise]] = []
        self.firms: Firms | None = None
        self.is_stored = False

    def plan(self, rows: Rows) -> tuple[list[Line], list[Fault]]:
        """What each row does; nothing stays that was not asked for by `write`, unless a single row needs it."""
        values = {key: self._values(rows, key) for key in rows.keys}
        self._check(rows, values)
        self.firms = Firms({name: values[name] for name in FIELDS}, values["park"], values["on"])
        laid = enterprise_sets.lay_out(self.firms, CODE_PREFIX)
        self.unsure |= laid.taken | self._elsewhere(values, laid)
        self.new = [at for at in range(len(rows)) if at not in laid.known and at not in self.unsure]
        lines = [*self._new_lines(rows, values), *self._known_lines(rows, values, laid)]
        if not self.unsure:
            return lines, []
        self.write()
        more, faults = self._one_by_one(rows)
        return [*lines, *more], faults

    def write(self) -> None:
        """Store what `plan` found, once."""
        if not self.is_stored:
            enterprise_sets.store(firms=self.firms, new=self.new, changes=self.changes, by=self.resource.by)
            enterprise_sets.drop()
            self.is_stored = True

    # Cells

    def _values(self, rows: Rows, key: str) -> list[Any]:
        """The column in the register's values; None where a cell is not sure, whose row is then marked."""
        texts, field = rows.column(key), self.resource.fields[key]
        if key == "credit_code":
            return [self._credit_code(at, text) for at, text in enumerate(texts)]
        if key in _OWN_TEXTS:
            return texts
        read = {text: _read(field.widget, text) for text in set(texts)}
        as_stored = _as_stored(key)
        for at, text in enumerate(texts):
            if read[text] is ValueError:
                self.unsure.add(at)
        kept = {text: None if value is ValueError else as_stored(value) for text, value in read.items()}
        return [kept[text] for text in texts]

    def _credit_code(self, at: int, text: str) -> str:
        if not text or is_credit_code(text):
            return text
        self.unsure.add(at)
        return readable_credit_code(text) or text

    def _check(self, rows: Rows, values: dict[str, Sequence[Any]]) -> None:
        """Mark the rows that break a rule of the model or between cells."""
        wrong = {fault.row for fault in rows.faults}
        self.unsure |= {at for at, number in enumerate(rows.numbers) if number in wrong} if wrong else set()
        for name in FIELDS:
            longest = getattr(Enterprise._meta.get_field(name), "max_length", None)
            if name in _OWN_TEXTS and longest and len(max(values[name], key=len, default="")) > longest:
                self.unsure |= {at for at, text in enumerate(values[name]) if len(text) > longest}
        self.unsure |= {at for at, code in enumerate(values["code"]) if code and not _is_code(code)}
        together = zip(*(values[name] for name in _BETWEEN), strict=True)
        today = clock.today()
        self.unsure |= {at for at, cells in enumerate(together) if not _agree(today, *cells)}
        # What a head office must be is asked of the two firms together.
        self.unsure |= {at for at, head in enumerate(values["head_office"]) if head is not None}

    def _elsewhere(self, values: dict[str, Sequence[Any]], laid: Laid) -> set[int]:
        """Known firms of which the file says another tenancy than the register."""
        said = {at: (values["park"][at], values["on"][at]) for at in laid.known if values["on"][at] is not None}
        if not said:
            return set()
        tenancies = Tenancy.objects.visible_to(self.resource.by).on(clock.today())
        rows = tenancies.order_by("-valid_from", "-park__code").values_list("enterprise", "park", "valid_from")
        first = {firm: (park, on) for firm, park, on in rows}
        return {at for at, (park, on) in said.items() if first.get(laid.known[at]) != (park and park.pk, on)}

    # Rows

    def _new_lines(self, rows: Rows, values: dict[str, Sequence[Any]]) -> Iterator[Line]:
        for count, at in enumerate(self.new):
            shown = self._told(rows, at) if count < SHOWN_LINES else ()
            yield Line(rows.numbers[at], "new", values["name"][at], shown)

    def _told(self, rows: Rows, at: int) -> tuple[tuple[str, str, str], ...]:
        """A new row's cells as a preview shows them."""
        firm = Enterprise()
        texts = {self.resource.fields[key].column_name: text for key, text in zip(rows.keys, rows.texts[at], strict=True)}
        self.resource.import_instance(firm, texts)
        return self.resource._new(firm)

    def _known_lines(self, rows: Rows, values: dict[str, Sequence[Any]], laid: Laid) -> Iterator[Line]:
        places = {at: key for at, key in laid.known.items() if at not in self.unsure}
        wanted = [key for at, key in places.items() if at in laid.differing]
        stored = self._by_key(wanted)
        named = set(EnterpriseName.objects.values_list("enterprise", flat=True)) if wanted else set()
        for at, key in places.items():
            before = stored.get(key)
            after = before and self._edited(before, rows, at)
            if after is None:
                yield Line(rows.numbers[at], "same", values["name"][at])
            elif key in named and _differing(before, after) <= _PLAIN:
                self.changes.append((before, after))
                yield Line(rows.numbers[at], "changed", str(before), self.resource._differences(before, after))
            else:
                self.unsure.add(at)

    def _by_key(self, keys: Sequence[int]) -> dict[int, Enterprise]:
        found: dict[int, Enterprise] = {}
        for start in range(0, len(keys), 500):
            found |= self.resource.get_queryset().in_bulk(keys[start : start + 500])
        return found

    def _edited(self, before: Enterprise, rows: Rows, at: int) -> Enterprise | None:
        """The firm as the file has it; None where it differs in blanks only."""
        after = copy.copy(before)
        texts = {self.resource.fields[key].column_name: text for key, text in zip(rows.keys, rows.texts[at], strict=True)}
        self.resource.import_instance(after, texts)
        return after if _differing(before, after) else None

    def _one_by_one(self, rows: Rows) -> tuple[list[Line], list[Fault]]:
        """In parts, until too many are wrong."""
        places = self._ordered(rows)
        lines: list[Line] = []
        faults: list[Fault] = []
        while places and len(faults) < MOST_WRONG and len(lines) < MOST_UNSURE:
            now, places = places[:MOST_WRONG], places[MOST_WRONG:]
            more, wrong = self.resource.import_rows(rows.records_at(now))
            lines, faults = [*lines, *more], [*faults, *wrong]
        return lines, [*faults, *(rows.fault(at, "", LATER) for at in places)]

    def _ordered(self, rows: Rows) -> list[int]:
        """As single rows are taken, and rows that share a key in one part."""
        place_of = {rows.numbers[at]: at for at in self.unsure}
        records = rows.records_at(sorted(self.unsure))
        first: dict[Any, int] = {}
        for number, record in enumerate(records):
            first.setdefault(self.resource.key_of(record) or record.row, number)
        together = sorted(records, key=lambda record: first[self.resource.key_of(record) or record.row])
        return [place_of[record.row] for record in self.resource.order(together)]


def _read(widget: RegisterWidget, text: str) -> Any:
    try:
        return widget.clean(text)
    except ValueError:
        return ValueError


def _as_stored(key: str) -> Callable[[Any], Any]:
    """References by key, as the register keeps them; the park whole, for its name is told."""
    if key == "park" or key not in FIELDS or not Enterprise._meta.get_field(key).is_relation:
        return lambda value: value
    return lambda value: value and value.pk


def _differing(before: Enterprise, after: Enterprise) -> set[str]:
    fields = (Enterprise._meta.get_field(name) for name in FIELDS)
    return {field.name for field in fields if field.value_from_object(before) != field.value_from_object(after)}


def _is_code(text: str) -> bool:
    try:
        CODE(text)
    except ValidationError:
        return False
    return len(text) <= 40


_BETWEEN = ("code", "credit_code", "credit_code_state", "established_on", "closed_on", "park", "on")


def _agree(
    today: date,
    code: str,
    credit: str,
    state: str,
    established: date | None,
    closed: date | None,
    park: Park | None,
    on: date | None,
) -> bool:
    """Whether the cells of a row go together, by the rules of entering a firm and a tenant."""
    if not credit and (not code or state != "pending"):
        return False
    if (established and established > today) or (closed and closed > today):
        return False
    if established and closed and closed <= established:
        return False
    if park is None or on is None:
        return park is None and on is None
    ended = [day for day in (park.closed_on, closed) if day]
    return on <= today + AHEAD and all(on < day for day in ended)
