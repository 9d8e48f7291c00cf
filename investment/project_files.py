"""The file of projects that the plan names: what a record holds. It touches no database."""

from pathlib import Path

from guandu.core.errors import Invalid
from guandu.exchange.marked_yaml import Field, FileError, Reader, Row

FILE = "investment/reference/projects.yaml"
OPTIONAL = Field(required=False)
TEXT = Field()
PROJECT = {
    "code": TEXT, "name": TEXT, "chain": OPTIONAL, "kind": TEXT, "lead": OPTIONAL, "clause": TEXT,
    "evidence": Field(choices=("S", "V", "V2", "I")), "note": OPTIONAL,
}  # fmt: skip


class BrokenProjects(Invalid):
    """The file cannot be loaded; `file_errors` names every line that is wrong."""

    def __init__(self, file_errors: list[FileError]) -> None:
        self.file_errors = sorted(set(file_errors))
        super().__init__(
            f"项目文件有 {len(self.file_errors)} 处错误，没有载入任何内容，请按行号改正后再载入。",
            errors=[(f"{e.path} 第 {e.line} 行", e.sentence) for e in self.file_errors],
        )


def read_projects(root: Path) -> tuple[Row, ...]:
    """The records of the file below `root`; BrokenProjects with everything that is wrong."""
    reader = Reader(root / FILE, FILE)
    rows = reader.read({"projects": PROJECT})["projects"]
    twice = [
        row.error("code", f"编码“{row.code}”重复。")
        for n, row in enumerate(rows)
        if row.code in {r.code for r in rows[:n]}
    ]
    if reader.errors or twice:
        raise BrokenProjects([*reader.errors, *twice])
    return rows
