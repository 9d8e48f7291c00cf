"""docker-compose.yml as Compose reads it: parsed, with its variables put in."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from scripts.console import ROOT

VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<words>[^}]*))?\}")


def text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    return yaml.safe_load(text())


def services() -> dict[str, dict[str, Any]]:
    return compose()["services"]


def expanded(value: str, given: Mapping[str, str]) -> str:
    """`value` as Compose hands it on. Raises KeyError for a variable that must be given and is not."""

    def put_in(found: re.Match[str]) -> str:
        if given.get(found["name"]):
            return given[found["name"]]
        if found["kind"] == ":-":
            return found["words"]
        raise KeyError(found["name"])

    return VARIABLE.sub(put_in, value).replace("$$", "$")


def environment(service: str, given: Mapping[str, str]) -> dict[str, str]:
    return {name: expanded(str(value), given) for name, value in services()[service]["environment"].items()}
