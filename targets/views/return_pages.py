"""What the return pages show: a sheet as rows of text, where the return is, what happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils import timezone

from guandu.accounts.models import Unit
from guandu.core.periods import Period
from guandu.web.templatetags.portal import written, written_moment
from targets.cell_keys import CellKey
from targets.enums import ReturnState
from targets.forms import BASE, VALUE, TypedReview, TypedSheet
from targets.models import Return
from targets.queries.approved import approved_cells
from targets.queries.beside import beside
from targets.queries.lines import LineCell, LineRow, Lines, hidden_lines, sees_lines
from targets.queries.locks import lock_of
from targets.queries.matches import takes_rosters
from targets.queries.next_steps import duties, next_steps, who_is_next
from targets.queries.sheet import Sheet, SheetCell, quarter_before, sheet_of
from targets.workflow import LABELS, OPINION, Verb, awaited

BASE_KEY = ":base"


@dataclass(frozen=True)
class Attempt:
    """What a refused request had typed, and why it was refused; errors are (key, sentence), the key
    an indicator code, a code with ":base", or "comment"."""

    message: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    sheet: TypedSheet | None = None
    review: TypedReview | None = None
    panel: str = ""  # which of the forms beside the return was refused
    typed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of the grid, as text where a person types."""

    cell: SheetCell
    value: str
    base: str
    reason: str
    comment: str
    errors: list[str] = field(default_factory=list)
    base_errors: list[str] = field(default_factory=list)

    @property
    def asks_reason(self) -> bool:
        return self.cell.asks_reason or bool(self.reason)


@dataclass(frozen=True)
class LineEntry:
    """One number of a line, as text where a person types."""

    cell: LineCell
    value: str
    reason: str
    errors: list[str]


def detail_context(
    return_: Return, user: Any, attempt: Attempt | None = None, against: str = ""
) -> dict[str, Any]:
    """Everything that the page of one return reads; a fixed number of queries. `against` names what the
    shown version is compared with: see AGAINST."""
    attempt = attempt or Attempt()
    files = any(step.verb == Verb.FILE for step in duties(return_, user))
    lock = lock_of(return_) if files else None
    editable = files and lock is None
    version = return_.draft if editable else return_.filed
    sheet = sheet_of(return_, version) if version else None
    steps = {step.verb.value: step for step in next_steps(return_, user, sheet)}
    period = Period.parse(return_.cycle.period)
    return {
        "return": return_,
        "sheet": sheet,
        "sections": sections(sheet, attempt) if sheet else [],
        "steps": steps,
        "editable": editable,
        "attempt": attempt,
        "summary": [(anchor(key, attempt.panel), text) for key, text in attempt.errors],
        "period": period,
        "period_before": quarter_before(period),
        "workflow": workflow(return_),
        "lock": lock,
        "next_words": _next_words(return_),
        "comparison": comparison(sheet, against) if sheet and not editable else None,
        "events": events(return_),
        "saved_at": saved_at(return_) if editable else "",
        "comments": sheet.comments if sheet else (),
        "last_comment": _last_comment(return_) if return_.state == ReturnState.SENT_BACK else None,
        **_lines(return_, user, sheet, attempt, editable),
        "approved_cells": approved_cells(return_, user),
        "corrects": return_.state == ReturnState.SENT_BACK and bool(sheet and sheet.correction),
    } | beside(return_, user, files)


def _lines(
    return_: Return, user: Any, sheet: Sheet | None, attempt: Attempt, editable: bool
) -> dict[str, Any]:
    """The lines for whom they are, else how many of them report and the sums."""
    lines = sheet.lines if sheet else None
    if lines is None:
        return {"lines": None}
    shown = editable or sees_lines(return_, user)
    hidden = hidden_lines(return_, user) if editable else frozenset()
    rows = [
        (row, [] if row.code in hidden else entries)
        for row, entries in (_line_rows(lines, attempt) if shown else [])
    ]
    return {
        "lines": lines,
        "shows_lines": shown,
        "takes_rosters": takes_rosters(return_),
        "line_rows": rows,
        # A firm's former numbers are its own too, where the form hides its values.
        "shows_last": return_.cycle.template.shows_values,
    }


def _line_rows(lines: Lines, attempt: Attempt) -> list[tuple[LineRow, list[LineEntry]]]:
    typed = attempt.sheet
    refused: dict[str, list[str]] = {}
    for key, text in attempt.errors:
        refused.setdefault(key, []).append(text)
    return [
        (
            row,
            [
                LineEntry(
                    cell,
                    typed.cells.get(cell.key, plain(cell.value)) if typed else plain(cell.value),
                    typed.reasons.get(cell.key, cell.reason) if typed else cell.reason,
                    list(dict.fromkeys([*refused.get(cell.key, []), *cell.errors])),
                )
                for cell in row.cells
            ],
        )
        for row in lines.rows
    ]


def sections(sheet: Sheet, attempt: Attempt) -> list[tuple[str, list[Row]]]:
    return [(name, [row(cell, attempt) for cell in cells]) for name, cells in sheet.sections]


def row(cell: SheetCell, attempt: Attempt) -> Row:
    code, typed, review = cell.form.code, attempt.sheet, attempt.review
    refused = [text for key, text in attempt.errors if key == code]
    return Row(
        cell=cell,
        value=typed.cells.get(code, plain(cell.value)) if typed else plain(cell.value),
        base=typed.base.get(code, plain(cell.base)) if typed else plain(cell.base),
        reason=typed.reasons.get(code, cell.reason) if typed else cell.reason,
        comment=review.cell_comments.get(code, "") if review else "",
        errors=list(dict.fromkeys([*refused, *cell.errors])),
        base_errors=[text for key, text in attempt.errors if key == code + BASE_KEY],
    )


def plain(value: Decimal | None) -> str:
    """A number as a person would type it: exact, without separators."""
    return "" if value is None else f"{value:f}"


def anchor(key: str, panel: str = "") -> str:
    """The id of the field that an error is about."""
    if panel:
        return f"{panel}-{key}"
    if key.endswith(BASE_KEY):
        return BASE + key.removesuffix(BASE_KEY)
    return "comment" if key == "comment" else VALUE + key


def workflow(return_: Return) -> list[dict[str, Any]]:
    """The steps of the template's route for the workflow bar; filing comes first."""
    route = return_.cycle.template.route
    waiting = awaited(return_.state, route)
    tone = "late" if return_.state == ReturnState.SENT_BACK else "active" if return_.is_open else "done"
    filer = return_.filer.name if return_.filer else "园区运营方"
    bar = [
        {
            "label": "填报并报送",
            "tone": tone,
            "who": filer,
            "at": None if return_.is_open else return_.filed_at,
        }
    ]
    passed = not return_.is_open
    for step in route:
        if step["step"] == OPINION:
            continue
        now = step["step"] == waiting
        passed = passed and not now
        tone = "active" if now else "done" if passed else "idle"
        bar.append({"label": step.get("label", ""), "tone": tone, "who": _duty(return_, step), "at": None})
    return bar


def _duty(return_: Return, step: dict) -> str:
    """Whose the step is; the review names the sponsoring department of the period's last day."""
    if step["step"] != "review":
        return step.get("by", "")
    department = Unit.objects.filter(code=return_.department_code).values_list("name", flat=True).first()
    return f"{step.get('by', '')}（{department or '未明确包保部门'}）"


@dataclass(frozen=True)
class Comparison:
    """What of the shown version differs from another: (label, old, new) as text. `choices` are the
    others that there are, as (key, label)."""

    key: str
    label: str
    rows: list[tuple[str, str, str]]
    choices: list[tuple[str, str]]

    @property
    def words(self) -> tuple[str, str] | None:
        """Last period's value is not replaced by this one's."""
        return ("上期", "本期") if self.key == "period" else None


def comparison(sheet: Sheet, against: str) -> Comparison | None:
    """Against the version filed before, the approved one, or last period's values; by default the first
    of them that there is. None for a first filing with nothing before it."""
    others = {}
    if sheet.earlier_version:
        others["filed"] = (f"上次报送的第 {sheet.earlier_version.number} 版", _changed(sheet))
    if any(cell.approved is not None for cell in sheet.cells):
        others["approved"] = ("原核定版本", _amended(sheet))
    if any(cell.last is not None for cell in sheet.cells):
        others["period"] = ("上期", _moved(sheet))
    if not others:
        return None
    key = against if against in others else next(iter(others))
    label, rows = others[key]
    return Comparison(key, label, rows, [(each, word) for each, (word, _) in others.items()])


def _changed(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [_difference(cell, cell.earlier) for cell in sheet.changes]


def _amended(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [_difference(cell, cell.approved) for cell in sheet.cells if cell.amended]


def _moved(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [_difference(cell, cell.last) for cell in sheet.cells if cell.value != cell.last]


def _difference(cell: SheetCell, old: Decimal | None) -> tuple[str, str, str]:
    return f"{cell.form.name}（{cell.form.unit}）", written(old), written(cell.value)


def events(return_: Return) -> list[dict[str, str]]:
    """The return's moves, newest first, for the timeline."""
    return [
        {
            "at": written_moment(move.at),
            "title": LABELS[Verb(move.verb)],
            "who": " ".join(each for each in (move.unit_name, move.actor_name) if each),
            "text": move.comment,
        }
        for move in return_.moves.order_by("-pk")
    ]


def _next_words(return_: Return) -> str:
    lock = lock_of(return_)
    if return_.state in {ReturnState.LOCKED, ReturnState.EXEMPT} and lock:
        return lock.sentence
    return who_is_next(return_)


def _last_comment(return_: Return):
    verbs = (Verb.SEND_BACK, Verb.CORRECT)
    return return_.moves.filter(verb__in=verbs).order_by("-pk").first()


def saved_at(return_: Return) -> str:
    """The time of day of the draft's last save, empty before the first."""
    at = return_.draft.edited_at if return_.draft else None
    return f"{timezone.localtime(at):%H:%M}" if at else ""


def saved_answer(return_: Return, typed: TypedSheet, user: Any) -> dict[str, Any]:
    """What autosave tells the page: when, the counter, progress, what the checks now say by cell, and
    the cells that somebody else changed since the page was read."""
    touched = {CellKey.parse(key).line for key in [*typed.cells, *typed.reasons]} - {""}
    sheet = sheet_of(return_, only_lines=touched)
    rows = sheet.lines.rows if sheet.lines else ()
    return {
        "saved_at": saved_at(return_),
        "counter": return_.draft.change_counter,
        "filled": sheet.filled,
        "others": _changed_by_others(return_, sheet, typed, hidden_lines(return_, user)),
        "cells": {
            cell.form.code: {
                "errors": cell.errors,
                "questions": cell.questions,
                "asks_reason": cell.asks_reason,
                "reason": cell.reason,
            }
            for cell in sheet.cells
        }
        | {
            cell.key: {
                "errors": cell.errors,
                "questions": cell.questions,
                "asks_reason": cell.asks_reason,
                "reason": cell.reason,
            }
            for row in rows
            for cell in row.cells
        },
    }


def _changed_by_others(
    return_: Return, sheet: Sheet, typed: TypedSheet, hidden: frozenset[str]
) -> dict[str, str]:
    """Field name → text, so that no page keeps a number that is no longer the stored one."""
    if typed.counter is None:
        return {}
    forms = {cell.form.code: cell.form for cell in sheet.cells}
    forms |= {cell.code: cell for cell in (sheet.lines.form if sheet.lines else ())}
    found = {}
    for line in return_.draft.lines.exclude(subject_code__in=hidden):
        own = line.subject_code == return_.park_code and line.subject_kind == return_.subject_kind
        for within, author in line.authors.items():
            cell = CellKey.parse(within)
            key = str(CellKey(cell.code, cell.is_base, "" if own else line.subject_code))
            sent = typed.base if cell.is_base else typed.cells
            if author.get("at", 0) > typed.counter and key.replace(BASE_KEY, "") not in sent and cell.code in forms:
                units = (line.base if cell.is_base else line.values).get(cell.code)
                name = (BASE if cell.is_base else VALUE) + key.replace(BASE_KEY, "")
                found[name] = plain(forms[cell.code].decimal(units))
    return found
