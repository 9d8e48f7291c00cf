"""Reading the expectation files, walking the addresses, asking every cell.

A cell is (route, method, case, role) → status. The files are written by hand from the policy; nothing
here asks the code who may do what.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.contrib.admindocs.views import simplify_regex
from django.db import transaction
from django.urls import URLResolver, get_resolver

from tests.permissions.world import ANONYMOUS, CANARIES, ROLES, SCOPED, World

FILES = sorted(Path(__file__).with_name("matrix").glob("*.yaml"))
METHODS = ("GET", "POST")
SHOWN = 60


@dataclass(frozen=True)
class Expected:
    """One route as the file has it."""

    route: str
    section: str
    kind: str  # of the object in its address; "" for none
    path: str  # the address to ask when the route is not one by itself
    methods: dict[str, dict[str, dict[str, int]]]  # method → case → role → status


@dataclass(frozen=True)
class Cell:
    route: str
    method: str
    case: str
    role: str
    path: str
    status: int


@dataclass(frozen=True)
class Mismatch:
    cell: Cell
    found: str

    def __str__(self) -> str:
        c = self.cell
        return f"{c.method:4} {c.route:45} {c.case:5} {c.role:14} expected {c.status}, {self.found}"


def routes() -> set[str]:
    """Every address of the portal as a pattern such as api/v1/parks/<code>/."""
    return {_readable(text) for text in _walk(get_resolver())}


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        text = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, text)
        else:
            yield text


def _readable(text: str) -> str:
    return re.sub(r"<\w+:(\w+)>", r"<\1>", simplify_regex(text)).lstrip("/")


def expectations() -> dict[str, Expected]:
    """The files, with groups and profiles written out; the section is the file's name. Raises
    AssertionError where they say too much or too little: a role twice or never, a method without a
    word, one name in two files."""
    texts = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}
    named = _together(texts, "groups")
    groups = {name: _roles(members, named) for name, members in named.items()}
    profiles = _together(texts, "profiles")
    found: dict[str, Expected] = {}
    for section, text in texts.items():
        for route, entry in _written_out(text.get("routes", {})):
            assert route not in found, f"{route} is listed twice"
            assert set(METHODS) <= set(entry), f"{route}: each of {METHODS} needs a word"
            methods = {
                method: _cases(entry[method], profiles, groups, f"{method} {route}") for method in METHODS
            }
            found[route] = Expected(
                route, section, entry.get("object", ""), entry.get("path", route), methods
            )
    return found


def sections() -> list[str]:
    """The files that name routes."""
    return sorted({each.section for each in expectations().values()})


def _together(texts: dict[str, dict], part: str) -> dict[str, Any]:
    """What every file has under `part`, groups or profiles: a name is given once and known to all."""
    found: dict[str, Any] = {}
    for section, text in texts.items():
        twice = set(found) & set(text.get(part, {}))
        assert not twice, f"{section}.yaml: {part} {sorted(twice)} are in another file too"
        found |= text.get(part, {})
    return found


def _written_out(entries: dict[str, Any]) -> Iterator[tuple[str, dict]]:
    """Entries by route; `for: […]` stands for one entry per name put in place of {}. What stands after
    " (" tells entries for different names apart."""
    for written_route, entry in entries.items():
        route = written_route.split(" (")[0]
        for name in entry.get("for", [""]):
            written = {k: v.replace("{}", name) if k in {"path", "object"} else v for k, v in entry.items()}
            yield route.replace("{}", name), written


def _roles(members: list[str], groups: dict[str, list[str]]) -> list[str]:
    return [role for name in members for role in (_roles(groups[name], groups) if name in groups else [name])]


def _cases(spec: Any, profiles: dict, groups: dict, where: str) -> dict[str, dict[str, int]]:
    spec = profiles[spec] if isinstance(spec, str) else spec
    return {case: _statuses(statuses, groups, f"{where} {case}") for case, statuses in spec.items()}


def _statuses(statuses: dict[int, Any], groups: dict[str, list[str]], where: str) -> dict[str, int]:
    found: dict[str, int] = {}
    rest = None
    for status, names in statuses.items():
        names = names.split() if isinstance(names, str) else names
        if names == ["rest"]:
            rest = status
            continue
        for role in _roles(names, groups):
            assert role in ROLES, f"{where}: no role {role}"
            assert role not in found, f"{where}: {role} twice"
            found[role] = status
    missing = [role for role in ROLES if role not in found]
    assert not missing or rest is not None, f"{where}: nothing said of {missing}"
    return found | dict.fromkeys(missing, rest)


def cells(expected: Iterable[Expected], world: World) -> Iterator[Cell]:
    for each in expected:
        for method, cases in each.methods.items():
            for case, path in paths(each, world).items():
                statuses = cases.get(case, cases.get("any"))
                assert statuses, f"{method} {each.route}: nothing said of {case}"
                for role, status in statuses.items():
                    yield Cell(each.route, method, case, role, path, status)


def paths(each: Expected, world: World) -> dict[str, str]:
    """Case → address. A route without an object has the one case "any"."""
    if not each.kind:
        return {"any": f"/{each.path}"}
    objects = world.objects[each.kind]
    return {case: "/" + re.sub(r"<\w+>", key, each.path, count=1) for case, key in objects.items()}


def ask(asked: Iterable[Cell], world: World) -> list[Mismatch]:
    """Every cell whose answer is not the expected one, or shows a scoped role what it must not see."""
    return [mismatch for cell in asked for mismatch in _ask(cell, world)]


def _ask(cell: Cell, world: World) -> Iterator[Mismatch]:
    with transaction.atomic():
        response = world.ask(cell.role, cell.method, cell.path)
        transaction.set_rollback(True)
    if response.status_code != cell.status:
        yield Mismatch(cell, f"found {response.status_code}")
    if cell.role in SCOPED or cell.role == ANONYMOUS:
        body = b"".join(response.streaming_content) if response.streaming else response.content
        shown = [c for c in CANARIES if c not in cell.path and c in body.decode("utf-8", "replace")]
        if shown:
            yield Mismatch(cell, f"shows {shown}")


def table(mismatches: list[Mismatch]) -> str:
    """What a person reads when the matrix is red."""
    more = [f"… and {len(mismatches) - SHOWN} more"] if len(mismatches) > SHOWN else []
    return "\n".join([f"{len(mismatches)} cells differ:", *map(str, mismatches[:SHOWN]), *more])
