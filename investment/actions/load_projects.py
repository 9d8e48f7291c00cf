"""Loading the projects that the plan names, without treading on what officials have edited."""

from contextlib import suppress
from pathlib import Path

from guandu.accounts.checks import require
from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action
from guandu.core.actors import Actor
from guandu.exchange.loaded_rows import RowLoader, Tally
from guandu.exchange.marked_yaml import FileError, Row
from investment.enums import Stage
from investment.models import Project
from investment.project_files import BrokenProjects, read_projects
from parks.models import Chain


class _NothingToWrite(Exception):
    """Undoes a load that wrote nothing, so that the trail gets no empty event."""


def load_projects(*, root: Path, force: bool = False, by: Actor) -> Tally:
    """Load the file below `root`; what was done. BrokenProjects with every wrong line, nothing written."""
    rows = read_projects(root)
    loader = RowLoader(force=force)
    with suppress(_NothingToWrite):
        write_projects(rows=rows, loader=loader, by=by)
    return loader.tally


@action("projects.load")
def write_projects(*, rows: tuple[Row, ...], loader: RowLoader, by: Actor) -> None:
    """Write the records in one transaction. The stage is the officials' from the first day."""
    require(by, Permission.PROJECT_EDIT, to="载入招商项目")
    known = {
        "chain": Chain.objects.in_bulk(field_name="code"),
        "lead": Unit.objects.in_bulk(field_name="code"),
    }
    errors = [error for row in rows for error in _unknown(row, known)]
    if errors:
        raise BrokenProjects(errors)
    for row in rows:
        values = {
            "name": row["name"],
            "kind": row["kind"],
            "chain": known["chain"].get(row["chain"]),
            "lead": known["lead"].get(row["lead"]),
            "clause": row["clause"],
            "note": row["note"] or "",
        }
        loader.put(row, Project, key={"code": row.code}, values=values, initial={"stage": Stage.UNCONFIRMED})
    if not loader.tally.wrote:
        raise _NothingToWrite


def _unknown(row: Row, known: dict[str, dict]) -> list[FileError]:
    return [
        row.error(key, f"“{key}”指向的“{row[key]}”没有登记，请先载入行动计划或改正编码。")
        for key, objects in known.items()
        if row[key] and row[key] not in objects
    ]
