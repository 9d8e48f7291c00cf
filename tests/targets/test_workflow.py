"""How a return moves: the table itself, and that the service refuses everything outside it."""

import pytest

from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.models import AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from targets.actions import corrections, exemptions, returns
from targets.enums import ReturnState
from targets.models import Return, ReturnMove, ReturnVersion
from targets.queries.next_steps import next_steps, who_is_next
from targets.workflow import TABLE, Verb, awaited, steps_from, who_acts
from tests.targets.factories import (
    CONFIRMED_ROUTE,
    REVIEWED_ROUTE,
    Cast,
    make_cast,
    make_cycle as open_for,
    make_district_template,
    make_office,
    make_operator,
    make_person,
    make_reviewer,
)

pytestmark = pytest.mark.django_db

ACTIONS = {
    Verb.FILE: returns.file,
    Verb.REVIEW: returns.review,
    Verb.SEND_BACK: lambda **arguments: returns.send_back(comment="请核对", **arguments),
    Verb.CONFIRM: returns.confirm,
    Verb.CORRECT: lambda **arguments: corrections.open_(codes=["REV"], reason="录入有误", **arguments),
    Verb.WITHDRAW: lambda **arguments: corrections.withdraw(reason="不再订正", **arguments),
    Verb.SIGN_OFF: returns.sign_off,
    Verb.RECEIVE: returns.receive,
    Verb.EXEMPT: lambda **arguments: exemptions.exempt(reason="停产改造", **arguments),
    Verb.RESUME: lambda **arguments: exemptions.resume(reason="恢复生产", **arguments),
}
# Who may do what from where, by hand: everything else is refused.
ALLOWED = {
    ("draft", Verb.FILE): {"operator"},
    ("sent_back", Verb.FILE): {"operator"},
    ("filed", Verb.REVIEW): {"reviewer"},
    ("filed", Verb.SEND_BACK): {"reviewer"},
    ("reviewed", Verb.CONFIRM): {"office"},
    ("reviewed", Verb.SEND_BACK): {"office"},
    ("locked", Verb.CORRECT): {"office"},
    ("draft", Verb.EXEMPT): {"office"},
    ("sent_back", Verb.EXEMPT): {"office"},
    ("exempt", Verb.RESUME): {"office"},
}
STRANGERS = {
    "operator of another park": lambda: make_operator("P9"),
    "another department": lambda: make_reviewer("U-OTHER"),
    "street": lambda: make_person("street", RoleCode.STREET, ScopeKind.STREET, "U-ST"),
    "task force": lambda: make_person("force", RoleCode.TASK_FORCE, ScopeKind.CHAIN, "DIG"),
    "leader": lambda: make_person("leader", RoleCode.LEADER, ScopeKind.DISTRICT),
    "expert": lambda: make_person("expert", RoleCode.EXPERT, ScopeKind.PARK, "P1"),
    "system admin": lambda: make_person("root", RoleCode.SYSTEM_ADMIN, ScopeKind.DISTRICT),
    "security admin": lambda: make_person("safe", RoleCode.SECURITY_ADMIN, ScopeKind.DISTRICT),
}


def everybody(cast: Cast) -> dict:
    people = {"operator": cast.operator, "reviewer": cast.reviewer, "office": cast.office}
    return people | {role: make() for role, make in STRANGERS.items()}


@pytest.mark.feature("B2")
@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("state", ReturnState.values)
def test_every_move_outside_the_table_is_refused(state, verb):
    cast = make_cast()
    return_, people = cast.at(state), everybody(cast)
    moves = ReturnMove.objects.count()
    for role in people.keys() - ALLOWED.get((state, verb), set()):
        with pytest.raises((NotAllowed, NotReady)):
            ACTIONS[verb](return_=return_, by=people[role])
        unchanged = Return.objects.get(pk=return_.pk)
        assert (unchanged.state, unchanged.version) == (state, return_.version), role
    assert ReturnMove.objects.count() == moves


@pytest.mark.feature("B2")
@pytest.mark.parametrize(("state", "verb"), ALLOWED)
def test_every_move_in_the_table_is_made(state, verb):
    cast = make_cast()
    return_ = cast.at(state)
    [role] = ALLOWED[state, verb]
    moved = ACTIONS[verb](return_=return_, by=getattr(cast, role))
    [step] = [each for each in steps_from(state, REVIEWED_ROUTE) if each.verb == verb]
    assert (moved.state, moved.version) == (step.to_state, return_.version + 1)


@pytest.mark.feature("B2")
@pytest.mark.parametrize("state", ReturnState.values)
def test_what_a_person_may_do_next_is_what_the_service_lets_him_do(state):
    cast = make_cast()
    return_ = cast.at(state)
    for role, user in everybody(cast).items():
        expected = {verb for verb in Verb if role in ALLOWED.get((state, verb), ())}
        assert {step.verb for step in next_steps(return_, user)} == expected, role


def test_a_refusal_names_the_state_and_who_is_next():
    cast = make_cast()
    return_ = cast.filed()
    with pytest.raises(NotReady, match="现在是“已报送”，不能报送.*下一步由包保部门工作人员办理"):
        returns.file(return_=return_, by=cast.operator)
    with pytest.raises(NotReady, match="联系园区发展办办理数据订正"):
        returns.file(return_=returns.confirm(
            return_=returns.review(return_=return_, by=cast.reviewer), by=cast.office
        ), by=cast.operator)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "words"),
    [("draft", "演示运营公司P1"), ("filed", "包保部门工作人员"), ("reviewed", "园区发展办"), ("locked", "")],
)
def test_who_is_next_is_named_in_words(state, words):
    cast = make_cast()
    return_ = Return.objects.select_related("cycle__template", "filer").get(pk=cast.at(state).pk)
    assert who_is_next(return_) == words


def test_a_move_made_from_a_stale_page_is_a_conflict():
    cast = make_cast()
    seen = cast.filed()
    returns.review(return_=seen, by=cast.reviewer)
    with pytest.raises(Conflict, match="已审核"):
        returns.review(return_=seen, by=cast.reviewer)
    fresh = Return.objects.get(pk=seen.pk)
    with pytest.raises(Conflict):
        returns.confirm(return_=fresh, expected=seen.version, by=cast.office)
    assert Return.objects.get(pk=seen.pk).state == ReturnState.REVIEWED


def test_two_clicks_file_once():
    cast = make_cast()
    seen = cast.filled()
    returns.file(return_=seen, by=cast.operator)
    with pytest.raises(Conflict):
        returns.file(return_=seen, by=cast.operator)
    assert ReturnMove.objects.filter(verb="file").count() == 1
    assert ReturnVersion.objects.count() == 1


@pytest.mark.feature("B25")
def test_who_filed_never_approves_whatever_he_is_granted():
    cast = make_cast()
    make_person(cast.operator.username, RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, "U-DEP")
    make_person(cast.operator.username, RoleCode.OFFICE, ScopeKind.DISTRICT)
    cast.operator.forget_grants()
    return_ = cast.filed()
    [step] = [each for each in next_steps(return_, cast.operator) if each.verb == Verb.REVIEW]
    assert step.missing == ("这张报表由您报送，须由其他人办理",)
    with pytest.raises(NotAllowed, match="须由其他人办理"):
        returns.review(return_=return_, by=cast.operator)
    return_ = returns.review(return_=return_, by=cast.reviewer)
    with pytest.raises(NotAllowed, match="须由其他人办理"):
        returns.confirm(return_=return_, by=cast.operator)


@pytest.mark.parametrize("comment", ["", "  \n"])
def test_sending_back_without_a_word_is_refused(comment):
    cast = make_cast()
    return_ = cast.filed()
    with pytest.raises(Invalid) as refused:
        returns.send_back(return_=return_, comment=comment, by=cast.reviewer)
    assert [field for field, _ in refused.value.errors] == ["comment"]
    assert Return.objects.get(pk=return_.pk).state == ReturnState.FILED


def test_sending_back_copies_what_was_filed_into_a_new_draft_and_keeps_the_comments():
    cast = make_cast()
    filed = cast.filed()
    comments = {"REV": "与税收不匹配", "FIRMS": ""}
    back = returns.send_back(return_=filed, comment="请核对", cell_comments=comments, by=cast.reviewer)
    assert (back.draft.number, back.filed.number) == (2, 1)
    assert back.draft.lines.get().values == back.filed.lines.get().values
    [note] = back.notes.filter(kind="comment")
    assert (note.indicator.code, note.version, note.text) == ("REV", back.filed, "与税收不匹配")
    assert back.draft.frozen_at is None


def test_a_comment_on_a_cell_that_the_sheet_does_not_have_is_refused():
    cast = make_cast()
    with pytest.raises(Invalid):
        returns.send_back(return_=cast.filed(), comment="x", cell_comments={"GDP": "?"}, by=cast.reviewer)


def test_every_move_leaves_a_trace_and_one_event():
    cast = make_cast()
    return_ = cast.locked()
    assert list(return_.moves.values_list("verb", "from_state", "to_state", "actor_name")) == [
        ("file", "draft", "filed", cast.operator.name),
        ("review", "filed", "reviewed", cast.reviewer.name),
        ("confirm", "reviewed", "locked", cast.office.name),
    ]
    assert AuditEvent.objects.filter(verb="return.confirm", outcome="done").count() == 1


def test_a_denied_move_is_recorded():
    cast = make_cast()
    with pytest.raises(NotAllowed):
        returns.confirm(return_=cast.reviewed(), by=cast.operator)
    assert AuditEvent.objects.filter(verb="return.confirm", outcome="denied").count() == 1


def test_a_bureaus_sheet_goes_straight_to_the_office():
    filer = make_reviewer("U-TAX", "tax")
    return_ = open_for("2026Q2", make_district_template("U-TAX")).returns.get()
    return_ = returns.save(return_=return_, cells={"D_TAX": "5000"}, by=filer)
    return_ = returns.file(return_=return_, by=filer)
    assert [step.verb for step in next_steps(return_, filer)] == []
    assert returns.confirm(return_=return_, by=make_office()).state == ReturnState.LOCKED


def test_the_sponsoring_department_sees_but_does_not_file():
    cast = make_cast()
    return_ = cast.filled()
    assert Return.objects.visible_to(cast.reviewer).get() == return_
    with pytest.raises(NotAllowed):
        returns.file(return_=return_, by=cast.reviewer)
    with pytest.raises(NotAllowed):
        returns.save(return_=return_, cells={"REV": "1"}, by=cast.reviewer)


def test_the_table_waits_for_the_steps_of_the_route_in_order():
    assert [awaited(state, REVIEWED_ROUTE) for state in ReturnState.values] == [
        "",
        "review",
        "",
        "confirm",
        "",
        "",
    ]
    assert [awaited(state, CONFIRMED_ROUTE) for state in ReturnState.values] == ["", "confirm", *[""] * 4]
    assert {step.verb for step in steps_from("filed", CONFIRMED_ROUTE)} == {Verb.CONFIRM, Verb.SEND_BACK}
    assert who_acts("filed", REVIEWED_ROUTE) == "包保部门工作人员"
    assert {step.to_state for step in TABLE} == set(ReturnState.values)
