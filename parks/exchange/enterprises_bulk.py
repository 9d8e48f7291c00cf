"""企业 by the thousand: cells are checked column by column and rows by sets.

A row of which everything is sure is laid out for the database. Any other, be it wrong or only unusual,
goes the way of a single row, so that its fault has the same words and its result is the same.
"""

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from operator import mul
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
from parks.exchange.firms import CODE_PREFIX, readable_credit_code
from parks.models import Enterprise, Tenancy

# So many unusual rows are looked at one by one; the rest wait until these are mended.
MOST_UNSURE = 300
LATER = "前面各处改正后再核对这一行"
# Columns of which most cells say something of their own.
_OWN_TEXTS = {"code", "name", "credit_code", "registered_address", "operating_address", "note"}
_CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_LETTERS = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = bytes.maketrans(_LETTERS, bytes(range(31)))
# The last character weighs one, so that the whole comes to a multiple of 31.
_WEIGHTS = [*(pow(3, place, 31) for place in range(17)), 1]


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
        if not text or _is_credit_code(text):
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
        self.unsure |= {at for at, cells in enumerate(together) if not _agree(*cells)}

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
        for at, key in places.items():
            before = stored.get(key)
            after = before and self._edited(before, rows, at)
            if after is None:
                yield Line(rows.numbers[at], "same", values["name"][at])
                continue
            self.changes.append((before, after))
            yield Line(rows.numbers[at], "changed", str(before), self.resource._differences(before, after))

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
        return after if any(_stored(before, name) != _stored(after, name) for name in FIELDS) else None

    def _one_by_one(self, rows: Rows) -> tuple[list[Line], list[Fault]]:
        places = sorted(self.unsure)
        now, later = places[:MOST_UNSURE], places[MOST_UNSURE:]
        records = rows.records_at(now)
        lines, faults = self.resource.import_rows(records)
        return lines, [*faults, *(rows.fault(at, "", LATER) for at in later)]


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


def _stored(firm: Enterprise, name: str) -> Any:
    return Enterprise._meta.get_field(name).value_from_object(firm)


def _is_credit_code(text: str) -> bool:
    """Whether the text is a code as the register writes it, check character included."""
    if not _CREDIT_CODE.fullmatch(text):
        return False
    return sum(map(mul, text.encode().translate(_VALUES), _WEIGHTS)) % 31 == 0


def _is_code(text: str) -> bool:
    try:
        CODE(text)
    except ValidationError:
        return False
    return len(text) <= 40


_BETWEEN = ("code", "credit_code", "credit_code_state", "established_on", "closed_on", "park", "on")


def _agree(
    code: str, credit: str, state: str, established: date | None, closed: date | None, park: Any, on: date | None
) -> bool:
    if not credit and (not code or state != "pending"):
        return False
    if established and closed and closed <= established:
        return False
    return (park is None) == (on is None)
