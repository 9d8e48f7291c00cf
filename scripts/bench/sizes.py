"""Disk use of the storage designs, tables and indexes together."""

from dataclasses import dataclass

from scripts.bench.harness import WrongAnswer
from scripts.bench.tables import DESIGNS, JSONB, LONG, SLOT_NAMES, SLOTS, load_lines
from scripts.bench.world import MISSING, QUARTERS, World


@dataclass(frozen=True)
class Size:
    """Bytes of one design with its indexes, and its number of rows."""

    label: str
    rows: int
    bytes: int


def storage_sizes(world: World) -> list[Size]:
    """Sizes of the stored quarters right after loading."""
    load_lines(world)
    _check_cells(world)
    with_base = "line_jsonb_with_base"
    world.execute(f"CREATE TABLE {with_base} (LIKE {JSONB} INCLUDING ALL, last_year jsonb NOT NULL)")
    world.execute(f'INSERT INTO {with_base} SELECT *, "values" FROM {JSONB} ORDER BY id')
    sizes = [_size(world, design, label) for design, label in DESIGNS.items()]
    sizes.append(_size(world, with_base, "JSON object (jsonb) + last_year"))
    world.execute(f"DROP TABLE {with_base}")
    return sizes


def _size(world: World, table: str, label: str) -> Size:
    rows = world.fetch(f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}")
    return Size(label, *rows[0])


def _check_cells(world: World) -> None:
    """Every design holds exactly the reported cells; their number and sum come from the truth."""
    stored = world.truth[:QUARTERS]
    expected = (int((stored != MISSING).sum()), sum(stored[stored != MISSING].tolist()))
    for design in DESIGNS:
        found = world.fetch(_cells_and_sum(design))[0]
        if tuple(map(int, found)) != expected:
            raise WrongAnswer(f"{design} holds {found}, not {expected}")


def _cells_and_sum(design: str) -> str:
    if design == LONG:
        return f"SELECT count(*), sum(value) FROM {LONG}"
    if design == SLOTS:
        total = " + ".join(f"coalesce({slot}, 0)" for slot in SLOT_NAMES)
        return f"SELECT sum(num_nonnulls({', '.join(SLOT_NAMES)})), sum({total}) FROM {SLOTS}"
    return f'SELECT count(*), sum(cell.value::bigint) FROM {design}, jsonb_each_text("values"::jsonb) AS cell'
