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
from targets.enums import NoteKind
from targets.models import CellNote, Return, ReturnLine, ReturnVersion
from targets.queries.locks import open_correction
from targets.queries.sheet import FormCell, form_of

BASE = ":base"
LONGEST_REASON = 300
TAKEN = "有人在您打开之后改了下列各项，您填的内容还在页面上，请核对后再保存。"

Units = dict[str, int | None]  # key (code, or code + ":base") → units; None empties the cell


@dataclass(frozen=True)
class Draft:
    return_: Return
    version: ReturnVersion
    line: ReturnLine
    form: dict[str, FormCell]
    opened: frozenset[str] | None = None  # the cells that a 数据订正 has opened; None when all are

    @classmethod
    def read(cls, return_: Return) -> "Draft":
        """The draft of an open return."""
        form = form_of(return_)
        correction = open_correction(return_)
        opened = frozenset(correction.codes) if correction else None
        return cls(return_, return_.draft, return_.draft.lines.get(), {c.code: c for c in form}, opened)

    def stored(self, key: str) -> int | None:
        code, _, tail = key.partition(":")
        return (self.line.base if tail else self.line.values).get(code)

    def text(self, key: str, units: int | None) -> str:
        """Units as a person reads them; a dash for nothing."""
        scale = self.form[key.removesuffix(BASE)].version.scale
        return "—" if units is None else str(from_units(units, scale))

    def label(self, key: str) -> str:
        name = self.form[key.removesuffix(BASE)].name
        return f"{name}（上年同期可比数）" if key.endswith(BASE) else name


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
    told = {note.indicator_id: note for note in _reasons(draft.version)}
    given = _given(draft, reasons, changes, told)
    _refuse_settled(draft, [*changes, *given])
    if not changes and not given:
        return
    _advance(draft.version, by)
    _store(draft, changes, by)
    _store_reasons(draft, given, told, by)


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
            values=line.values,
            base=line.base,
            authors={key: told | {"at": 0} for key, told in line.authors.items()},
        )
        for line in version.lines.all()
    )
    for note in _reasons(version):
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
            typed[key] = _units(draft, key, text)
        except Invalid as wrong:
            errors.append((key, wrong.message))
    errors += _wrong_reasons(draft, reasons)
    if errors:
        raise Invalid("有填写不符合要求的地方，请改正后再保存，已填的内容都还在。", errors=errors)
    return typed


def _units(draft: Draft, key: str, text: str) -> int | None:
    code = key.removesuffix(BASE)
    cell = draft.form.get(code)
    if cell is None or (key.endswith(BASE) and not cell.asks_base):
        raise Invalid(f"本表没有“{key}”这一项。")
    value = parse_decimal(text)
    return None if value is None else to_units(value, cell.version.scale)


def _wrong_reasons(draft: Draft, reasons: Mapping[str, str]) -> list[tuple[str, str]]:
    errors = [(code, f"本表没有“{code}”这一项。") for code in reasons if code not in draft.form]
    too_long = f"说明最长 {LONGEST_REASON} 字，请精简。"
    return errors + [(code, too_long) for code, text in reasons.items() if len(text.strip()) > LONGEST_REASON]


def _refuse_settled(draft: Draft, keys: Iterable[str]) -> None:
    """A 数据订正 opens the cells that it names; every other one is 核定 and stays."""
    if draft.opened is None:
        return
    settled = [key for key in keys if key.removesuffix(BASE) not in draft.opened]
    if settled:
        raise Invalid(
            "已核定的各项不能修改，本次只订正指定的项。",
            errors=[(key, f"{draft.label(key)}已核定锁定，不在本次数据订正之内。") for key in settled],
        )


def _refuse_overwriting(draft: Draft, changes: Units, counter: int | None) -> None:
    """Refuse to write over cells that changed after the person read them (`counter`)."""
    if counter is None or counter >= draft.version.change_counter:
        return
    authors = draft.line.authors
    taken = [key for key in changes if authors.get(key, {}).get("at", 0) > counter]
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
    if not changes:
        return
    line, before = draft.line, snapshot(draft.line)
    line.values, line.base, line.authors = dict(line.values), dict(line.base), dict(line.authors)
    for key, units in changes.items():
        target = line.base if key.endswith(BASE) else line.values
        if units is None:
            target.pop(key.removesuffix(BASE), None)
        else:
            target[key.removesuffix(BASE)] = units
        line.authors[key] = {"by": by.actor_name, "at": draft.version.change_counter}
    line.save(update_fields=["values", "base", "authors"])
    updated(line, before)


def _reasons(version: ReturnVersion) -> list[CellNote]:
    return list(CellNote.objects.filter(version=version, kind=NoteKind.REASON))


def _given(draft: Draft, reasons: Mapping, changes: Units, told: dict[int, CellNote]) -> dict[str, str]:
    """Code → the reason that shall stand after this save, only where it differs from what stands. A
    changed value voids the reason that was given for the old one, also when it is sent again."""
    given = {}
    for code, cell in draft.form.items():
        old = told[cell.indicator_id].text if cell.indicator_id in told else ""
        new = reasons[code].strip() if code in reasons else old
        if code in changes and new == old:
            new = ""
        if new != old:
            given[code] = new
    return given


def _store_reasons(draft: Draft, given: Mapping[str, str], told: dict[int, CellNote], by: Actor) -> None:
    for code, text in given.items():
        indicator_id = draft.form[code].indicator_id
        if indicator_id in told:
            removed(told[indicator_id])
            told[indicator_id].delete()
        if text:
            note = CellNote.objects.create(
                return_of=draft.return_,
                version=draft.version,
                indicator_id=indicator_id,
                kind=NoteKind.REASON,
                text=text,
                author_name=by.actor_name,
                at=clock.now(),
            )
            created(note)
