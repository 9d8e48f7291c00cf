"""交接: everything open goes to the successor at once, and a slip says for ever what went."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guandu.accounts import handover as registered
from guandu.accounts.actions import batches, handovers, users
from guandu.accounts.actions.handovers import contents, hand_over
from guandu.accounts.handover import open_work
from guandu.accounts.models import AccountBatch, Grant, Handover, User
from guandu.accounts.queries_batches import Line
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Conflict, NotAllowed, NotReady
from guandu.jobs import queue, worker
from guandu.jobs.models import Job
from guandu.web.registry import todos_for
from investment.models import Project
from targets.actions import returns
from targets.models import Return
from tests.factories import give, make_park, make_user
from tests.parks.asked import make_request
from tests.targets.convened import make_proposal
from tests.targets.documented import make_document
from tests.targets.factories import ENTRIES, Cast, make_cast, make_person
from tests.targets.lit import led, make_light
from tests.targets.plans import make_plan, make_target
from tests.targets.works import give as give_task

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]

TODAY = clock.real_today()
NEW = "/accounts/handover/new/"
# Queries of the two pages, whatever the number of rows.
LISTING, SLIP = 8, 9


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def fresh(user: User) -> User:
    """As the next request reads him."""
    return User.objects.select_related("unit").get(pk=user.pk)


def move(leaver: User, successor: User, by: User, **more) -> Handover:
    return hand_over(
        from_user=fresh(leaver), to_user=fresh(successor), reason="调令〔2026〕8号", by=by, **more
    )


def lines(slip: Handover) -> list[tuple[str, str, str]]:
    return list(slip.items.order_by("position").values_list("section", "title", "detail"))


def sections(slip: Handover) -> dict[str, int]:
    found: dict[str, int] = {}
    for section, _, _ in lines(slip):
        found[section] = found.get(section, 0) + 1
    return found


def held(user: User) -> list[tuple]:
    return [(g.role, g.scope_code, g.seat, g.valid_from, g.valid_to) for g in handovers.lasting(fresh(user))]


# Everything open


@pytest.fixture
def district(cast, system_admin, security_admin, audit_admin) -> dict[str, User]:
    """A person for each role with something of every kind waiting for him."""
    reviewed, filed, sent_back = cast.reviewed("2025Q1"), cast.filed("2025Q2"), cast.sent_back("2025Q3")
    assert {reviewed.state, filed.state, sent_back.state} == {"reviewed", "filed", "sent_back"}
    cast.filled("2025Q4")
    force = make_person("task-force", RoleCode.TASK_FORCE, "chain", "DIG", unit="U-TF-DIG")
    Project.objects.create(code="PJ-1", name="云计算中心", chain=cast.park.placements.get().chain)
    make_light(led(make_target(make_plan(), "T01"), cast.reviewer.unit))
    make_proposal(cast.reviewer.unit)
    give_task(cast.office, cast.reviewer.unit, due_on=clock.today() + timedelta(60))
    make_request(cast.park, cast.operator, due_on=TODAY)
    make_request(cast.park, cast.operator, "answered", cast.reviewer.unit, due_on=TODAY)
    make_request(cast.park, cast.operator, "handling", cast.reviewer.unit, due_on=TODAY)
    make_request(cast.park, cast.operator, "handling", force.unit, due_on=TODAY)
    make_document("asking", asked=cast.reviewer.unit)
    make_document("sent_up")
    ask_for("waits.opening", cast)
    opened = ask_for("waits.grant", cast)
    batches.create_accounts(batch=opened, by=system_admin)
    gone = make_user()
    give(gone, RoleCode.EXPERT, cast.park)
    move(gone, make_user(), security_admin, close_account=True)
    people = {
        "operator": cast.operator, "department": cast.reviewer, "office": cast.office, "task_force": force,
        "system_admin": system_admin, "security_admin": security_admin, "audit_admin": audit_admin,
    }  # fmt: skip
    for number, user in enumerate(people.values()):
        User.objects.filter(pk=user.pk).update(staff_no=f"GH-{number}")
        queue.enqueue("rating.trial", by=user, key=f"2026Q{number}")
    return people


def ask_for(username: str, cast: Cast) -> AccountBatch:
    line = Line(2, username, "新同事", cast.operator.unit.code, "operator", "park", cast.park.code)
    return batches.request(
        title=f"申请 {username}", file_name="申请.xlsx", file_digest=username, lines=[line], by=cast.office
    )


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("operator", {"岗位与授权": 1, "企业诉求": 1, "数据报送": 4, "后台任务": 1}),
        (
            "department",
            {"岗位与授权": 1, "企业诉求": 1, "数据报送": 1, "滞后提示": 1, "工作任务": 1, "提报议题": 1, "公文": 1, "后台任务": 1},
        ),
        ("office", {"岗位与授权": 1, "企业诉求": 1, "账号申请": 2, "数据报送": 1, "公文": 1, "后台任务": 1}),
        ("task_force", {"岗位与授权": 1, "企业诉求": 1, "招商项目": 1, "后台任务": 1}),
        ("system_admin", {"岗位与授权": 1, "账号申请": 1, "待停用账号": 1, "后台任务": 1}),
        ("security_admin", {"岗位与授权": 1, "账号申请": 1, "后台任务": 1}),
        ("audit_admin", {"岗位与授权": 1, "后台任务": 1}),
    ],
)
def test_all_that_waits_for_the_leaver_waits_for_the_successor(role, expected, district):
    leaver = district[role]
    successor = make_user(unit=leaver.unit, staff_no="GH-900")
    before = todos_for(fresh(leaver))
    slip = move(leaver, successor, make_user("security_admin", staff_no="GH-901"))
    assert sections(slip) == expected
    assert todos_for(fresh(successor)) == before
    assert todos_for(fresh(leaver)) == []
    assert (list(open_work(fresh(leaver))), held(leaver)) == ([], [])
    assert set(Job.objects.asked_by(successor).values_list("state", flat=True)) == {"queued"}
    assert slip.items.count() == sum(expected.values())


def test_every_kind_of_open_work_is_looked_at_above():
    """A room that registers another is to be added to the persons' world."""
    known = {
        "账号申请", "待停用账号", "数据报送", "招商项目", "后台任务", "变更申请", "滞后提示", "企业诉求", "工作任务", "提报议题",
        "公文",
    }  # fmt: skip
    assert {kind.section for kind in registered._kinds} == known


def test_what_is_over_does_not_move(cast, security_admin):
    """Locked returns, ended jobs, duties of former years."""
    leaver, successor = cast.operator, make_user(unit=cast.operator.unit)
    cast.locked("2025Q1")
    give(leaver, RoleCode.OPERATOR, make_park(), until=TODAY)
    for number, state in enumerate(("done", "failed", "cancelled", "parked", "running")):
        queue.enqueue("rating.trial", by=leaver, key=f"{number}")
        Job.objects.filter(key=f"{number}").update(state=state)
    slip = move(leaver, successor, security_admin)
    assert sections(slip) == {"岗位与授权": 1, "后台任务": 2}
    assert sorted(Job.objects.asked_by(successor).values_list("state", flat=True)) == ["parked", "running"]


def test_the_successor_goes_on_where_the_leaver_stopped(cast, security_admin):
    """A return sent back is his to correct, and a job works with his rights."""
    return_ = cast.sent_back("2025Q3")
    successor = make_user(unit=cast.operator.unit)
    move(cast.operator, successor, security_admin)
    with pytest.raises(NotAllowed):
        returns.save(return_=return_, cells=ENTRIES, by=fresh(cast.operator))
    saved = returns.save(return_=return_, cells=ENTRIES | {"REV": "2000"}, by=fresh(successor))
    assert returns.file(return_=saved, by=fresh(successor)).state == "filed"


def test_a_job_of_the_leaver_works_with_the_rights_of_the_successor(cast, security_admin):
    queue.enqueue("rating.trial", by=cast.office, key="2026Q2", period="2026Q2")
    successor = make_user(unit=cast.office.unit)
    move(cast.office, successor, security_admin)
    worker.run_waiting()
    job = Job.objects.get(kind="rating.trial")
    assert (job.actor_key, job.actor_name, job.state) == (successor.username, successor.name, "done")


# Duties: every day of them, and the seats


@pytest.fixture
def pair(park, operator_unit) -> tuple[User, User]:
    """Two of one unit, neither with a duty."""
    return make_user(unit=operator_unit), make_user(unit=operator_unit)


def operate(user: User, park, since: date = TODAY, until: date | None = None, seat: str = "") -> Grant:
    grant = give(user, RoleCode.OPERATOR, park, since=since, until=until)
    Grant.objects.filter(pk=grant.pk).update(seat=seat)
    return grant


def covered(user: User, park) -> list[tuple[date, date | None]]:
    return [
        (since, until)
        for _, code, _, since, until in sorted(held(user), key=lambda g: g[3])
        if code == park.code
    ]


@pytest.mark.parametrize(
    ("leaver", "there", "after"),
    [
        ([(0, None)], [], [(0, None)]),
        ([(-50, None)], [], [(0, None)]),
        ([(0, 100)], [], [(0, 100)]),
        ([(30, None)], [], [(30, None)]),
        ([(0, 100), (100, None)], [], [(0, 100), (100, None)]),
        ([(0, None)], [(0, 50)], [(0, 50), (50, None)]),
        ([(0, None)], [(-20, 50)], [(-20, 50), (50, None)]),
        ([(0, 100)], [(40, 60)], [(0, 40), (40, 60), (60, 100)]),
        ([(0, 100)], [(0, None)], [(0, None)]),
        ([(0, 100)], [(40, None)], [(0, 40), (40, None)]),
        ([(0, 30)], [(60, 90)], [(0, 30), (60, 90)]),
        ([(0, None)], [(10, 20), (30, 40)], [(0, 10), (10, 20), (20, 30), (30, 40), (40, None)]),
    ],
)
def test_no_day_of_a_duty_is_lost(leaver, there, after, pair, park, security_admin):
    """Days from today, half-open. What the successor holds already he keeps; what is wanting he gets."""

    def day(number: int | None) -> date | None:
        return None if number is None else TODAY + timedelta(days=number)

    for user, terms in zip(pair, (leaver, there), strict=True):
        for since, until in terms:
            operate(user, park, day(since), day(until))
    slip = move(*pair, security_admin)
    assert covered(pair[1], park) == [(day(since), day(until)) for since, until in after]
    assert covered(pair[0], park) == []
    whole = there == [(0, None)]
    assert {detail.split("，")[0] for _, _, detail in lines(slip)} == {
        "接收人已有此岗位" if whole else "由接收人承担"
    }


@pytest.mark.parametrize(
    ("leaver", "there", "after"),
    [
        ("A", None, "A"),
        ("B", None, "B"),
        ("A", "", "A"),
        ("A", "B", "A"),
        ("B", "A", "A"),
        ("B", "", "B"),
        ("", "B", "B"),
    ],
)
def test_the_seat_goes_with_the_duty_and_the_first_stays_the_first(
    leaver, there, after, pair, park, security_admin
):
    operate(pair[0], park, seat=leaver)
    if there is not None:
        operate(pair[1], park, seat=there)
    move(*pair, security_admin)
    assert [seat for _, _, seat, _, _ in held(pair[1])] == [after]


def test_two_duties_of_one_person_go_together_or_not_at_all(cast, security_admin):
    """A seat that is taken in the successor's unit stops the whole hand-over."""
    leaver = cast.operator
    Grant.objects.filter(user=leaver).update(seat="A")
    elsewhere = make_user()
    operate(make_user(unit=elsewhere.unit), cast.park, seat="A")
    before = held(leaver)
    with pytest.raises(NotReady, match="已由.*担任A角"):
        move(leaver, elsewhere, security_admin)
    assert (held(leaver), held(elsewhere)) == (before, [])
    assert not Handover.objects.exists()


# Refused


def test_nobody_hands_over_to_or_from_himself(cast, security_admin):
    other = make_user("security_admin")
    for pair_ in ((security_admin, other), (other, security_admin)):
        with pytest.raises(NotAllowed, match="不能办理本人的交接"):
            move(*pair_, security_admin)
    with pytest.raises(NotReady, match="不能是同一个账号"):
        move(cast.operator, cast.operator, security_admin)


@pytest.mark.parametrize("who", ["office", "system_admin", "audit_admin", "operator"])
def test_only_the_security_administrator_hands_over(who, request, pair, park):
    operate(pair[0], park)
    with pytest.raises(NotAllowed):
        move(*pair, request.getfixturevalue(who))
    assert not Handover.objects.exists()


@pytest.mark.parametrize(
    ("held_by", "role", "sentence"),
    [
        ("office", None, ""),
        ("office", "system_admin", "系统、安全、审计管理员须由不同的人担任"),
        ("audit_admin", "office", "系统、安全、审计管理员须由不同的人担任"),
        ("api_client", None, "接口账号不属于个人"),
        ("system_admin", None, "没有人员编号"),
        (None, None, "没有在任岗位和在办事项"),
    ],
)
def test_what_stands_in_the_way_is_said_before_anything_moves(held_by, role, sentence, security_admin):
    leaver, successor = make_user(held_by), make_user(role)
    if not sentence:
        User.objects.filter(pk=successor.pk).update(is_active=False)
        sentence = "账号已停用"
    with pytest.raises(NotReady) as refusal:
        move(leaver, successor, security_admin)
    assert sentence in refusal.value.message + "".join(refusal.value.missing)
    assert len(held(leaver)) == (1 if held_by else 0)


def test_a_closed_account_can_still_hand_over(pair, park, security_admin, system_admin):
    """Who left in a hurry was closed first."""
    operate(pair[0], park)
    users.disable(user=pair[0], by=system_admin)
    move(*pair, security_admin)
    assert covered(pair[1], park) == [(TODAY, None)]


def test_what_changed_since_it_was_shown_is_shown_again(cast, security_admin):
    successor = make_user(unit=cast.operator.unit)
    seen = contents(cast.operator, successor).digest
    cast.draft("2026Q2")
    with pytest.raises(Conflict, match="刚有变化"):
        move(cast.operator, successor, security_admin, seen=seen)
    assert held(cast.operator)
    seen = contents(fresh(cast.operator), fresh(successor)).digest
    assert move(cast.operator, successor, security_admin, seen=seen).pk


# The slip


def test_a_slip_says_for_ever_what_was_handed_over(cast, security_admin):
    cast.filled("2025Q4")
    leaver, successor = cast.operator, make_user(unit=cast.operator.unit, name="王接收")
    slip = move(leaver, successor, security_admin)
    before = lines(slip)
    Return.objects.all().update(subject_name="改名")
    User.objects.filter(pk=leaver.pk).update(name="改名")
    cast.park.name = "改名"
    cast.park.save()
    slip.refresh_from_db()
    assert lines(slip) == before
    assert leaver.name in slip.from_text
    assert "王接收" in slip.to_text
    assert before[0] == ("岗位与授权", "园区运营方 · 园区 演示园区P1", "由接收人承担")
    assert before[1][1].startswith("演示园区P1")
    assert "下一步" in before[1][2]


def test_slips_are_numbered_through_the_year(pair, park, security_admin):
    for number in (1, 2, 3):
        operate(pair[0], park)
        assert move(*pair, security_admin).number == f"交接〔{TODAY.year}〕{number}号"
        Grant.objects.all().filter(user__in=pair).delete()


def test_a_hand_over_is_one_event_with_all_of_it(cast, security_admin):
    queue.enqueue("rating.trial", by=cast.operator, key="2026Q2")
    successor = make_user(unit=cast.operator.unit)
    slip = move(cast.operator, successor, security_admin)
    event = AuditEvent.objects.get(actor_key=security_admin.username)
    assert (event.verb, event.object_key, event.reason) == (
        "handover.hand_over",
        str(cast.operator.pk),
        "调令〔2026〕8号",
    )
    kinds = sorted(event.changes.values_list("object_type", flat=True))
    assert kinds == ["accounts.grant", "accounts.grant", "accounts.handover", "jobs.job"]
    assert {grant.reason for grant in Grant.objects.filter(user=successor)} == {
        f"{slip.number}：调令〔2026〕8号"
    }


@pytest.mark.feature("G1")
def test_the_page_shows_what_will_move_then_moves_it_and_prints_a_slip(cast, security_admin, sign_in):
    cast.filled("2025Q4")
    successor = make_user(unit=cast.operator.unit)
    client = sign_in(security_admin)
    given = {"from_user": cast.operator.username, "to_user": successor.username, "reason": "调令〔2026〕8号"}
    preview = client.post(NEW, given)
    assert preview.context["contents"].count == 2
    assert not Handover.objects.exists()
    done = client.post(NEW, given | {"seen": preview.context["contents"].digest})
    slip = Handover.objects.get()
    assert done.headers["Location"] == f"/accounts/handover/{slip.pk}/"
    page = client.get(done.headers["Location"]).content.decode()
    for words in (
        slip.number, slip.from_text, slip.to_text, "调令〔2026〕8号", *[title for _, title, _ in lines(slip)],
        "以上共 2 项", "移交人（签字）", "接收人（签字）", "监交人（签字）", "data-print",
    ):  # fmt: skip
        assert words in page
    again = client.post(NEW, given | {"seen": preview.context["contents"].digest})
    assert again.status_code == 409
    assert Handover.objects.count() == 1


def test_the_two_people_read_the_slip_and_others_do_not(cast, security_admin, sign_in, leader):
    successor = make_user(unit=cast.operator.unit)
    slip = move(cast.operator, successor, security_admin)
    path = f"/accounts/handover/{slip.pk}/"
    for user, status in (
        (cast.operator, 200),
        (successor, 200),
        (security_admin, 200),
        (leader, 404),
        (cast.reviewer, 404),
    ):
        assert sign_in(fresh(user)).get(path).status_code == status, user
    assert slip.number in sign_in(fresh(successor)).get("/").content.decode()


def test_a_leaver_whose_account_is_to_be_closed_waits_for_the_system_administrator(
    cast, security_admin, system_admin
):
    User.objects.filter(pk=system_admin.pk).update(staff_no="GH-1")
    slip = move(cast.operator, make_user(unit=cast.operator.unit), security_admin, close_account=True)
    titles = [todo.title for todo in todos_for(fresh(system_admin))]
    assert f"停用{cast.operator.name}的账号" in titles
    users.disable(user=cast.operator, reason=slip.number, by=system_admin)
    assert f"停用{cast.operator.name}的账号" not in [todo.title for todo in todos_for(fresh(system_admin))]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_slips_asks_as_often_for_three_as_for_one(count, pair, park, security_admin, sign_in):
    client = sign_in(security_admin)
    for _ in range(count):
        operate(pair[0], park)
        move(*pair, security_admin)
        Grant.objects.filter(user__in=pair).delete()
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/accounts/handover/")
    assert page.content.decode().count("交接〔") == count
    assert len(queries) == LISTING


@pytest.mark.parametrize("count", [1, 3])
def test_a_slip_asks_as_often_for_three_lines_as_for_one(count, pair, security_admin, sign_in):
    client = sign_in(security_admin)
    for _ in range(count):
        operate(pair[0], make_park())
    slip = move(*pair, security_admin)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/accounts/handover/{slip.pk}/")
    assert len(queries) == SLIP
