"""报表套填: layouts of others' tables, kept by the office, filled by whoever sees figures."""

from collections.abc import Sequence

from guandu.accounts.checks import require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, checked, created, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Conflict, Invalid
from guandu.files.actions import add
from guandu.files.inspection import Checked
from guandu.files.kinds import XLSX
from guandu.files.owners import OwnerKind
from targets.layout_names import LONGEST, parse_name
from targets.models import LayoutVersion, ReportLayout

ON_LAYOUT = "report.layout"
TO_KEEP = "维护套填报表"
STALE = "这份报表刚刚有人改过，请刷新后再办。"
MOST_CELLS = 2000

Cells = Sequence[dict]


def refuse_change(layout: ReportLayout, by: Actor) -> None:
    require(by, Permission.LAYOUT_EDIT, to=TO_KEEP)


LAYOUT_KIND = OwnerKind(ON_LAYOUT, "套填报表版式", ReportLayout.objects.visible_to, refuse_change, (XLSX,))


@action("layout.create")
def create(
    *, name: str, is_shared: bool, file: Checked, sheets: Sequence[str], cells: Cells, by: Actor
) -> ReportLayout:
    """Keep a layout with its first file; `cells` are those with a name (LayoutVersion.cells). Raises Invalid."""
    require(by, Permission.LAYOUT_EDIT, to=TO_KEEP)
    layout = enter(ReportLayout(name=name.strip(), unit=by.unit, is_shared=is_shared))
    _add_version(layout, file, sheets, cells, by)
    return layout


@action("layout.replace")
def replace(
    *, layout: ReportLayout, file: Checked, sheets: Sequence[str], cells: Cells, seen: int | None = None, by: Actor
) -> ReportLayout:
    """A new file is the layout's next version; names given on the page go on where the new file has their sheet
    and no name of its own there. `seen` is the version that the person saw. Raises Conflict."""
    row = _locked(layout, seen, by)
    last = row.versions.get(number=row.number)
    written = {(cell["sheet"], cell["address"]) for cell in cells}
    kept = [
        cell
        for cell in last.cells
        if cell.get("on_page") and cell["sheet"] in sheets and (cell["sheet"], cell["address"]) not in written
    ]
    before = snapshot(row)
    row.number += 1
    row.save(update_fields=["number"])
    updated(row, before)
    _add_version(row, file, sheets, [*cells, *kept], by)
    return row


@action("layout.update")
def update(*, layout: ReportLayout, name: str, is_shared: bool, by: Actor) -> ReportLayout:
    """Another name, or for others to fill or not. Raises Invalid."""
    row = _locked(layout, None, by)
    before = snapshot(row)
    row.name, row.is_shared = name.strip(), is_shared
    checked(row).save(update_fields=["name", "is_shared"])
    updated(row, before)
    return row


@action("layout.name_cell")
def name_cell(
    *, layout: ReportLayout, sheet: str, address: str, text: str, number_format: str, seen: int | None = None, by: Actor
) -> LayoutVersion:
    """Name a cell of the present file on the page, instead of in the file; an empty text takes such a name off.
    Raises Invalid, Conflict."""
    row = _locked(layout, seen, by)
    version = LayoutVersion.objects.select_for_update().get(layout=row, number=row.number)
    others = [cell for cell in version.cells if (cell["sheet"], cell["address"]) != (sheet, address)]
    here = next((cell for cell in version.cells if cell not in others), None)
    if here and not here.get("on_page"):
        raise Invalid("这个单元格的名称写在文件中，请在文件中改好后更换文件。", errors=[("address", "名称写在文件中，请更换文件。")])
    said = text.strip()
    if not said and here is None:
        raise Invalid("请填写名称。", errors=[("text", "请填写名称。")])
    before = snapshot(version)
    version.cells = [*others, _cell(sheet, address, said, number_format)] if said else others
    _refuse_many(version.cells)
    version.save(update_fields=["cells"])
    updated(version, before)
    return version


@action("layout.fill")
def record_fill(*, layout: ReportLayout, period: str, filled: int, missing: int, by: Actor) -> None:
    """The layout leaves, filled for `period`. Raises NotAllowed."""
    require(by, Permission.FIGURE_VIEW, to="套填报表")
    about(layout, reason=f"{period}，填入 {filled} 格，未填 {missing} 格")


def _cell(sheet: str, address: str, text: str, number_format: str) -> dict:
    try:
        parse_name(text)
    except Invalid as wrong:
        raise Invalid(f"{wrong.message}。", errors=[("text", f"{wrong.message}。")]) from wrong
    if len(text) > LONGEST:
        raise Invalid(f"名称最长 {LONGEST} 字。", errors=[("text", f"名称最长 {LONGEST} 字。")])
    return {"sheet": sheet, "address": address, "text": text, "format": number_format, "on_page": True}


def _locked(layout: ReportLayout, seen: int | None, by: Actor) -> ReportLayout:
    require(by, Permission.LAYOUT_EDIT, to=TO_KEEP)
    row = ReportLayout.objects.select_for_update(of=("self",)).get(pk=layout.pk)
    about(row)
    if seen is not None and seen != row.number:
        raise Conflict(STALE)
    return row


def _add_version(layout: ReportLayout, file: Checked, sheets: Sequence[str], cells: Cells, by: Actor) -> None:
    _refuse_many(cells)
    kept = add(kind=ON_LAYOUT, owner=layout, file=file, by=by)
    version = LayoutVersion.objects.create(
        layout=layout, number=layout.number, file=kept, sheets=list(sheets), cells=list(cells),
        added_by=by.actor_name, added_at=clock.now(),
    )  # fmt: skip
    created(version)


def _refuse_many(cells: Cells) -> None:
    if len(cells) > MOST_CELLS:
        raise Invalid(f"一份报表最多 {MOST_CELLS} 个命名单元格，现有 {len(cells)} 个，请拆分。")
