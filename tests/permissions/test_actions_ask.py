"""Every action asks whether its actor may, read from the source; what does not says why here."""

import ast

import pytest

from tests.test_architecture import Source, sources

pytestmark = pytest.mark.once

QUESTIONS = {"require", "require_service", "allowed", "may"}
# action → where the question is asked, or why none is.
ASKED_ELSEWHERE = {
    "session.sign_in": "signing in is what makes a person known",
    "session.sign_out": "everybody may leave",
    "session.lock": "the lock-out acts by itself",
    "session.end": "of one's own sessions only",
    "factor.enrol": "of the person himself",
    "factor.remove": "of the person himself; the page asks whether his role must have one",
    "factor.renew": "of the person himself",
    "title.award": "calls title.record, which asks",
    "return.file": "asked by return_moves.start, from the workflow's table",
    "return.review": "asked by return_moves.start, from the workflow's table",
    "return.send_back": "asked by return_moves.start, from the workflow's table",
    "return.sign_off": "asked by return_moves.start, from the workflow's table",
    "return.receive": "asked by return_moves.start, from the workflow's table",
    "workbook.check": "asked by require_loader, of whoever files the return or receives it",
    "return.exempt": "asked by return_moves.start, from the workflow's table",
    "return.resume": "asked by return_moves.start, from the workflow's table",
    "correction.open": "asked by return_moves.start, from the workflow's table",
    "correction.withdraw": "asked by return_moves.start, from the workflow's table",
    "paper.print": "asked by attached.refuse_paper, of whoever files or confirms the return",
    "return.confirm": "asked by return_moves.start, from the workflow's table",
}


def actions(source: Source) -> dict[str, ast.FunctionDef]:
    """Verb → function, of every `@action("noun.verb")` in the module."""
    return {
        decorator.args[0].value: node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        and ast.unparse(decorator.func) == "action"
        and decorator.args
        and isinstance(decorator.args[0], ast.Constant)
    }


def asks(function: ast.FunctionDef, source: Source) -> bool:
    """Whether the function, or one of the same module that it calls, asks one of the questions."""
    beside = {node.name: node for node in source.tree.body if isinstance(node, ast.FunctionDef)}
    called = _calls(function)
    reached = [*called, *(name for each in called if each in beside for name in _calls(beside[each]))]
    refuses = any(_refuses(beside[each]) for each in called if each in beside) or _refuses(function)
    return refuses or bool(QUESTIONS & set(reached))


def _refuses(function: ast.FunctionDef) -> bool:
    """Whether it raises NotAllowed in its own words."""
    raised = [node.exc for node in ast.walk(function) if isinstance(node, ast.Raise) and node.exc]
    return any(ast.unparse(each).startswith("NotAllowed(") for each in raised)


def _calls(function: ast.FunctionDef) -> list[str]:
    return [
        ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(function) if isinstance(node, ast.Call)
    ]


def test_every_action_asks_whether_its_actor_may():
    found = {verb: asks(node, source) for source in sources() for verb, node in actions(source).items()}
    assert len(found) >= 40
    assert sorted(verb for verb, asked in found.items() if not asked and verb not in ASKED_ELSEWHERE) == []
    assert set(ASKED_ELSEWHERE) <= set(found), "an action that no longer exists"


@pytest.mark.parametrize(
    ("body", "asked"),
    [
        ("row.save()", False),
        ("require(by, Permission.PARK_EDIT, to='改')\n    row.save()", True),
        ("_check(by)", True),
        ("by.may(Permission.PARK_EDIT)", True),
        ("_quietly(by)", False),
        ("if by.actor_kind == 'user':\n        raise NotAllowed('不')", True),
    ],
)
def test_a_planted_action_is_judged(body, asked):
    text = (
        f"@action('x.y')\ndef change(*, by):\n    {body}\n\n"
        "def _check(by):\n    require_service(by, to='x')\n\ndef _quietly(by):\n    pass\n"
    )
    planted = Source(None, "parks.actions.x", ast.parse(text), text.splitlines())
    assert asks(actions(planted)["x.y"], planted) is asked
