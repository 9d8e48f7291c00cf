"""The texts of canaries.yaml: who may meet which, and finding them in an answer whatever it is wrapped in."""

import base64
import binascii
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import yaml
from django.http.response import HttpResponseBase

from tests.permissions.matrix import roles_of
from tests.permissions.world import World

FILE = Path(__file__).with_name("canaries.yaml")
OWN, OTHER = "own", "other"
PACKED = re.compile(rb"data:[\w./+-]+;base64,([\w+/=]+)")
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, eq=False)
class Canary:
    """One thing on one side. `texts` are as an answer may write them, in lower case."""

    name: str
    side: str
    texts: frozenset[str]
    seen_by: frozenset[str]
    at: dict[str, tuple[str, ...]]  # role → beginnings of the addresses where it may meet the text
    shown: tuple[str, str, str]  # role, address, method; empty for nobody's

    def may_meet(self, role: str, path: str) -> bool:
        return role in self.seen_by or path.lstrip("/").startswith(self.at.get(role, ()) or ("\0",))

    def __str__(self) -> str:
        return f"{self.side} {self.name}"


class Net:
    """All canaries, by their texts."""

    # Whatever could be one: a mark, a park's code, a number. None as a part of something longer.
    CANDIDATE = re.compile(
        rb"(?<![a-z0-9])(?:z[a-z]+|p-[a-z]+)(?![a-z0-9])"
        rb"|(?<![a-z0-9.])[1-9](?:[0-9]{0,2}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]+)?(?![a-z0-9])"
    )
    # What JSON writes instead of a Chinese character.
    ESCAPED = re.compile(rb"\\u[0-9a-f]{4}")

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self.canaries = tuple(canaries)
        self.by_text = {text.encode(): canary for canary in self.canaries for text in canary.texts}

    def caught(self, data: bytes) -> set[Canary]:
        plain = data.lower()
        if b"\\u" in plain:
            plain = self.ESCAPED.sub(b" ", plain)
        return {self.by_text[text] for text in self.CANDIDATE.findall(plain) if text in self.by_text}

    def caught_in(self, response: HttpResponseBase) -> dict[Canary, str]:
        """Canary → the part of the answer that shows it."""
        return {canary: part for part, data in parts_of(response) for canary in self.caught(data)}


def parts_of(response: HttpResponseBase) -> Iterator[tuple[str, bytes]]:
    """Everything that an answer carries to whoever asked, with the files inside it unpacked."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    heads = [f"{name}: {value}" for name, value in response.items()]
    heads += [f"{name}={morsel.value}" for name, morsel in response.cookies.items()]
    yield "headers", unquote_to_bytes("\n".join(heads))
    yield "body", body
    for data in (body, *_embedded(body)):
        if data.startswith(ZIP):
            yield from _unzipped(data)


def _embedded(body: bytes) -> Iterator[bytes]:
    """Files that a page carries within itself."""
    for text in PACKED.findall(body):
        try:
            yield base64.b64decode(text, validate=True)
        except binascii.Error:
            continue


def _unzipped(data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield f"file {name}", name.encode() + b"\n" + archive.read(name)


@cache
def net() -> Net:
    """Written out from the file."""
    said = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Net(_written_out(said))


def _written_out(said: dict[str, Any]) -> Iterator[Canary]:
    reads = {role: tuple(paths) for role, paths in said["reads"].items()}
    for name, entry in said["canaries"].items():
        at = _places(entry, said["places"])
        is_secret = entry.get("secret", False)
        for side in [entry["side"]] if "side" in entry else [OWN, OTHER]:
            yield Canary(
                name,
                side,
                frozenset(_texts(entry, side, said["letters"][side])),
                roles_of(entry.get(side, "")),
                {} if is_secret else _merged(at, reads),
                _shown(*entry.get("shown", ("", ""))),
            )


def _texts(entry: dict[str, Any], side: str, letters: str) -> Iterator[str]:
    """A number as it is written, and as the units that are stored."""
    yield from (letters + word for word in entry.get("words", ()))
    yield from entry.get("texts", {}).get(side, ())
    number = entry.get("numbers", {}).get(side)
    if number:
        whole, _, decimals = number.partition(".")
        yield from (number, f"{int(whole):,}.{decimals}", whole + decimals)


def _shown(role: str, path: str, method: str = "GET") -> tuple[str, str, str]:
    return role, path, method


def _places(entry: dict[str, Any], places: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for place, names in entry.get("at", {}).items():
        for role in roles_of(names):
            found[role] = (*found.get(role, ()), *places[place])
    return found


def _merged(one: dict[str, tuple[str, ...]], two: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {role: (*one.get(role, ()), *two.get(role, ())) for role in {*one, *two}}


def address(canary: Canary, world: World) -> str:
    """Where it is shown; <…> stands for a row of its side."""
    return "/" + re.sub(r"<([^>]+)>", lambda match: world.shown_at[match[1]][canary.side], canary.shown[1])
