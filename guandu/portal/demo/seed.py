"""Telling the story through the real actions, as the people in it would.

Three steps: the cast (units, people, grants, parks), the past quarters, the present one. The clock
answers each quarter's own day while its returns are filed, and the demonstration date afterwards.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db.models import QuerySet

from guandu.accounts import demo as demo_passwords
from guandu.accounts.actions import grants, users
from guandu.accounts.checks import require_service
from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.actions import action, created
from guandu.core import clock
from guandu.core.actors import DEMONSTRATION, Actor
from guandu.core.errors import NotReady
from guandu.core.models import Demonstration
from guandu.core.periods import Period
from guandu.jobs import worker
from guandu.portal.demo import story
from guandu.portal.demo.cast import PLAN_STARTS, add_parks, add_projects, add_spaces, add_titles
from guandu.portal.demo.district import add_district
from guandu.portal.demo.history import add_history
from guandu.portal.demo.meetings import add_meetings
from guandu.portal.demo.requests import add_requests
from guandu.portal.demo.work import add_work
from parks.models import Chain
from targets.actions import bulk, cycles, disclosures, exemptions, lights, opinions, publications, returns
from targets.enums_plan import AnswerKind, LightState
from targets.models import Plan, Publication, RedLight, Return, ReturnTemplate
from targets.queries.opinions import standings
from targets.queries.publishing import coverage_of, figures_of, frozen_rows
from targets.queries.sheet import sheet_of

Say = Callable[[str], None]
EVERYONE = tuple[tuple[RoleCode, str, str, str, str, ScopeKind, str], ...]

_R, _K = RoleCode, ScopeKind
PEOPLE: EVERYONE = (
    # role, account, name, unit, duty, scope kind, scope code
    (_R.OFFICE, "office", "林知远", "U-YQB", "园区科科长", _K.DISTRICT, ""),
    (_R.DEPARTMENT, "department", "周明慧", story.DEPARTMENT, "包保工作人员", _K.DEPARTMENT, story.DEPARTMENT),
    (_R.TASK_FORCE, "taskforce", "段一帆", "U-ZB-DIG", "专班成员", _K.CHAIN, story.CHAIN),
    (_R.STREET, "street", "杨春岚", story.STREET, "经济发展科", _K.STREET, story.STREET),
    (_R.OPERATOR, "operator", "赵思源", f"YY-{story.OPERATOR_PARK}", "填报人", _K.PARK, story.OPERATOR_PARK),
    (_R.LEADER, "leader", "何清扬", "U-QWQF", "区领导", _K.DISTRICT, ""),
    (_R.LIAISON, "liaison", "马晓渡", "U-ZFB", "联络员", _K.DISTRICT, ""),
    (_R.EXPERT, "expert", "钱伯庸", "U-KGJ", "评审专家", _K.PARK, story.EXPERT_PARK),
    (_R.API_CLIENT, "api", "市级平台接口", "U-YQB", "接口账号", _K.DISTRICT, ""),
    (_R.SYSTEM_ADMIN, "system", "罗运维", "U-YQB", "系统管理员", _K.DISTRICT, ""),
    (_R.SECURITY_ADMIN, "security", "高守正", "U-ZFB", "安全管理员", _K.DISTRICT, ""),
    (_R.AUDIT_ADMIN, "audit", "孙明察", "U-ZFB", "审计管理员", _K.DISTRICT, ""),
)


STORY, DISTRICT = SIZES = ("story", "district")


def seed(*, say: Say, first: str = story.FIRST, size: str = STORY) -> None:
    """Fill an empty portal with the story from the quarter `first` on, and with a register of the
    district's size where that is asked for; the plan is loaded already.

    Raises NotReady when the portal already holds returns: demonstration data is never mixed with
    real data.
    """
    if settings.PRODUCTION:
        raise NotReady("正式环境不能载入演示数据。")
    if Return.objects.exists():
        raise NotReady("门户里已有报表，不能再载入演示数据。如需重来，请先清空数据库。")
    quarters = [q for q in story.all_quarters() if q >= Period.parse(first)]
    begin(day=story.BUSINESS_DATE, by=DEMONSTRATION)
    with clock.known_demo_date(story.BUSINESS_DATE):
        people = _cast(say)
    for quarter in quarters[:-1]:
        _past(quarter, people)
        say(f"{quarter.label}：已报送、审核、锁定")
    with clock.known_demo_date(story.BUSINESS_DATE):
        add_history(people.office, people.signer)
        say("旧台账：已补录、签核")
        _present(quarters[-1], people)
        say(f"{quarters[-1].label}：各种状态各有其表")
        if size == DISTRICT:
            add_district(say=say, by=DEMONSTRATION)
        jobs = worker.run_waiting()
        say(f"汇总与试算：完成 {jobs} 项任务")
        say(f"滞后提示：{_explain(people)} 项")
        say(f"例会：{add_meetings(people.office, people.departments[story.DEPARTMENT], people.speakers[story.CHAIN])} 次")
        say(f"企业诉求、服务和走访：{_ask(people)} 条")
    count = add_work(people.office, people.departments[story.DEPARTMENT], people.speakers[story.STREET])
    say(f"工作任务：{count} 项")


@action("demonstration.begin")
def begin(*, day: date, by: Actor) -> None:
    """Say that demonstration data is loaded; from now on every page and the clock know. Raises NotAllowed
    for a person."""
    require_service(by, to="演示数据的载入")
    created(Demonstration.objects.create(business_date=day, loaded_at=clock.now()))


class People:
    """Who acts in the story: filers by park, reviewers by department, the office and a colleague who signs for it, filers
    of bureaus; who speaks for a street or a chain, by its code."""

    def __init__(self, office: User) -> None:
        self.office = office
        self.signer = office
        self.filers: dict[str, User] = {}
        self.departments: dict[str, User] = {}
        self.speakers: dict[str, User] = {}


def _cast(say: Say) -> People:
    add_parks(by=DEMONSTRATION)
    add_spaces(by=DEMONSTRATION)
    add_titles(by=DEMONSTRATION)
    add_projects(by=DEMONSTRATION)
    say(f"园区：{len(story.PARKS)} 个")
    made = [_person(*person, password=users.one_time_password()) for person in PEOPLE]
    demo_passwords.write_demo_passwords([(user, role, password) for user, role, password in made])
    accounts = {user.username: user for user, _, _ in made}
    people = People(accounts["office"])
    people.signer = _colleague("office-2", "U-YQB", RoleCode.OFFICE, "")
    disclosures.give(client=accounts["api"], reason=story.CLIENT_REASON, by=people.office)
    people.departments[story.DEPARTMENT] = accounts["department"]
    people.filers[story.OPERATOR_PARK] = accounts["operator"]
    people.speakers = {story.STREET: accounts["street"], story.CHAIN: accounts["taskforce"]}
    for street in sorted({park.street for park in story.PARKS if park.street} - {story.STREET}):
        people.speakers[street] = _colleague(f"st-{street[5:].lower()}", street, RoleCode.STREET, street)
    for chain in Chain.objects.exclude(code=story.CHAIN).select_related("task_force"):
        name = f"zb-{chain.code.lower()}"
        people.speakers[chain.code] = _colleague(name, chain.task_force.code, RoleCode.TASK_FORCE, chain.code)
    for code in sorted({*story.SPONSORS.values(), "U-SWJ"} - {story.DEPARTMENT}):
        people.departments[code] = _colleague(f"dept-{code[2:].lower()}", code, RoleCode.DEPARTMENT, code)
    for park in story.PARKS:
        if park.code not in people.filers:
            name = f"op-{park.code[2:].lower()}"
            people.filers[park.code] = _colleague(name, park.operator_code, RoleCode.OPERATOR, park.code)
    say(f"账号：{User.objects.count()} 个")
    return people


def _person(role, username, name, unit, duty, kind, scope, *, password):
    user = users.create(
        username=username,
        name=name,
        unit=Unit.objects.get(code=unit),
        duty=duty,
        password=password,
        is_demo=True,
        by=DEMONSTRATION,
    )
    grants.give(
        user=user,
        role=role,
        scope_kind=kind,
        scope_code=scope,
        since=PLAN_STARTS,
        reason="演示",
        by=DEMONSTRATION,
    )
    return user, role, password


def _colleague(username: str, unit: str, role: RoleCode, scope: str) -> User:
    """Somebody who acts in the story but cannot sign in: no password."""
    kind = {
        RoleCode.OPERATOR: ScopeKind.PARK, RoleCode.STREET: ScopeKind.STREET, RoleCode.TASK_FORCE: ScopeKind.CHAIN,
        RoleCode.OFFICE: ScopeKind.DISTRICT,
    }.get(role, ScopeKind.DEPARTMENT)  # fmt: skip
    name = story.invented_name(username)
    return _person(role, username, name, unit, "经办人", kind, scope, password=None)[0]


def _past(quarter: Period, people: People) -> None:
    """A quarter that is over: filed in time or late, reviewed, confirmed in bulk."""
    due = None
    for template in ReturnTemplate.objects.filter(code__in=story.FORMS).order_by("code"):
        with clock.known_demo_date(quarter.end + timedelta(days=2)):
            due = cycles.open_cycle(template=template, period=quarter.code, by=people.office).due_on
    for return_ in _returns(quarter):
        if (return_.park_code, quarter.code) in story.NEVER_FILED:
            continue
        late = (return_.park_code, quarter.code) in story.LATE
        with clock.known_demo_date(due + timedelta(days=4 if late else -2)):
            _file(return_, quarter, people)
            _review(return_, people)
    # After the term of the opinions: in these quarters streets and task forces were silent.
    with clock.known_demo_date(due + timedelta(days=21)):
        waiting = _returns(quarter).filter(state__in=["filed", "reviewed"])
        if quarter.code in story.PUBLISHED:
            _publish(quarter, waiting, people)
        _confirm(waiting.all(), people)
    if quarter.code == story.REVISED:
        with clock.known_demo_date(due + timedelta(days=35)):
            worker.run_waiting()
            _revise(quarter, people)


def _publish(quarter: Period, waiting: QuerySet[Return], people: People) -> None:
    """The 快报 of the quarter; the one that is revised later without what came late."""
    late = [park for park, code in story.LATE if code == quarter.code == story.REVISED]
    _confirm(waiting.exclude(park_code__in=late), people)
    worker.run_waiting()
    publications.issue(kind="flash", period=quarter, accepted=_coverage(quarter), by=people.office)


def _revise(quarter: Period, people: People) -> None:
    flash = Publication.objects.get(kind="flash", period=quarter.code)
    publications.revise(publication=flash, note=story.REVISION, accepted=_coverage(quarter), by=people.office)


def _coverage(quarter: Period) -> str:
    return coverage_of(frozen_rows(figures_of(quarter))).words


def _present(quarter: Period, people: People) -> None:
    """The quarter under way: every state stands somewhere."""
    for template in ReturnTemplate.objects.filter(code__in=story.FORMS).order_by("code"):
        cycles.open_cycle(template=template, period=quarter.code, by=people.office)
    state_of = {code: state for state, codes in story.STATES_NOW.items() for code in codes}
    locked = []
    for return_ in _returns(quarter):
        state = state_of.get(return_.park_code, "locked")
        if return_.cycle.template.code == "DISTRICT-TRADE-Q" or state == "draft":
            continue
        if state == "exempt":
            exemptions.exempt(return_=return_, reason=story.EXEMPT_REASON, by=people.office)
            continue
        if state == "half":
            _save(return_, dict(list(story.cells(_park(return_), quarter).items())[:4]), people)
            continue
        _file(return_, quarter, people)
        if state == "sent_back":
            _send_back(return_, people)
        elif state in {"reviewed", "locked"}:
            _review(return_, people)
        if state == "locked":
            _opine(return_, people)
            locked.append(return_.pk)
        elif return_.park_code == story.DISPUTED:
            opinions.give(return_=return_, side="street", agrees=False, text=story.DISPUTE, by=_street_of(return_, people))
    _confirm(_returns(quarter).filter(pk__in=locked), people)


def _explain(people: People) -> int:
    """Reds of the present quarter: one is explained and released, one explained, the others wait for their leads; the
    forecasts of the quarter before are released. How many reds there are."""
    red = {light.target.code: light for light in RedLight.objects.filter(period=story.LAST).select_related("target__plan")}
    for code in [code for code in story.EXPLAINED if code in red]:
        lights.answer(light=red[code], kind=AnswerKind.EXPLAINED, text=story.EXPLANATION, by=people.office)
    explained = RedLight.objects.filter(period=story.LAST, state=LightState.ANSWERED)
    lights.release(lights=list(explained.filter(target__code=story.EXPLAINED[0])), by=people.office)
    plan = Plan.objects.order_by("starts_on").get()
    lights.release_forecasts(plan=plan, quarter=Period.parse(story.REVISED), by=people.office)
    return len(red)


def _ask(people: People) -> int:
    office, operator = people.office, people.filers[story.OPERATOR_PARK]
    liaison, department = User.objects.get(username="liaison"), people.departments[story.DEPARTMENT]
    return add_requests(office, operator, department, liaison, story.OPERATOR_PARK, story.BUSINESS_DATE)


def _confirm(waiting: Iterable[Return], people: People) -> None:
    """The clean ones in bulk; what somebody must read first, one by one."""
    report = bulk.confirm_many(picks=[(return_, None) for return_ in waiting], by=people.office)
    for item in report:
        if not item.done:
            returns.confirm(return_=Return.objects.get(pk=item.return_.pk), by=people.office)


def _returns(quarter: Period):
    return Return.objects.filter(cycle__period=quarter.code).select_related("cycle__template", "filer", "draft")


def _park(return_: Return) -> story.DemoPark:
    return next(park for park in story.PARKS if park.code == return_.park_code)


def _filer(return_: Return, people: People) -> User:
    return people.filers[return_.park_code] if return_.park_code else people.departments[return_.filer.code]


def _file(return_: Return, quarter: Period, people: People) -> None:
    typed = story.cells(_park(return_), quarter) if return_.park_code else story.district_cells(quarter)
    _save(return_, typed, people)
    odd = {cell.form.code: story.ODD_REASON for cell in sheet_of(return_).cells if cell.questions}
    if odd:
        returns.save(return_=return_, reasons=odd, by=_filer(return_, people))
    returns.file(return_=return_, by=_filer(return_, people))


def _save(return_: Return, typed: dict[str, str], people: People) -> None:
    asked = set(return_.cycle.template.cells.values_list("indicator__code", flat=True))
    cells = {code: text for code, text in typed.items() if code in asked}
    returns.save(return_=return_, cells=cells, by=_filer(return_, people))


def _review(return_: Return, people: People) -> None:
    if return_.cycle.template.route[0]["step"] == "review":
        return_.refresh_from_db()
        returns.review(return_=return_, by=people.departments[return_.department_code])


def _opine(return_: Return, people: People) -> None:
    """Street and task force agree, where the form asks them."""
    return_.refresh_from_db()
    for standing in standings(return_):
        code = return_.street_code if standing.side == "street" else return_.chain_code
        opinions.give(return_=return_, side=standing.side, agrees=True, by=people.speakers[code])


def _street_of(return_: Return, people: People) -> User:
    return people.speakers[return_.street_code]


def _send_back(return_: Return, people: People) -> None:
    return_.refresh_from_db()
    returns.send_back(
        return_=return_,
        comment="服务机构数与上季度变动较大，请核实后重报。",
        cell_comments={"SERVICE_FIRMS": "请对照入驻名单核实户数"},
        by=people.departments[return_.department_code],
    )

