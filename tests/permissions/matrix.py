"""Reading the expectation files, walking the addresses, writing out the cells.

A cell is (route, method, case, role) → status. The files are written by hand from the policy; nothing
here asks the code who may do what.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLResolver, get_resolver

from tests.permissions.world import ANONYMOUS, DISABLED, EMPTY, ROLES, World

FILES = sorted(Path(__file__).with_name("matrix").glob("*.yaml"))
METHODS = ("GET", "POST")
# Nothing is written for a row that is not there, nor before or after its time, nor for who has no pages.
UNWRITTEN_CASES = ("none", "shut")
NOBODY_KNOWN = (ANONYMOUS, DISABLED)
WITHOUT_PAGES = (*NOBODY_KNOWN, "api_client")


@dataclass(frozen=True)
class Asked:
    """What goes with the address: a body, or the fields to change in the form of the page; a header;
    whether it has to write, and for whom, may not, or may note that nothing was done."""

    send: str = ""
    fill: str = ""
    htmx: bool = False
    writes: bool = True
    by: str = ""
    stale: bool = False
    notes: bool = False

    @property
    def is_plain(self) -> bool:
        return replace(self, notes=False) == Asked()


@dataclass(frozen=True, eq=False)
class Expected:
    """One entry of a file."""

    name: str  # the route, with its words where it is asked more than once
    route: str
    section: str
    kind: str  # of the object in its address; "" for none
    path: str  # the address to ask when the route is not one by itself
    asked: Asked
    methods: dict[str, dict[str, dict[str, int]]]  # method → case → role → status

    @property
    def is_plain(self) -> bool:
        """Asked as it is: without a query, with a body that says nothing."""
        return self.asked.is_plain and "?" not in self.path


# Whoever holds the address acts, with an account or without.
BY_LINK = {"firm-sheet/<secret>/"}


@dataclass(frozen=True)
class Cell:
    expected: Expected
    method: str
    case: str
    role: str
    path: str
    body: str
    status: int
    # Who fills in the form of the page: a role that succeeds.
    filler: str = ""

    @property
    def acts(self) -> bool | None:
        """Whether an action may have been done, must have, or (None) either."""
        asked = self.expected.asked
        if not self.may_change:
            return None if asked.notes and self.status < 400 else False
        if self.expected.is_plain or self.role != self.filler:
            return None
        return asked.writes

    @property
    def may_change(self) -> bool:
        refused = self.status >= 400 or self.expected.asked.stale or self.case in UNWRITTEN_CASES
        known = self.role not in NOBODY_KNOWN or self.expected.route in BY_LINK
        return self.method == "POST" and known and not refused

    def __str__(self) -> str:
        return f"{self.method:4} {self.expected.name:45} {self.case:5} {self.role:14}"


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
    """Each route as it is, by route."""
    return {each.route: each for each in ways() if each.is_plain}


@cache
def ways() -> tuple[Expected, ...]:
    """The files, with groups and profiles written out: each route as it is, and the further ways in
    which it is asked. Raises AssertionError where they say too much or too little: a role twice or
    never, a method without a word, one name in two files."""
    texts = _texts()
    profiles, groups = _together(texts, "profiles"), _groups(texts)
    found: dict[str, Expected] = {}
    for section, text in texts.items():
        for name, entry in _written_out(text.get("routes", {})):
            expected = _expected(name, section, entry, profiles, groups)
            assert expected.name not in found, f"{expected.name} is listed twice"
            assert not expected.is_plain or set(METHODS) <= set(entry), (
                f"{name}: each of {METHODS} needs a word"
            )
            found[expected.name] = expected
    return tuple(found.values())


def roles_of(names: str | list[str]) -> frozenset[str]:
    """The roles of a list of roles and groups."""
    found = frozenset(_roles(_listed(names), _groups(_texts())))
    assert found <= set(ROLES), f"no roles {sorted(found - set(ROLES))}"
    return found


def sections() -> list[str]:
    """The files that name routes."""
    return sorted({each.section for each in ways()})


@cache
def _texts() -> dict[str, dict]:
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FILES}


def _expected(name: str, section: str, entry: Mapping[str, Any], profiles: dict, groups: dict) -> Expected:
    route = name.split(" (")[0]
    methods = {
        method: _cases(entry[method], profiles, groups, f"{method} {name}")
        for method in METHODS
        if method in entry
    }
    asked = Asked(**{part: entry[part] for part in (field.name for field in fields(Asked)) if part in entry})
    name = route if asked.is_plain and "?" not in entry.get("path", "") else name
    return Expected(name, route, section, entry.get("object", ""), entry.get("path", route), asked, methods)


def _together(texts: dict[str, dict], part: str) -> dict[str, Any]:
    """What every file has under `part`, groups or profiles: a name is given once and known to all."""
    found: dict[str, Any] = {}
    for section, text in texts.items():
        twice = set(found) & set(text.get(part, {}))
        assert not twice, f"{section}.yaml: {part} {sorted(twice)} are in another file too"
        found |= text.get(part, {})
    return found


def _groups(texts: dict[str, dict]) -> dict[str, list[str]]:
    named = _together(texts, "groups")
    return {name: _roles(members, named) for name, members in named.items()}


def _written_out(entries: dict[str, Any]) -> Iterator[tuple[str, dict]]:
    """Entries by name; `for: […]` stands for one entry per name put in place of {}. What stands after
    " (" tells entries of one route, or for different names, apart."""
    for written_name, entry in entries.items():
        for name in entry.get("for", [""]):
            written = {k: v.replace("{}", name) if k in {"path", "object"} else v for k, v in entry.items()}
            yield written_name.replace("{}", name), written


def _roles(members: list[str], groups: dict[str, list[str]]) -> list[str]:
    return [role for name in members for role in (_roles(groups[name], groups) if name in groups else [name])]


def _listed(names: str | list[str]) -> list[str]:
    return names.split() if isinstance(names, str) else names


def _cases(spec: Any, profiles: dict, groups: dict, where: str) -> dict[str, dict[str, int]]:
    spec = profiles[spec] if isinstance(spec, str) else spec
    return {case: _statuses(statuses, groups, f"{where} {case}") for case, statuses in spec.items()}


def _statuses(statuses: dict[int, Any], groups: dict[str, list[str]], where: str) -> dict[str, int]:
    found: dict[str, int] = {}
    rest = None
    for status, names in statuses.items():
        names = _listed(names)
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
        for case, key in objects(each, world).items():
            in_address, in_body = _both(key)
            path, body = _with_key(each.path, in_address), _with_key(each.asked.send, in_body) or EMPTY
            for method, cases in each.methods.items():
                statuses = cases.get(case, cases.get("any"))
                assert statuses, f"{method} {each.name}: nothing said of {case}"
                filler = _filler(each, statuses)
                for role, status in statuses.items():
                    yield Cell(each, method, case, role, f"/{path}", body, status, filler)


def objects(each: Expected, world: World) -> dict[str, str]:
    """Case → key. A route without an object has the one case "any"."""
    return world.objects[each.kind] if each.kind else {"any": ""}


def paths(each: Expected, world: World) -> dict[str, str]:
    """Case → address."""
    return {case: f"/{_with_key(each.path, _both(key)[0])}" for case, key in objects(each, world).items()}


def _both(key: str) -> tuple[str, str]:
    """What stands in the address and in the body: one key, or two where a row of the object is named."""
    address, _, body = key.partition("|")
    return address, body or address


def _with_key(text: str, key: str) -> str:
    return re.sub(r"<\w+>", key, text, count=1) if key else text


def _filler(each: Expected, statuses: Mapping[str, int]) -> str:
    """Who is named, or the first who is let in; with a page of his own rather than led somewhere."""
    of_admin = each.route.startswith("admin/")
    comes_in = roles_of(["enters_admin"]) if of_admin else set(ROLES).difference(WITHOUT_PAGES)
    let_in = [role for role, status in statuses.items() if status < 400 and role in comes_in]
    return each.asked.by or min(let_in, key=statuses.__getitem__, default="")
