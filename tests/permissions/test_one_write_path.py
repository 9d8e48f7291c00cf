"""trust.md G-01: no write outside an action, read from the source of every room; what writes beside says why."""

import ast
from collections.abc import Iterator

import pytest

from tests.test_architecture import WRITES, Source, sources

pytestmark = pytest.mark.once

AT_ONCE = {*WRITES, "_raw_delete", "raw", "execute", "executemany", "asave", "aupdate", "acreate", "adelete"}
# Modules that write without being an action, and why.
OUTSIDE = {
    "guandu.accounts.adapters": "the row of the session in which somebody signs in",
    "guandu.accounts.lockout": "the lock-out counts failures by itself; its lock and its end are recorded",
    "guandu.accounts.middleware": "when the person was last here, in his own list of sessions",
    "guandu.accounts.one_time_codes": "uses a code up; part of signing in, of showing it again, of enrolling",
    "guandu.accounts.session_engine": "the session's own row",
    "guandu.audit.actions": "what actions write with: it refuses outside one",
    "guandu.audit.anchors": "reads the head's row by a statement of its own",
    "guandu.audit.archives": "moves the oldest stretch of the trail; part of an action",
    "guandu.audit.trail": "the trail itself",
    "guandu.core.bulk_rows": "what actions of many rows write with",
    "guandu.core.triggers": "puts the guards into the database, in migrations",
    "guandu.core.cache": "a cache is no table",
    "guandu.documents.docx": "saves a Word file into memory",
    "guandu.exchange.editor": "adds to a workbook in a process of its own, which has no database",
    "guandu.exchange.loaded_rows": "part of every action that loads a file",
    "guandu.exchange.resources": "fills a row that is not stored; what creates and changes it are actions",
    "guandu.jobs.queue": "writes the row of the work that an action asks for",
    "guandu.jobs.relay": "stamps what it has sent, and holds its lease",
    "guandu.jobs.worker": "the state of a job is its own write path",
    "guandu.portal.demo.seed": "the one row that says that demonstration data is loaded",
    "targets.models.template": "its own save, which gives the first version of a form its series",
    "parks.exchange.attributions": "a later row is a new one: its own create, which is an action",
    "parks.exchange.placements": "the same",
}
# Functions of actions/ that others call, that write and are no action themselves.
PARTS = {
    "guandu.accounts.actions.factors.take_off": "part of factor.remove, factor.reset and of the server's reset",
    "guandu.accounts.actions.sessions.end_all": "part of every action that ends somebody's sessions",
    "guandu.accounts.actions.sessions.unlist": "what signing out leaves behind; signing out is the action",
    "guandu.notices.actions.messages.post": "part of every action that tells people something",
    "guandu.notices.actions.messages.send": "what leaves through channels; part of the same and of delivery.digest",
    "guandu.oversight.actions.checks.check": "keeps what a check of the trail found; its alarm is the action",
    "guandu.oversight.actions.checks.forget_old_watches": "good checks of a month ago tell nothing more",
    "parks.actions.carrying.carry_on": "part of park.merge and enterprise.merge",
    "parks.actions.closings.end_tenancies": "part of closing a firm, in enterprise.update and proposal.accept",
    "parks.actions.enterprise_sets.drop": "empties the stage of a file; its store is the action",
    "parks.actions.enterprise_sets.lay_out": "fills the stage of a file; its store is the action",
    "parks.actions.request_numbers.reseal_requests": "part of contact.reseal",
    "parks.actions.naming.succeed": "part of every action that gives another name",
    "targets.actions.certified.supersede": "part of return.confirm and certified.settle",
    "targets.actions.figure_building.building": "holds the temporary table of what a roll-up stores",
    "targets.actions.figures.leave_out_late": "part of figures.store and figures.heal",
    "targets.actions.lights.follow_results": "part of targets.store",
    "targets.actions.meetings.drop": "part of agenda.remove and meeting.reopen_agenda",
    "targets.actions.meetings.move": "part of every action on a meeting, its agenda and its minutes",
    "targets.actions.meetings.place": "part of meeting.set_agenda, agenda.word and agenda.remove",
    "targets.actions.rosters.add_lines": "part of cycle.open",
    "targets.actions.corrections.settle": "part of return.confirm: the corrected cells are settled",
    "targets.actions.drafts.discard": "part of correction.withdraw and of park.merge",
    "targets.actions.certified.certify": "part of return.confirm",
    "targets.actions.evidence.carry_evidence": "part of whatever copies a filed version into a draft",
    "targets.actions.evidence.drop_evidence": "part of targets.actions.mergers.withdraw_drafts",
    "targets.actions.evidence.seal_evidence": "part of return.file, which freezes the version",
    "targets.actions.match_rows.carry_matches": "part of whatever copies a filed version into a draft",
    "targets.actions.match_rows.drop_matches": "part of discarding a draft and of roster.refresh",
    "targets.actions.match_rows.put_match": "part of roster.match",
    "targets.actions.mergers.withdraw_drafts": "part of park.merge",
    "targets.actions.return_moves.move": "part of every move of a return",
    "targets.actions.drafts.mark_unread": "part of workbook.load",
    "targets.actions.drafts.write": "part of return.save",
    "targets.actions.drafts.copy_of": "part of return.send_back",
    "targets.actions.load_targets.put_targets": "part of plan.load",
    "targets.actions.load_tasks.put_tasks": "part of plan.load",
    "targets.actions.task_making.enter_task": "part of task.create and instruction.enter",
    "targets.actions.task_making.give_units": "part of the same",
}


def writes(node: ast.AST) -> list[int]:
    """Lines that write to a table. A call with `by=` is an action; a dict's update takes a mapping."""
    return [
        call.lineno
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in AT_ONCE
        and not any(word.arg == "by" for word in call.keywords)
        and not (call.func.attr == "update" and call.args)
    ]


def is_of_actions(source: Source) -> bool:
    return source.part.split("_")[0] == "actions" and source.name != "guandu.audit.actions"


def test_only_actions_write():
    beside = {
        each.name
        for each in sources()
        if each.part != "migrations" and not is_of_actions(each) and writes(each.tree)
    }
    assert beside == set(OUTSIDE)


def unnamed_writers(source: Source) -> Iterator[str]:
    """Functions for others that write, themselves or through their own helpers, and are no action."""
    functions = {node.name: node for node in source.tree.body if isinstance(node, ast.FunctionDef)}
    helpers = {name: node for name, node in functions.items() if name.startswith("_")}
    for name, node in functions.items():
        is_action = any(ast.unparse(each).startswith("action(") for each in node.decorator_list)
        if name not in helpers and not is_action and _reaches_a_write(node, helpers, set()):
            yield f"{source.name}.{name}"


def _reaches_a_write(node: ast.FunctionDef, helpers: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    if writes(node):
        return True
    called = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)} & set(
        helpers
    ) - seen
    return any(_reaches_a_write(helpers[name], helpers, seen | called) for name in called)


def test_what_actions_offer_to_others_is_an_action_or_said_to_be_part_of_one():
    found = {name for source in sources() if is_of_actions(source) for name in unnamed_writers(source)}
    assert found == set(PARTS)


def planted(text: str) -> Source:
    return Source(None, "parks.actions.parks", ast.parse(text), text.splitlines())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def rename(park):\n    park.save()", ["parks.actions.parks.rename"]),
        (
            "def rename(park):\n    _store(park)\ndef _store(park):\n    Park.objects.update(name='x')",
            ["parks.actions.parks.rename"],
        ),
        ("@action('park.rename')\ndef rename(*, park, by):\n    park.save()", []),
        ("def rename(park, by):\n    parks.update(park=park, by=by)", []),
        (
            "def rename(cursor):\n    cursor.execute('UPDATE parks_park SET name = 1')",
            ["parks.actions.parks.rename"],
        ),
        ("def read(park):\n    known.update({'a': 1})", []),
    ],
)
def test_a_planted_writer_is_seen(text, found):
    assert list(unnamed_writers(planted(text))) == found
