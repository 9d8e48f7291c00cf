"""Answering 临时调度表: a draft as typed, and the answer as it is filed, on the page or as a workbook."""

from collections.abc import Mapping, Sequence

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.files.actions import add
from guandu.files.inspection import Checked
from targets.actions.dispatch_files import ON_ANSWER, refuse_answer
from targets.dispatch_cells import LONGEST_TEXT, Answer, read_rows, typed_cell
from targets.enums_dispatch import AnswerState, AnswerWay
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.dispatch_books import MOST_ROWS, Handed, most_rows
from targets.queries.locks import moment

Typed = Sequence[Mapping[str, str]]
NOTHING = "还没有填写内容。确实没有的，请填一行并在相应列写“无”或 0。"


@action("dispatch_answer.save")
def save(*, receiver: DispatchReceiver, rows: Typed, seen: int | None = None, by: Actor) -> DispatchReceiver:
    """Keep what was typed, right or wrong; nobody but the receiver sees it. `seen`: the version that the person had
    before him. Raises NotAllowed, NotReady, Conflict, Invalid for more than can be kept."""
    row, before = _start(receiver, seen, by)
    row.draft = _kept(row, rows)
    row.saved_name, row.saved_at = by.actor_name, clock.now()
    return _store(row, before)


@action("dispatch_answer.file")
def file(*, receiver: DispatchReceiver, rows: Typed, seen: int | None = None, by: Actor) -> DispatchReceiver:
    """Check what was typed and hand it in. Raises as `save`, and Invalid with a sentence per cell ("row-letter")."""
    row, before = _start(receiver, seen, by)
    typed = _kept(row, rows)
    read = read_rows(row.table.layout.asked, [{k: typed_cell(v) for k, v in each.items()} for each in typed])
    errors = [(f"{place}-{letter}", f"第 {place + 1} 行{sentence}。") for place, letter, sentence in read.errors]
    most = most_rows(row.table, row.table.layout, row)
    if len(read.rows) > most:
        errors.append(("", f"本表每个单位只填 {most} 行，请删去多余的行。"))
    if errors:
        raise Invalid(f"有 {len(errors)} 处需要改正，改好后再报送；现在还没有报送。", errors=errors)
    return _file(row, before, typed, read.rows, AnswerWay.PAGE, by)


@action("dispatch_answer.load")
def load(
    *, receiver: DispatchReceiver, handed: Handed, workbook: Checked, seen: int | None = None, by: Actor
) -> DispatchReceiver:
    """Hand in a filled-in workbook, which is kept as it came. Raises as `save`, and Invalid where `handed` has faults
    or holds nothing."""
    row, before = _start(receiver, seen, by)
    if handed.faults:
        raise Invalid(f"文件中有 {handed.fault_count} 处需要改正，改好后重新上传；现在还没有报送。", errors=handed.faults)
    attachment = add(kind=ON_ANSWER, owner=row, file=workbook, by=by)
    row.workbook = attachment
    return _file(row, before, _kept(row, handed.rows), handed.read.rows, AnswerWay.WORKBOOK, by)


def _start(receiver: DispatchReceiver, seen: int | None, by: Actor) -> tuple[DispatchReceiver, dict]:
    """The table's row is locked first, so that an answer and its being taken back do not cross."""
    require(by, Permission.DISPATCH_FILL, receiver, to="填报这张表")
    DispatchTable.objects.select_for_update(of=("self",)).get(pk=receiver.table_id)
    rows = DispatchReceiver.objects.select_for_update(of=("self",)).select_related("table__sender", "park", "unit")
    row = rows.get(pk=receiver.pk)
    about(row)
    refuse_answer(row, by)
    if seen is not None and seen != row.version:
        raise Conflict(_changed(row))
    return row, snapshot(row)


def _changed(row: DispatchReceiver) -> str:
    if row.state == AnswerState.FILED and (row.saved_at is None or row.filed_at >= row.saved_at):
        return f"{row.filed_name}已于{moment(row.filed_at)}报送，没有重复报送。需要修改的，请在下面改后再报送。"
    who = f"{row.saved_name}已于{moment(row.saved_at)}保存过" if row.saved_at else "这张表已有新的内容"
    return f"您打开页面后，{who}，您刚才填的没有保存。请核对后重填。"


def _kept(row: DispatchReceiver, rows: Typed) -> list[dict[str, str]]:
    """What may be stored of `rows`: the asked columns, without the blank rows at the end."""
    asked = {column.letter for column in row.table.layout.asked}
    found = [{letter: text for letter, text in each.items() if letter in asked and text.strip()} for each in rows]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_ROWS:
        raise Invalid(f"最多填 {MOST_ROWS} 行，请精简后再保存。")
    long = [(f"{place}-{letter}", f"第 {place + 1} 行有一格超过 {LONGEST_TEXT} 个字，请精简。")
            for place, each in enumerate(found) for letter, text in each.items() if len(text) > LONGEST_TEXT]
    if long:
        raise Invalid("有内容过长，没有保存。", errors=long)
    return found


def _file(
    row: DispatchReceiver, before: dict, typed: list[dict[str, str]], answer: list[Answer], way: str, by: Actor
) -> DispatchReceiver:
    if not answer:
        raise Invalid(NOTHING, errors=[("", NOTHING)])
    row.draft, row.answer, row.way, row.state = typed, answer, way, AnswerState.FILED
    row.filed_by, row.filed_name, row.filed_at = by.actor_key, by.actor_name, clock.now()
    return _store(row, before)


def _store(row: DispatchReceiver, before: dict) -> DispatchReceiver:
    row.version += 1
    row.save()
    updated(row, before)
    return row
