"""The order of the rooms, the layers inside an app and the one write path, read from the source.

docs/architecture.md says why; this file says it so that a machine notices.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
APPS = ("parks", "targets", "rating", "investment")
MACHINERY = (
    "core", "audit", "jobs", "accounts", "files", "notices", "web", "exchange", "documents", "oversight", "portal",
    "api",
)  # fmt: skip

# A room imports rooms of a lower rank only; rooms of one rank do not import each other.
RANKS = {
    "guandu.core": 0,
    "guandu.audit": 1,
    "guandu.jobs": 2,
    "guandu.accounts": 3,
    "guandu.files": 4,
    "guandu.notices": 5,
    "guandu.web": 6,
    "guandu.exchange": 7,
    "guandu.documents": 7,
    # What the audit administrator works with: above web, jobs and accounts, beside no business.
    "guandu.oversight": 8,
    "parks": 8,
    "targets": 9,
    "rating": 10,
    "investment": 10,
    "guandu.portal": 11,
    "guandu.api": 11,
    "guandu": 12,  # urls, settings, celery, wsgi, admin_theme: what composes
}
BELOW_WEB = {"guandu.audit", "guandu.jobs", "guandu.accounts", "guandu.files", "guandu.notices"}
# What pages and forms of the rooms below them may use.
FOR_PAGES = {"guandu.web", "guandu.exchange"}
INTERFACE = {"forms", "views", "api", "admin", "urls"}

# module → what it may import upwards, and why.
UPWARD = {
    ("guandu.jobs.relay", "guandu.celery"): "the relay is the one place that speaks to the broker",
}

LEAF, QUERYSETS, MODELS, QUERIES, ACTIONS, FORMS, EDGE = range(7)
LAYERS = {
    "querysets": QUERYSETS,
    "models": MODELS,
    "queries": QUERIES,
    # Ask the policy's row; actions stand on both.
    "lockout": QUERIES,
    "validators": QUERIES,
    "actions": ACTIONS,
    "forms": FORMS,
    "filters": FORMS,
    "exchange": FORMS,
    "views": EDGE,
    "urls": EDGE,
    # Called by the frame around the views, and by django-allauth.
    "middleware": EDGE,
    "adapters": EDGE,
    "admin": EDGE,
    "api": EDGE,
    "management": EDGE,
    "templatetags": EDGE,
    # A handler fetches and calls one action, as a view does; only apps.py imports it.
    "tasks": EDGE,
    # What the room hands up to shared pages; only apps.py imports it.
    "todos": EDGE,
    "panels": EDGE,
    "tiles": EDGE,
    "navigation": EDGE,
    "pages": EDGE,
    # apps.py composes the room: what it registers may stand anywhere in it.
    "apps": EDGE,
    # Migrations stand beside the layers.
    "migrations": EDGE,
}
# Leaves of an app that read its models: (module, why).
READS_MODELS = {
    "guandu.audit.trail": "the chain itself, below every action",
    "guandu.audit.walk": "the chain itself, below every action",
    "guandu.audit.verification": "the chain itself, below every action",
    "guandu.audit.anchors": "the chain itself, below every action",
    "guandu.audit.archives": "the chain itself, below every action",
    "guandu.audit.denials": "the chain itself, below every action",
    "guandu.jobs.queue": "writes the row that an action asks for",
    "guandu.jobs.worker": "the state of a job is its own write path",
    "guandu.jobs.relay": "stamps what it sent",
    "guandu.core.clock": "the demonstration date is a row, and core.models knows the clock",
}

WRITES = {
    "save",
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "delete",
    "update",
}
WRITE_FREE = {"views", "api", "admin", "forms", "templatetags", "management", "urls", "filters", "tasks"}
# (module, call) → why a write outside an action is right there.
WRITES_ALLOWED: dict[tuple[str, str], str] = {}

LONGEST = 400


@dataclass(frozen=True)
class Import:
    module: str
    target: str
    line: int
    in_function: bool
    has_reason: bool


@dataclass(frozen=True)
class Source:
    path: Path
    name: str
    tree: ast.Module
    lines: list[str]

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        return room_of(self.name)

    @property
    def part(self) -> str:
        """The first name below the room: models, views, api …"""
        return self.name.removeprefix(self.room).lstrip(".").split(".")[0]


def room_of(module: str) -> str:
    """The room of a dotted name; "" outside the project."""
    parts = module.split(".")
    if parts[0] in APPS:
        return parts[0]
    if parts[0] != "guandu":
        return ""
    return ".".join(parts[:2]) if len(parts) > 1 and parts[1] in MACHINERY else "guandu"


def layer_of(module: str) -> int:
    room = room_of(module)
    parts = module.removeprefix(room).lstrip(".").split(".")
    if parts[0] == "api" and len(parts) > 1 and parts[1] == "serializers":
        return FORMS
    return LAYERS.get(parts[0].split("_")[0], LEAF)


@cache
def sources() -> tuple[Source, ...]:
    found = []
    for top in ("guandu", *APPS):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            text = path.read_text(encoding="utf-8")
            found.append(Source(path, name, ast.parse(text), text.splitlines()))
    return tuple(found)


@cache
def known_modules() -> frozenset[str]:
    return frozenset(source.name for source in sources())


@cache
def imports() -> tuple[Import, ...]:
    return tuple(each for source in sources() for each in _imports(source))


def _imports(source: Source) -> list[Import]:
    inside = {
        id(node)
        for function in ast.walk(source.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(source.tree):
        for target in _targets(source, node):
            around = source.lines[max(0, node.lineno - 2) : node.end_lineno]
            reason = any("# reason:" in line for line in around)
            found.append(Import(source.name, target, node.lineno, id(node) in inside, reason))
    return found


def _targets(source: Source, node: ast.AST) -> list[str]:
    """The modules a statement imports: `from a import b` names a.b when that is a module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        here = source.name.split(".")
        upper = here[: len(here) - node.level + (1 if source.is_package else 0)]
        base = ".".join([*upper, *([node.module] if node.module else [])])
    names = {f"{base}.{alias.name}" for alias in node.names}
    return sorted(name if name in known_modules() else base for name in names)


def project_imports() -> list[Import]:
    return [each for each in imports() if room_of(each.target)]


def part_of(module: str) -> str:
    return module.removeprefix(room_of(module)).lstrip(".").split(".")[0].split("_")[0]


def may_reach(each: Import) -> bool:
    here, there = room_of(each.module), room_of(each.target)
    if here == there or RANKS[there] < RANKS[here]:
        return True
    if (each.module, each.target) in UPWARD:
        return True
    return there in FOR_PAGES and here in BELOW_WEB and part_of(each.module) in INTERFACE


def test_rooms_import_lower_rooms_only():
    wrong = [f"{i.module}:{i.line} → {i.target}" for i in project_imports() if not may_reach(i)]
    assert wrong == []


def test_every_exception_is_used():
    used = {(i.module, i.target) for i in project_imports()}
    assert set(UPWARD) <= used
    assert set(READS_MODELS) <= {i.module for i in project_imports() if layer_of(i.target) == MODELS}
    calls = {(source.name, call) for source in sources() for call, _ in _orm_writes(source)}
    assert set(WRITES_ALLOWED) <= calls


def test_web_imports_no_pages_of_the_rooms_below_it():
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in project_imports()
        if room_of(i.module) == "guandu.web"
        and room_of(i.target) in BELOW_WEB
        and part_of(i.target) in INTERFACE
    ]
    assert wrong == []


def test_middleware_stands_on_core_alone():
    rooms = {room_of(i.target) for i in project_imports() if i.module == "guandu.web.middleware"}
    assert rooms <= {"guandu.core", "guandu.web"}


def test_layers_inside_a_room_point_downwards():
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in project_imports()
        if room_of(i.module) == room_of(i.target)
        and room_of(i.module) not in {"guandu", "guandu.web"}
        and layer_of(i.target) > layer_of(i.module)
        and not (i.module in READS_MODELS and layer_of(i.target) == MODELS)
    ]
    assert wrong == []


def test_apps_use_each_other_below_the_edge_only():
    """Through models, queries and actions (and leaves), never through pages, forms or commands."""
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in project_imports()
        if room_of(i.target) in APPS
        and room_of(i.module) in APPS
        and room_of(i.module) != room_of(i.target)
        and layer_of(i.target) > ACTIONS
        and layer_of(i.module) < EDGE
    ]
    assert wrong == []


def test_engine_is_pure():
    """Nothing of Django, nothing of other rooms: it replays the same bytes anywhere."""
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in imports()
        if i.module.startswith("rating.engine")
        and (
            i.target.split(".")[0] == "django"
            or (room_of(i.target) and not i.target.startswith("rating.engine"))
        )
    ]
    assert wrong == []


def test_planning_is_pure():
    """What-if, nearness and paths stand on the engine alone."""
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in imports()
        if i.module.startswith("rating.planning")
        and (
            i.target.split(".")[0] == "django"
            or (room_of(i.target) and not i.target.startswith(("rating.engine", "rating.planning")))
        )
    ]
    assert wrong == []


def test_progress_is_pure():
    """Plain values in, plain values out: no row, no clock, no page."""
    fine = ("targets.progress", "targets.enums", "guandu.core.periods")
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in imports()
        if i.module.startswith("targets.progress")
        and (i.target.split(".")[0] == "django" or (room_of(i.target) and not i.target.startswith(fine)))
    ]
    assert wrong == []


def test_pandas_is_imported_where_it_is_needed():
    heavy = {"pandas", "numpy", "openpyxl", "xlsxwriter"}
    wrong = [
        f"{i.module}:{i.line}" for i in imports() if i.target.split(".")[0] in heavy and not i.in_function
    ]
    assert wrong == []


def test_late_imports_give_their_reason():
    wrong = [
        f"{i.module}:{i.line} → {i.target}"
        for i in imports()
        if i.in_function and not i.has_reason and i.target.split(".")[0] not in {"pandas", "numpy"}
    ]
    assert wrong == []


def test_modules_are_named_for_a_thing():
    vague = {"utils", "util", "common", "helpers", "helper", "misc"}
    assert [s.name for s in sources() if set(s.name.split(".")) & vague] == []


def test_modules_stay_short():
    long = {s.name: len(s.lines) for s in sources() if s.part != "migrations" and len(s.lines) > LONGEST}
    assert long == {}


def _orm_writes(source: Source) -> list[tuple[str, int]]:
    """Calls that look like writes of the ORM: (call, line). A call with `by=` is an action."""
    return [
        (ast.unparse(node.func), node.lineno)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and not any(keyword.arg == "by" for keyword in node.keywords)
        # A dict's update takes a mapping; a queryset's takes keywords.
        and not (node.func.attr == "update" and node.args)
        and not (node.func.attr in {"save", "delete"} and ast.unparse(node.func.value) == "super()")
    ]


def test_pages_write_through_actions_only():
    wrong = [
        f"{source.name}:{line} {call}"
        for source in sources()
        if source.part.split("_")[0] in WRITE_FREE
        for call, line in _orm_writes(source)
        if (source.name, call) not in WRITES_ALLOWED
    ]
    assert wrong == []


def test_queries_do_not_write():
    wrong = [
        f"{source.name}:{line} {call}"
        for source in sources()
        if source.part in {"queries", "querysets", "models"} and source.room in APPS
        for call, line in _orm_writes(source)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "target", "fine"),
    [
        ("parks.queries.lists", "targets.models", False),
        ("rating.models", "investment.models", False),
        ("guandu.accounts.views", "guandu.web.views", True),
        ("guandu.accounts.actions.users", "guandu.web.views", False),
        ("guandu.accounts.forms_batches", "guandu.exchange.workbooks", True),
        ("guandu.accounts.actions.batches", "guandu.exchange.workbooks", False),
        ("guandu.web.views", "guandu.accounts.models", True),
        ("guandu.core.clock", "guandu.urls", False),
        ("guandu.portal.views", "rating.models", True),
        ("targets.views.plan", "guandu.portal.views", False),
    ],
)
def test_the_order_tells_right_from_wrong(module, target, fine):
    assert may_reach(Import(module, target, 1, False, False)) is fine


def _source(text: str) -> Source:
    return Source(Path("planted.py"), "parks.views", ast.parse(text), text.splitlines())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("park.save()", 1),
        ("Park.objects.filter(pk=1).update(name='x')", 1),
        ("Park.objects.create(name='x')", 1),
        ("parks.create(name='x', by=user)", 0),
        ("context.update({'a': 1})", 0),
        ("Park.objects.all().delete()", 1),
    ],
)
def test_a_planted_write_is_seen(text, count):
    assert len(_orm_writes(_source(text))) == count


def test_a_planted_late_import_is_seen():
    text = "def f():\n    from targets import models\n    import pandas\n"
    found = _imports(_source(text))
    assert [(i.target, i.in_function, i.has_reason) for i in found] == [
        ("targets.models", True, False),
        ("pandas", True, False),
    ]
