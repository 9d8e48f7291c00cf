"""The tables of the register that go in and out as files; rooms declare theirs when they start."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from guandu.exchange import tables
from guandu.exchange.bulk import Bulk
from guandu.exchange.resources import RegisterResource
from guandu.exchange.writer import WrittenColumn, write_workbook

# What saving row by row may take; a table with a way for many rows takes what the reader does.
MOST_ROWS, MOST_BULK_ROWS = 5_000, 50_000
# Above this a file is checked and written in the background.
INLINE_ROWS, INLINE_BULK_ROWS = 300, 2_000
# From so many rows on a table that has a way for many rows takes it.
BULK_ROWS = 50
OPEN_ROWS = 500
NOTES = (
    "每行登记一条，表头不要改动，不要合并单元格，不要隐藏行或列。带 * 的列必须填写。",
    "有下拉列表的列从列表中选择；日期写成 2026-09-30；数字不带单位。",
    "与已登记的同一条对上的，按本表修改；空着的单元格即改为空。对不上的，登记为新的一条。",
    "导出的文件可以改好后直接上传，没有改动的行不会变。",
    "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密。",
)


@dataclass(frozen=True)
class Table:
    """One table: its resource, who may see, enter and change its rows, and the list it is narrowed as.

    Without rights to enter and change it is for export only.
    """

    code: str
    name: str
    resource: type[RegisterResource]
    view: Permission
    enter: Permission | None = None
    change: Permission | None = None
    notes: tuple[str, ...] = ()
    # (person, query of the list's page) → the rows of that list.
    narrowed: Callable[[User, Any], QuerySet] | None = None
    # Does the same for many rows at once.
    bulk: Callable[[RegisterResource], Bulk] | None = None
    position: int = 100

    @property
    def most(self) -> int:
        return MOST_BULK_ROWS if self.bulk else MOST_ROWS

    @property
    def inline(self) -> int:
        return INLINE_BULK_ROWS if self.bulk else INLINE_ROWS

    @property
    def takes_files(self) -> bool:
        return self.enter is not None and self.change is not None

    def may_import(self, user: User) -> bool:
        """Entering and changing are two rights: a file may do both."""
        return self.takes_files and user.may(self.enter) and user.may(self.change)

    def may_export(self, user: User) -> bool:
        return user.may(self.view)

    def columns(self) -> list[tables.Column]:
        return [column.read() for column in self.resource.columns]

    def heads(self, by: Actor) -> list[WrittenColumn]:
        return [column.written(by) for column in self.resource.columns]

    def plain_heads(self) -> list[WrittenColumn]:
        """As `heads`, without what a template offers to choose from."""
        return [WrittenColumn(column.title, column.width) for column in self.resource.columns]

    def template(self, by: Actor) -> bytes:
        heads = [
            head
            for head, column in zip(self.heads(by), self.resource.columns, strict=True)
            if not column.shown
        ]
        return write_workbook(self.name, heads, open_rows=OPEN_ROWS, notes=(*NOTES, *self.notes))

    def rows(self, user: User, query: Any = None) -> QuerySet:
        """The rows of the person's list, by the same filters as its page."""
        rows = self.resource(user).get_queryset()
        if self.narrowed is None:
            return rows
        return rows.filter(pk__in=self.narrowed(user, query or {}).values("pk"))


_tables: dict[str, Table] = {}


def register_table(table: Table) -> None:
    if table.code in _tables:
        raise RuntimeError(f"Two tables called {table.code}.")
    _tables[table.code] = table


def table_of(code: str) -> Table:
    """Raises KeyError for a table that this release does not know."""
    return _tables[code]


def known_tables() -> Sequence[Table]:
    return sorted(_tables.values(), key=lambda table: (table.position, table.code))


def tables_to_import(user: User) -> list[Table]:
    return [table for table in known_tables() if table.may_import(user)]


def tables_only_out(user: User) -> list[Table]:
    """Those that the person may take out, and nobody fills from a file."""
    return [table for table in known_tables() if not table.takes_files and table.may_export(user)]


def import_permissions() -> tuple[Permission, ...]:
    """Whoever holds one of them may find a table to import."""
    return tuple(sorted({table.enter for table in known_tables() if table.takes_files}))
