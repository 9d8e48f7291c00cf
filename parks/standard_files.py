"""The register's standards as data files: industries, 四上 classes and thresholds, honours, types of park, kinds of requests.

`read_standards(root)` reads all of them or raises BrokenFiles naming every file and line that is wrong.
It touches no database.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from guandu.exchange.marked_yaml import BrokenFiles, Field, FileError, Reader, Row
from parks.enums import HonourLevel, IndustryLevel, Renewal

OPTIONAL = Field(required=False)
TEXT = Field()
DAY = Field("day")

INDUSTRY = {
    "code": TEXT,
    "name": TEXT,
    "level": Field(choices=tuple(IndustryLevel.values)),
    "parent": OPTIONAL,
}
STATISTICAL_CLASS = {"code": TEXT, "name": TEXT, "industries": Field("texts")}
THRESHOLD = {
    "of_class": TEXT, "from": DAY, "revenue": Field("number", required=False), "condition": OPTIONAL,
    "document": OPTIONAL,
}  # fmt: skip
HONOUR_KIND = {
    "code": TEXT, "name": TEXT, "short": OPTIONAL, "family": OPTIONAL, "rank": Field("count", required=False),
    "level": Field(required=False, choices=tuple(HonourLevel.values)), "note": OPTIONAL,
}  # fmt: skip
HONOUR_RULE = {
    "kind": TEXT, "from": DAY, "name": TEXT, "issuer": OPTIONAL, "years": Field("count", required=False),
    "renewal": Field(choices=tuple(Renewal.values)), "document": OPTIONAL,
    "to_confirm": Field("flag", required=False),
}  # fmt: skip
REQUEST_KIND = {"code": TEXT, "name": TEXT, "unit": OPTIONAL}
PARK_TYPE = {"code": TEXT, "name": TEXT, "parent": OPTIONAL}

FILES: dict[str, dict[str, Mapping[str, Field]]] = {
    "parks/reference/industries.yaml": {"industries": INDUSTRY},
    "parks/reference/statistics.yaml": {"statistical_classes": STATISTICAL_CLASS, "thresholds": THRESHOLD},
    "parks/reference/honours.yaml": {"honour_kinds": HONOUR_KIND, "honour_rules": HONOUR_RULE},
    "parks/reference/park-types.yaml": {"park_types": PARK_TYPE},
    "parks/reference/requests.yaml": {"request_kinds": REQUEST_KIND},
}
# section → its key that names a record of another section
REFERENCES = {
    "industries": ("parent", "industries"),
    "thresholds": ("of_class", "statistical_classes"),
    "honour_rules": ("kind", "honour_kinds"),
    "park_types": ("parent", "park_types"),
}

Sections = dict[str, tuple[Row, ...]]


def read_standards(root: Path) -> Sections:
    """Section → records, below `root`, checked. Raises BrokenFiles with everything that is wrong."""
    sections: Sections = {}
    errors: list[FileError] = []
    for name, shapes in FILES.items():
        reader = Reader(root / name, name)
        sections.update(reader.read(shapes))
        errors += reader.errors
    errors += [*_twice(sections), *_unknown(sections)]
    if errors:
        raise BrokenFiles(errors)
    return sections


def _twice(sections: Sections) -> Iterator[FileError]:
    for rows in sections.values():
        first: dict[str, Row] = {}
        for row in rows:
            if row.code and row.code in first:
                yield row.error("code", f"编码“{row.code}”与第 {first[row.code].line} 行重复。")
            first.setdefault(row.code, row)


def _unknown(sections: Sections) -> Iterator[FileError]:
    for section, (key, target) in REFERENCES.items():
        known = {row.code for row in sections[target]}
        for row in sections[section]:
            if row[key] is not None and row[key] not in known:
                yield row.error(key, f"“{row[key]}”不在“{target}”一节中。")
