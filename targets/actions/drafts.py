"""The one mutable version of a return: typed text in, whole units stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Max

from guandu.audit.actions import created, removed, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.core.numbers import from_units, parse_decimal, to_units
from targets.actions.evidence import carry_evidence, drop_evidence
from targets.cell_keys import BASE, CellKey
from targets.enums import LinesKind, NoteKind
from targets.models import CellNote, Return, ReturnLine, ReturnVersion
from targets.queries.locks import open_correction
from targets.queries.sheet import FormCell, form_of

LONGEST_REASON = 300
TAKEN = "有人在您打开之后改了下列各项，您填的内容还在页面上，请核对后再保存。"

Units = dict[str, int | None]  # key (code, or code + ":base") → units; None empties the cell


@dataclass(frozen=True)
class Draft:
    """The draft of an open return. `lines` holds its own line under "", and those below it by their code."""

    return_: Return
    version: ReturnVersion
    lines: dict[str, ReturnLine]
    form: dict[str, FormCell]
    opened: frozenset[str] | None = None  # the cells that a 数据订正 has opened; None when all are

    @classmethod
    def read(cls, return_: Return, keys: Iterable[str] = ()) -> "Draft":
        """With the lines that `keys` name, and no others: a form may have hundreds."""
        form = form_of(return_)
        correction = open_correction(return_)
        opened = frozenset(correction.codes) if correction else None
        named = {line for key in keys if (line := CellKey.parse(key).line)}
        rows = return_.draft.lines.filter(subject_code__in={return_.park_code, *named})
        return_.draft.return_of = return_
        for row in rows:
            row.version = return_.draft  # which the trail names, without asking for it again
        lines = {row.subject_code if row.subject_code in named else "": row for row in rows}
        return cls(return_, return_.draft, lines, {c.code: c for c in form}, opened)

    def place(self, key: str) -> tuple[dict[str, int], str]:
        """The stored values that the cell stands in, and its code there."""
        cell = CellKey.parse(key)
        line = self.lines[cell.line]
        return (line.base if cell.is_base else line.values), cell.code

    def stored(self, key: str) -> int | None:
        values, code = self.place(key)
        return values.get(code)

    def units(self, key: str, text: str) -> int | None:
        """What was typed as whole units; None empties the cell. Raises Invalid."""
        if not self.takes(key):
            raise Invalid(f"本表没有“{key}”这一项。")
        value = parse_decimal(text)
        return None if value is None else to_units(value, self.form[CellKey.parse(key).code].version.scale)

    def changed_at(self, key: str) -> int:
        """The counter of the save that changed the cell last; 0 for one that was prefilled."""
        cell = CellKey.parse(key)
        return self.lines[cell.line].authors.get(cell.within_line, {}).get("at", 0)

    def text(self, key: str, units: int | None) -> str:
        """Units as a person reads them; a dash for nothing."""
        scale = self.form[CellKey.parse(key).code].version.scale
        return "—" if units is None else str(from_units(units, scale))

    def label(self, key: str) -> str:
        cell = CellKey.parse(key)
        name = self.form[cell.code].name + ("（上年同期可比数）" if cell.is_base else "")
        return f"{self.lines[cell.line].subject_name}：{name}" if cell.line else name

    def takes(self, key: str) -> bool:
        """Whether the form has this cell: a line's only where it is asked line by line, the return's own
        else, and beside the lines as their control total."""
        cell = CellKey.parse(key)
        form = self.form.get(cell.code)
        if form is None or cell.line not in self.lines or (cell.is_base and (cell.line or not form.asks_base)):
            return False
        if cell.line:
            return form.of_lines
        return not form.of_lines or self.return_.cycle.template.lines_kind == LinesKind.FIRM


def write(
    draft: Draft,
    cells: Mapping[str, str],
    base: Mapping[str, str],
    reasons: Mapping[str, str],
    counter: int | None,
    by: Actor,
) -> None:
    """Parse, check for conflicts, store; see `targets.actions.returns.save`."""
    typed = _parse(draft, cells, base, reasons)
    changes = {key: units for key, units in typed.items() if units != draft.stored(key)}
    _refuse_overwriting(draft, changes, counter)
    notes = _notes(draft.version)
    told = {(note.subject_code, note.indicator_id): note for note in notes if note.kind == NoteKind.REASON}
    given = _given(draft, reasons, changes, told)
    _refuse_settled(draft, [*changes, *given])
    if not changes and not given:
        return
    _advance(draft.version, by)
    _store(draft, changes, by)
    _store_reasons(draft, given, told, by)
    _settle_unread(draft, changes, notes)


def mark_unread(draft: Draft, unread: Mapping[str, str], by: Actor) -> None:
    """Within the action that loads a file in part: what of it could not be read is said at its cell, which is empty
    until somebody fills it in. `unread`: cell → what stood there and what is wrong with it."""
    notes = [note for note in _notes(draft.version) if note.kind == NoteKind.UNREAD]
    _settle_unread(draft, unread, notes)
    for key, text in unread.items():
        line, indicator_id = _note_of(draft, key)
        created(
            CellNote.objects.create(
                return_of=draft.return_,
                version=draft.version,
                indicator_id=indicator_id,
                subject_code=line,
                of_base=CellKey.parse(key).is_base,
                kind=NoteKind.UNREAD,
                text=text[:LONGEST_REASON],
                author_name=by.actor_name,
                at=clock.now(),
            )
        )


def discard(draft: ReturnVersion) -> None:
    """Take a draft back with all that was typed into it, which stays in the trail. Nothing points at it."""
    drop_evidence(draft)
    for part in (*draft.notes.all(), *draft.lines.all()):
        removed(part)
        part.delete()
    removed(draft)
    draft.delete()


def copy_of(version: ReturnVersion) -> ReturnVersion:
    """A new draft with the lines and reasons of a frozen version, numbered after every other."""
    last = ReturnVersion.objects.filter(return_of=version.return_of_id).aggregate(Max("number"))["number__max"]
    draft = ReturnVersion.objects.create(return_of=version.return_of, number=last + 1)
    ReturnLine.objects.bulk_create(
        ReturnLine(
            version=draft,
            subject_kind=line.subject_kind,
            subject_code=line.subject_code,
            subject_name=line.subject_name,
            standing=line.standing,
            values=line.values,
            base=line.base,
            authors={key: told | {"at": 0} for key, told in line.authors.items()},
        )
        for line in version.lines.all()
    )
    for note in (each for each in _notes(version) if each.kind == NoteKind.REASON):
        note.pk, note.version = None, draft
        note.save(force_insert=True)
    carry_evidence(version, draft)
    return draft


def _parse(draft: Draft, cells: Mapping, base: Mapping, reasons: Mapping) -> Units:
    """Every typed cell as units; Invalid with all that are wrong, not only the first."""
    typed: Units = {}
    errors: list[tuple[str, str]] = []
    for key, text in [*cells.items(), *((code + BASE, text) for code, text in base.items())]:
        try:
            typed[key] = draft.units(key, text)
        except Invalid as wrong:
            errors.append((key, wrong.message))
    errors += _wrong_reasons(draft, reasons)
    if errors:
        raise Invalid("有填写不符合要求的地方，请改正后再保存，已填的内容都还在。", errors=errors)
    return typed


def _wrong_reasons(draft: Draft, reasons: Mapping[str, str]) -> list[tuple[str, str]]:
    errors = [(key, f"本表没有“{key}”这一项。") for key in reasons if not draft.takes(key)]
    too_long = f"说明最长 {LONGEST_REASON} 字，请精简。"
    return errors + [(key, too_long) for key, text in reasons.items() if len(text.strip()) > LONGEST_REASON]


def _refuse_settled(draft: Draft, keys: Iterable[str]) -> None:
    """A 数据订正 opens the cells that it names; every other one is 核定 and stays."""
    if draft.opened is None:
        return
    settled = [key for key in keys if CellKey.parse(key).code not in draft.opened]
    if settled:
        raise Invalid(
            "已核定的各项不能修改，本次只订正指定的项。",
            errors=[(key, f"{draft.label(key)}已核定锁定，不在本次数据订正之内。") for key in settled],
        )


def _refuse_overwriting(draft: Draft, changes: Units, counter: int | None) -> None:
    """Refuse to write over cells that changed after the person read them (`counter`)."""
    if counter is None or counter >= draft.version.change_counter:
        return
    taken = [key for key in changes if draft.changed_at(key) > counter]
    if taken:
        raise Conflict(
            TAKEN,
            changes=[
                (draft.label(k), draft.text(k, draft.stored(k)), draft.text(k, changes[k])) for k in taken
            ],
        )


def _advance(version: ReturnVersion, by: Actor) -> None:
    """Raise the change counter by a guarded update, so that two writers never pass together."""
    now = clock.now()
    mine = ReturnVersion.objects.filter(
        pk=version.pk, change_counter=version.change_counter, frozen_at__isnull=True
    )
    if not mine.update(change_counter=F("change_counter") + 1, edited_by=by.actor_name, edited_at=now):
        raise Conflict("这张报表正有人保存，请稍候再保存，已填的内容都还在。")
    version.change_counter += 1
    version.edited_by, version.edited_at = by.actor_name, now


def _store(draft: Draft, changes: Units, by: Actor) -> None:
    for code in sorted({CellKey.parse(key).line for key in changes}):
        mine = {key: units for key, units in changes.items() if CellKey.parse(key).line == code}
        _store_line(draft, draft.lines[code], mine, by)


def _store_line(draft: Draft, line: ReturnLine, changes: Units, by: Actor) -> None:
    before = snapshot(line)
    line.values, line.base, line.authors = dict(line.values), dict(line.base), dict(line.authors)
    for key, units in changes.items():
        values, code = draft.place(key)
        if units is None:
            values.pop(code, None)
        else:
            values[code] = units
        line.authors[CellKey.parse(key).within_line] = {"by": by.actor_name, "at": draft.version.change_counter}
    line.save(update_fields=["values", "base", "authors"])
    updated(line, before)


def _notes(version: ReturnVersion) -> list[CellNote]:
    """What the filer's side says at single cells: reasons, and what a file said that could not be read."""
    return list(CellNote.objects.filter(version=version, kind__in=(NoteKind.REASON, NoteKind.UNREAD)))


Told = dict[tuple[str, int], CellNote]  # (line, indicator) → the reason that stands


def _note_of(draft: Draft, key: str) -> tuple[str, int]:
    cell = CellKey.parse(key)
    return cell.line, draft.form[cell.code].indicator_id


def _given(draft: Draft, reasons: Mapping, changes: Units, told: Told) -> dict[str, str]:
    """Cell → the reason that shall stand after this save, only where it differs from what stands. A
    changed value voids the reason that was given for the old one, also when it is sent again."""
    given = {}
    for key in {**changes, **reasons}:
        if CellKey.parse(key).is_base:
            continue
        note = told.get(_note_of(draft, key))
        old = note.text if note else ""
        new = reasons[key].strip() if key in reasons else old
        if key in changes and new == old:
            new = ""
        if new != old:
            given[key] = new
    return given


def _store_reasons(draft: Draft, given: Mapping[str, str], told: Told, by: Actor) -> None:
    for key, text in given.items():
        line, indicator_id = _note_of(draft, key)
        old = told.get((line, indicator_id))
        if old:
            removed(old)
            old.delete()
        if text:
            note = CellNote.objects.create(
                return_of=draft.return_,
                version=draft.version,
                indicator_id=indicator_id,
                subject_code=line,
                kind=NoteKind.REASON,
                text=text,
                author_name=by.actor_name,
                at=clock.now(),
            )
            created(note)


def _settle_unread(draft: Draft, keys: Iterable[str], notes: Iterable[CellNote]) -> None:
    """A cell that gets a number of its own is read by now."""
    unread = {(n.subject_code, n.indicator_id, n.of_base): n for n in notes if n.kind == NoteKind.UNREAD}
    for key in keys if unread else ():
        old = unread.pop((*_note_of(draft, key), CellKey.parse(key).is_base), None)
        if old:
            removed(old)
            old.delete()
