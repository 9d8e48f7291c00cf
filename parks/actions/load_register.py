"""The register's part of the plan: units, chains, areas, named parks and enterprises."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import action, created
from guandu.core.actors import Actor
from guandu.core.errors import NotAllowed
from guandu.exchange.loaded_rows import RowLoader, members
from guandu.exchange.marked_yaml import Row
from parks.actions import enterprises
from parks.enums import TitleState
from parks.models import Area, Chain, Enterprise, Park, Placement, Title

Rows = Mapping[str, Sequence[Row]]


@action("register.load")
def load_register(*, rows: Rows, loader: RowLoader, since: date, by: Actor) -> None:
    """Put every record of the sections units, chains, areas, clusters, parks and enterprises.

    A park without any placement is placed from `since`; later placements are the officials' own.
    """
    if by.actor_kind == "user" and not by.may(Permission.REFERENCE_EDIT):
        raise NotAllowed("只有园区发展办可以载入单位、产业链、片区和园区。")
    for put_section in SECTIONS:
        put_section(rows, loader)
    for row in rows["parks"]:
        _place(row, since)


def ordered(rows: Sequence[Row], key: str = "parent") -> list[Row]:
    """The rows with each parent before its children. Raises ValueError on a circle."""
    waiting, done, known = list(rows), [], {row.code for row in rows}
    placed: set[str] = set()
    while waiting:
        ready = [row for row in waiting if row[key] is None or row[key] in placed or row[key] not in known]
        if not ready:
            raise ValueError(f"{key}: {', '.join(row.code for row in waiting)}")
        done += ready
        placed |= {row.code for row in ready}
        waiting = [row for row in waiting if row.code not in placed]
    return done


def _put_units(rows: Rows, loader: RowLoader) -> None:
    bodies = [row for row in rows["units"] if row["kind"] != "group"]
    for row in ordered(bodies):
        values = {
            "name": row["name"],
            "short_name": row["short"],
            "kind": row["kind"],
            "parent": Unit.objects.filter(code=row["parent"]).first(),
            "to_confirm": row["status"] == "待确认",
            "note": row["note"] or "",
        }
        loader.put(row, Unit, key={"code": row.code}, values=values)


def _put_chains(rows: Rows, loader: RowLoader) -> None:
    for position, row in enumerate(rows["chains"], start=1):
        values = {
            "name": row["name"],
            "park_type": row["park_type"],
            "cluster_name": row["cluster"],
            "task_force": Unit.objects.get(code=row["taskforce"]),
            "position": position,
        }
        loader.put(row, Chain, key={"code": row.code}, values=values)


def _put_areas(rows: Rows, loader: RowLoader) -> None:
    for row in rows["areas"]:
        values = {"name": row["name"], "aliases": row["aliases"], "clause": row["clause"]}
        codes = [pair["chain"] for pair in rows["clusters"] if pair["area"] == row.code]
        chains = members("chains", Chain.objects.filter(code__in=codes))
        loader.put(row, Area, key={"code": row.code}, values=values, parts=[chains])


def _put_parks(rows: Rows, loader: RowLoader) -> None:
    for row in rows["parks"]:
        stated = {name: row[name] for name in ("carrier", "operating_model") if row[name]}
        values = {
            "name": row["name"],
            "aliases": row["aliases"],
            "clause": row["clause"],
            "note": _park_note(row),
            **stated,
        }
        park = loader.put(row, Park, key={"code": row.code}, values=values)
        for title in row["titles"]:
            _put_title(title, park, loader)


def _park_note(row: Row) -> str:
    chain = f"产业链待区里确认：{row['chain_note']}" if row["confirm"] else ""
    planned = "计划新建" if row["planned"] else ""
    return "；".join(each for each in (planned, row["note"], chain) if each)


def _put_title(row: Row, park: Park, loader: RowLoader) -> None:
    loader.put(
        row,
        Title,
        key={"park": park, "level": row["level"], "name": row["kind"]},
        values={"clause": row["clause"]},
        initial={"state": TitleState.CANDIDATE},
    )


def _put_enterprises(rows: Rows, loader: RowLoader) -> None:
    for row in rows["enterprises"]:
        stated = {"credit_code": row["credit_code"]} if row["credit_code"] else {}
        note = "；".join(each for each in (row["role"], row["note"]) if each)
        values = {"name": row["name"], "note": note, **stated}
        enterprises.keep_name(loader.put(row, Enterprise, key={"code": row.code}, values=values))


def _place(row: Row, since: date) -> None:
    park = Park.objects.get(code=row.code)
    if park.placements.exists():
        return
    placement = Placement(
        park=park,
        valid_from=since,
        chain=Chain.objects.get(code=row["chain"]),
        area=Area.objects.filter(code=row["area"]).first(),
        street=Unit.objects.filter(code=row["street"]).first(),
    )
    placement.save(force_insert=True)
    created(placement)


SECTIONS: tuple[Callable[[Rows, RowLoader], None], ...] = (
    _put_units,
    _put_chains,
    _put_areas,
    _put_parks,
    _put_enterprises,
)
