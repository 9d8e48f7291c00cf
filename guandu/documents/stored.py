"""A paper as JSON and back: what a document keeps of itself, so that it can be made again word for word."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from guandu.documents.blocks import Align, Annex, Block, Heading, Note, Paper, Paragraph, Table

_KINDS: dict[str, type] = {"heading": Heading, "paragraph": Paragraph, "table": Table, "note": Note}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def to_data(paper: Paper) -> dict[str, Any]:
    said = {each.name: getattr(paper, each.name) for each in fields(Paper)}
    return said | {
        "body": _blocks_to_data(paper.body),
        "annexes": [{"title": annex.title, "blocks": _blocks_to_data(annex.blocks)} for annex in paper.annexes],
        "dated": paper.dated.isoformat() if paper.dated else None,
        "colophon": list(paper.colophon),
    }


def from_data(data: Mapping[str, Any]) -> Paper:
    return Paper(
        **{
            **data,
            "body": _blocks_from_data(data["body"]),
            "annexes": [Annex(each["title"], _blocks_from_data(each["blocks"])) for each in data["annexes"]],
            "dated": date.fromisoformat(data["dated"]) if data["dated"] else None,
            "colophon": tuple(data["colophon"]),
        }
    )


def _blocks_to_data(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [{"kind": _NAMES[type(block)], **_plain(asdict(block))} for block in blocks]


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _listed(value) for name, value in values.items()}


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_listed(each) for each in value]
    return str(value) if isinstance(value, Align) else value


def _blocks_from_data(blocks: Iterable[Mapping[str, Any]]) -> list[Block]:
    return [_block(dict(each)) for each in blocks]


def _block(said: dict[str, Any]) -> Block:
    kind = _KINDS[said.pop("kind")]
    if kind is Table:
        said["aligns"] = tuple(Align(each) for each in said["aligns"])
        said["rows"] = [tuple(row) for row in said["rows"]]
        said["head"], said["widths"] = tuple(said["head"]), tuple(said["widths"])
    return kind(**said)
