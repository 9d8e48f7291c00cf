"""The storage designs under comparison: the same lines in four shapes."""

import io
import json
from collections.abc import Iterable

from psycopg2.extras import execute_values

from scripts.bench.world import CODES, LINES_PER_PARK, QUARTERS, World

POSITION = {code: number for number, code in enumerate(CODES)}
SLOT_NAMES = [f"v{number:02d}" for number in range(1, len(CODES) + 1)]
LINE_HEAD = "id bigserial PRIMARY KEY, version_id bigint NOT NULL, subject_id bigint NOT NULL"

# One row per (return version, subject); the long shape has one row per value.
SLOTS, JSONB, TEXT, LONG = "line_slots", "line_jsonb", "line_text", "line_long"
DESIGNS = {
    SLOTS: "slot columns",
    JSONB: "JSON object (jsonb)",
    TEXT: "JSON object (text)",
    LONG: "row per value",
}
COLUMNS = {
    SLOTS: ", ".join(f"{name} bigint" for name in SLOT_NAMES),
    JSONB: '"values" jsonb NOT NULL',
    TEXT: '"values" text NOT NULL',
    LONG: "indicator_id integer NOT NULL, value bigint NOT NULL",
}
WRITTEN = {
    SLOTS: ["version_id", "subject_id", *SLOT_NAMES],
    JSONB: ["version_id", "subject_id", '"values"'],
    TEXT: ["version_id", "subject_id", '"values"'],
    LONG: ["version_id", "subject_id", "indicator_id", "value"],
}

Line = tuple[int, int, dict[str, int]]  # version id, subject id, values by indicator code


def create_line_table(world: World, name: str, design: str) -> None:
    """A table of the given design with the keys that Django would give it."""
    key = "version_id, subject_id" + (", indicator_id" if design == LONG else "")
    world.execute(f"CREATE TABLE {name} ({LINE_HEAD}, {COLUMNS[design]}, UNIQUE ({key}))")


def load_lines(world: World) -> None:
    """All stored quarters in all designs, and the versions they hang on; once per world."""
    if "lines" in world.seen:
        return
    _load_versions(world)
    for design in DESIGNS:
        create_line_table(world, design, design)
    lines = (line for quarter in range(QUARTERS) for line in lines_of(world, quarter))
    copy_lines(world, SLOTS, SLOTS, lines)
    pairs = ", ".join(f"'{code}', {slot}" for code, slot in zip(CODES, SLOT_NAMES, strict=True))
    world.execute(
        f'INSERT INTO {JSONB} (version_id, subject_id, "values")'
        f" SELECT version_id, subject_id, jsonb_strip_nulls(jsonb_build_object({pairs})) FROM {SLOTS}"
        " ORDER BY id"
    )
    world.execute(
        f'INSERT INTO {TEXT} (version_id, subject_id, "values")'
        f" SELECT version_id, subject_id, replace(\"values\"::text, ' ', '') FROM {JSONB} ORDER BY id"
    )
    cells = ", ".join(f"({number}, {slot})" for number, slot in enumerate(SLOT_NAMES))
    world.execute(
        f"INSERT INTO {LONG} (version_id, subject_id, indicator_id, value)"
        f" SELECT version_id, subject_id, cell.indicator, cell.value FROM {SLOTS},"
        f" LATERAL (VALUES {cells}) AS cell (indicator, value) WHERE cell.value IS NOT NULL"
        f" ORDER BY {SLOTS}.id"
    )
    for design in DESIGNS:
        world.execute(f"VACUUM ANALYZE {design}")
    world.seen.add("lines")


def _load_versions(world: World) -> None:
    world.execute(
        "CREATE TABLE version (id bigint PRIMARY KEY, quarter integer NOT NULL, park text NOT NULL,"
        " chain text NOT NULL, street text NOT NULL, area text NOT NULL, department text NOT NULL)"
    )
    rows = [
        (world.version_id(quarter, number * LINES_PER_PARK), quarter,
         park.code, park.chain, park.street, park.area, park.department)
        for quarter in range(QUARTERS + 1)
        for number, park in enumerate(world.parks)
    ]  # fmt: skip
    with world.connection.cursor() as cursor:
        execute_values(cursor, "INSERT INTO version VALUES %s", rows)
    world.execute("CREATE INDEX ON version (quarter)")
    world.execute("ANALYZE version")


def lines_of(world: World, quarter: int) -> list[Line]:
    """The quarter as an importer holds it after its checks."""
    return [
        (world.version_id(quarter, firm), firm + 1, world.cells(quarter, firm)) for firm in range(world.firms)
    ]


def copy_lines(world: World, table: str, design: str, lines: Iterable[Line]) -> None:
    """COPY the lines into a table of the design. Codes and numbers hold nothing that COPY would escape."""
    encode = ENCODERS[design]
    buffer = io.StringIO()
    for version, subject, values in lines:
        encode(buffer, f"{version}\t{subject}\t", values)
    buffer.seek(0)
    with world.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(WRITTEN[design])}) FROM STDIN", buffer)


def _write_slots(buffer: io.StringIO, head: str, values: dict[str, int]) -> None:
    buffer.write(head + "\t".join([str(values.get(code, "\\N")) for code in CODES]) + "\n")


def _write_json(buffer: io.StringIO, head: str, values: dict[str, int]) -> None:
    buffer.write(head + as_json(values) + "\n")


def _write_long(buffer: io.StringIO, head: str, values: dict[str, int]) -> None:
    buffer.writelines([f"{head}{POSITION[code]}\t{value}\n" for code, value in values.items()])


ENCODERS = {SLOTS: _write_slots, JSONB: _write_json, TEXT: _write_json, LONG: _write_long}


def as_json(values: dict[str, int]) -> str:
    return json.dumps(values, separators=(",", ":"))


def rewrite_lines(world: World, quarter: int, firms: list[int]) -> None:
    """Bring the firms' lines of a stored quarter up to the truth, in every design."""
    lines = [(world.version_id(quarter, firm), firm + 1, world.cells(quarter, firm)) for firm in firms]
    keys = [(version, subject) for version, subject, _ in lines]
    for design in DESIGNS:
        with world.connection.cursor() as cursor:
            execute_values(
                cursor,
                f"DELETE FROM {design} line USING (VALUES %s) AS gone (version_id, subject_id)"
                " WHERE line.version_id = gone.version_id AND line.subject_id = gone.subject_id",
                keys,
            )
        copy_lines(world, design, design, lines)


def read_lines(world: World, table: str, design: str, where: str, parameters: tuple) -> dict[tuple, dict]:
    """Lines of any design as {(version id, subject id): values by code}, for checking."""
    rows = world.fetch(f"SELECT {', '.join(WRITTEN[design])} FROM {table} WHERE {where}", parameters)
    if design == SLOTS:
        return {(row[0], row[1]): slot_values(row[2:]) for row in rows}
    if design == LONG:
        return pivot(rows)
    return {(version, subject): json.loads(text) for version, subject, text in rows}


def slot_values(cells: tuple) -> dict[str, int]:
    return {code: value for code, value in zip(CODES, cells, strict=True) if value is not None}


def pivot(rows: Iterable[tuple[int, int, int, int]]) -> dict[tuple, dict]:
    """(version, subject, indicator, value) rows as {(version, subject): values by code}."""
    lines: dict[tuple, dict] = {}
    for version, subject, indicator, value in rows:
        lines.setdefault((version, subject), {})[CODES[indicator]] = value
    return lines
