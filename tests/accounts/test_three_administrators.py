"""系统、安全、审计管理员: three people by constraint, with nothing in common, and no way from one to all."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations

import pytest
from django.db import IntegrityError, connection, transaction

from guandu.accounts.actions import administrators, batches, grants, handovers, operators, persons, users
from guandu.accounts.models import AccountBatch, Grant, User
from guandu.accounts.permissions import Permission as P
from guandu.accounts.queries_batches import Line
from guandu.accounts.roles import ADMINISTRATORS, ROLES, RoleCode, ScopeKind
from guandu.audit.models import AuditEvent
from guandu.core.errors import Invalid, NotAllowed, NotReady, PortalError
from tests.factories import give, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]

BUSINESS_WRITES = {
    P.PARK_EDIT, P.REFERENCE_EDIT, P.RETURN_FILE, P.RETURN_REVIEW, P.RETURN_OPINE, P.RETURN_CONFIRM, P.RETURN_URGE,
    P.REMINDER_EDIT, P.CYCLE_OPEN, P.PLAN_EDIT, P.PLAN_ANSWER,
    P.ASSESSMENT_RUN, P.PROJECT_EDIT, P.BATCH_REQUEST, P.OPERATOR_RESET, P.SPACE_EDIT, P.TENANCY_EDIT,
    P.REGISTER_PROPOSE, P.REGISTER_DECIDE, P.NOTE_WRITE, P.CONTACT_EDIT, P.CONTACT_REVEAL, P.ATTRIBUTION_CLAIM,
    P.ATTRIBUTION_SETTLE, P.CULTIVATION_EDIT, P.COMPARISON_RUN, P.FINDING_DECIDE, P.DISPATCH_SEND, P.DISPATCH_FILL,
    P.RETURN_RECEIVE, P.HISTORY_ENTER, P.LAYOUT_EDIT, P.PUBLICATION_ISSUE, P.PLAN_ANSWER, P.MEETING_EDIT, P.AGENDA_PROPOSE,
    P.REQUEST_RAISE, P.REQUEST_ASSIGN, P.REQUEST_HANDLE, P.SERVICE_RECORD, P.VISIT_RECORD,
    P.TASK_OVERSEE, P.TASK_EDIT, P.TASK_REPORT, P.TASK_ACCEPT, P.INSTRUCTION_ENTER, P.SUPERVISION_ISSUE,
    P.DOCUMENT_EDIT, P.DOCUMENT_OPINE, P.DOCUMENT_SIGN,
}  # fmt: skip
SHARED = {P.ADMIN_ENTER, P.ACCOUNT_VIEW, P.BATCH_VIEW}
SELECTED = sorted(ADMINISTRATORS)


# What each may


@pytest.mark.parametrize(("one", "other"), list(combinations(SELECTED, 2)))
def test_two_administrators_share_nothing_but_the_door(one, other):
    assert ROLES[one].permissions & ROLES[other].permissions <= SHARED


@pytest.mark.parametrize("role", SELECTED)
def test_an_administrator_does_no_business(role):
    assert not ROLES[role].permissions & BUSINESS_WRITES
    seen = {P.PARK_VIEW, P.RETURN_VIEW, P.FIGURE_VIEW, P.TOTALS_VIEW, P.PROJECT_VIEW, P.ASSESSMENT_VIEW}
    assert not ROLES[role].permissions & seen


def test_every_permission_to_write_is_judged_above():
    reads = {p for p in P if p.value.endswith((".view", ".use"))} | {P.ADMIN_ENTER}
    kept = {P.ACCOUNT_EDIT, P.GRANT_EDIT, P.POLICY_EDIT, P.JOB_CONTROL, P.DOCUMENT_TEMPLATE_EDIT}
    assert set(P) - reads - kept == BUSINESS_WRITES


# By constraint, whoever writes


def raw(sql: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


INSERT = (
    "INSERT INTO accounts_grant (user_id, role, scope_kind, scope_code, seat, reason, valid_from, valid_to) "
    "VALUES (%s, %s, 'district', '', '', '', %s, %s)"
)


@pytest.mark.parametrize(
    ("first", "second"),
    [(a, b) for a in [*SELECTED, "office", "leader"] for b in [*SELECTED, "office"] if a != b and {a, b} & ADMINISTRATORS],
)
def test_sql_gives_nobody_two_of_them_nor_business_beside_one(first, second):
    user = make_user(first)
    with pytest.raises(IntegrityError, match="exclusive administrator"):
        raw(INSERT, user.pk, second, date(2025, 1, 1), None)
    assert user.grants.count() == 1


@pytest.mark.parametrize(
    ("since", "until", "fine"),
    [
        (date(2025, 6, 1), date(2025, 7, 1), False),  # within
        (date(2024, 1, 1), date(2025, 1, 1), True),  # ends on the day the other begins
        (date(2026, 1, 1), None, True),  # begins on the day the other ends
        (date(2024, 1, 1), date(2025, 1, 2), False),  # one day together
        (date(2025, 12, 31), None, False),
        (date(2025, 6, 1), date(2025, 6, 1), True),  # in force on no day
        (date(2024, 1, 1), None, False),
    ],
)
def test_the_dates_are_half_open(since, until, fine):
    user = make_user(RoleCode.AUDIT_ADMIN, since=date(2025, 1, 1), until=date(2026, 1, 1))
    if fine:
        raw(INSERT, user.pk, "office", since, until)
    else:
        with pytest.raises(IntegrityError, match="exclusive administrator"):
            raw(INSERT, user.pk, "office", since, until)


def test_nor_does_an_update():
    user = make_user(RoleCode.AUDIT_ADMIN, since=date(2024, 1, 1), until=date(2025, 1, 1))
    later = give(user, RoleCode.OFFICE, since=date(2025, 1, 1))
    other = make_user(RoleCode.SECURITY_ADMIN).grants.get()
    for change in ({"valid_from": date(2024, 12, 31)}, {"role": "system_admin", "valid_from": date(2024, 6, 1)}):
        with pytest.raises(IntegrityError, match="exclusive administrator"), transaction.atomic():
            Grant.objects.filter(pk=later.pk).update(**change)
    with pytest.raises(IntegrityError, match="exclusive administrator"), transaction.atomic():
        Grant.objects.filter(pk=other.pk).update(user=user)
    Grant.objects.filter(pk=later.pk).update(reason="更正")


def test_one_person_has_one_account_whatever_its_spelling():
    make_user(staff_no="GH-001")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(staff_no="gh-001")


def test_an_administrator_is_known_by_a_staff_number(security_admin, system_admin):
    unknown, known = make_user(), make_user(staff_no="GH-7")
    give_role = {"role": RoleCode.AUDIT_ADMIN, "scope_kind": ScopeKind.DISTRICT, "by": security_admin}
    with pytest.raises(NotReady, match="没有人员编号，不能担任审计管理员"):
        grants.give(user=unknown, **give_role)
    assert grants.give(user=known, **give_role).role == RoleCode.AUDIT_ADMIN
    with pytest.raises(Invalid) as refusal:
        users.create(username="second.self", name="同一人", unit=known.unit, staff_no="gh-7", by=system_admin)
    assert "同一个人只设一个账号" in str(refusal.value.errors)


def test_the_first_three_say_who_they_are_once(security_admin, sign_in):
    browser = sign_in(security_admin)
    assert "登记本人姓名和人员编号" in browser.get("/").content.decode()
    assert browser.post("/accounts/own/", {"name": "李安", "staff_no": ""}).status_code == 422
    assert browser.post("/accounts/own/", {"name": "李安", "staff_no": "GH-9"}).status_code == 302
    security_admin.refresh_from_db()
    assert (security_admin.name, security_admin.staff_no) == ("李安", "GH-9")
    with pytest.raises(NotAllowed, match="已经登记"):
        persons.complete_own(name="王五", staff_no="GH-10", by=security_admin)
    taken = make_user(RoleCode.AUDIT_ADMIN)
    with pytest.raises(Invalid):
        persons.complete_own(name="李安", staff_no="gh-9", by=taken)


# From one account to the others: every move, and what comes of it


class Found(Exception):
    """A way that should not be."""


class Explorer:
    """Walks every sequence of moves that start from one account, in the database, and takes each back.

    `mine` is the set of accounts whose password the one person knows.
    """

    DEPTH = 4

    def __init__(self, start: User, park) -> None:
        self.park, self.unit = park, make_unit()
        self.before = set(Grant.objects.values_list("pk", flat=True))
        self.seen: set = set()
        self.states = 0
        self.walk(frozenset({start.pk}), frozenset(), self.DEPTH)

    def walk(self, mine: frozenset[int], given: frozenset[tuple[int, int]], left: int) -> None:
        state = (mine, self.now())
        if not left or state in self.seen:
            return
        self.seen.add(state)
        self.states += 1
        for account in sorted(mine):
            for move in list(self.moves(account)):
                self.attempt(move, mine, given, left)

    def attempt(self, move: Callable, mine: frozenset, given: frozenset, left: int) -> None:
        events = AuditEvent.objects.count()
        with transaction.atomic():
            try:
                learned = move() or ()
            except NotAllowed:
                self.logged(events, move)
            except PortalError:
                pass
            else:
                self.logged(events, move)
                fresh = Grant.objects.exclude(pk__in=self.before).filter(user__in=mine | set(learned))
                if any(ROLES[grant.role].permissions & (BUSINESS_WRITES | {P.GRANT_EDIT, P.ACCOUNT_EDIT}) for grant in fresh):
                    raise Found(f"{mine} gave themselves {list(fresh)}")
                self.walk(mine | set(learned), given, left - 1)
            transaction.set_rollback(True)

    def logged(self, before: int, move: Callable) -> None:
        if AuditEvent.objects.count() == before:
            raise Found(f"{move} left no trace")

    def now(self) -> tuple:
        held = Grant.objects.exclude(pk__in=self.before).values_list("user_id", "role")
        ended = Grant.objects.filter(valid_to__isnull=False).values_list("pk", flat=True)
        closed = User.objects.filter(is_active=False).values_list("pk", flat=True)
        stages = AccountBatch.objects.values_list("state", flat=True)
        return frozenset(held), frozenset(ended), frozenset(closed), tuple(stages)

    def moves(self, account: int) -> Iterator[Callable]:
        """Every administrative action that an account might try, on everybody; each answers the
        accounts whose password it tells."""
        by = User.objects.get(pk=account)
        if not by.is_active:
            return
        fresh = {"username": f"fresh{User.objects.count()}", "name": "新", "unit": self.unit}
        yield lambda: [users.create(**fresh, password="Lantern-4-harbour", by=by).pk]
        yield lambda: administrators.create(by=by) and ()
        if not AccountBatch.objects.exists():
            yield lambda: self.ask(by)
        for batch in AccountBatch.objects.all():
            yield lambda batch=batch: self.opened(batch, by)
            yield lambda batch=batch: batches.give_grants(batch=batch, by=by) and ()
        for other in User.objects.order_by("pk"):
            yield from self.moves_on(other, by)

    def moves_on(self, other: User, by: User) -> Iterator[Callable]:
        yield lambda: [users.set_password(user=other, password="Harbour-7-lantern", by=by).pk]
        yield lambda: operators.reset_password(user=other, by=by) and [other.pk]
        yield lambda: administrators.reset(user=other, by=by) and [other.pk]
        yield lambda: grants.give(user=other, role=RoleCode.OFFICE, scope_kind="district", by=by) and ()
        if other == by:
            yield lambda: grants.give(user=other, role=RoleCode.SECURITY_ADMIN, scope_kind="district", by=by) and ()
        for grant in other.grants.filter(valid_to=None):
            yield lambda grant=grant: grants.revoke(grant=grant, by=by) and ()
        if other != by:
            yield lambda: handovers.hand_over(from_user=other, to_user=by, reason="调令", by=by) and ()
            yield lambda: handovers.hand_over(from_user=by, to_user=other, reason="调令", by=by) and ()

    def ask(self, by: User):
        line = Line(2, f"asked{by.pk}", "新", self.unit.code, RoleCode.OPERATOR, ScopeKind.PARK, self.park.code)
        batches.request(title="申请", file_name="x.xlsx", file_digest="d", lines=[line], by=by)

    def opened(self, batch: AccountBatch, by: User) -> list[int]:
        batches.create_accounts(batch=batch, by=by)
        return list(batch.requests.values_list("user", flat=True))


@pytest.mark.parametrize("start", ["system_admin", "security_admin", "audit_admin", "office", "operator"])
def test_no_single_account_reaches_a_right_that_it_gave_itself(start, park, request, monkeypatch):
    """trust.md G-05: from each account alone, neither a duty given by oneself nor an act without trace."""
    people = {name: request.getfixturevalue(name) for name in ("system_admin", "security_admin", "operator")}
    first = people.get(start) or request.getfixturevalue(start)
    User.objects.update(staff_no="")
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(staff_no=f"GH-{user.pk}")
    monkeypatch.setattr(Explorer, "DEPTH", 2 if start == "security_admin" else 3)
    explored = Explorer(first, park)
    assert explored.states >= {"audit_admin": 1, "operator": 1, "office": 4}.get(start, 5)


def test_the_explorer_would_see_a_way(park, security_admin, monkeypatch):
    """Were nobody kept from granting to himself, it is found."""
    User.objects.update(staff_no="GH-1")
    monkeypatch.setattr(Explorer, "DEPTH", 2)

    def unguarded(self, other, by):
        def grant_oneself():
            give(by, RoleCode.OPERATOR, self.park)
            persons.set_away(user=by, since=None, until=None, by=by)
            return ()

        yield grant_oneself

    monkeypatch.setattr(Explorer, "moves_on", unguarded)
    Grant.objects.all().delete()
    with pytest.raises(Found, match="gave themselves"):
        Explorer(security_admin, park)
