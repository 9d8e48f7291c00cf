"""The rows of the matrix that administrators keep: accounts, grants, batches, hand-overs, the trail."""


from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from guandu.accounts.actions.handovers import contents
from guandu.accounts.models import AccountBatch, AccountRequest, Handover, HandoverItem, Unit, User
from guandu.accounts.roles import RoleCode
from guandu.audit import anchors
from guandu.audit.models import AuditCheck, AuditEvent
from guandu.core import clock
from guandu.oversight.actions.anchors import countersign
from investment.models import Project
from parks.models import (
    Area,
    Building,
    Chain,
    Enterprise,
    HonourKind,
    Industry,
    Park,
    ParkType,
    Space,
    StatisticalClass,
    Tenancy,
)
from rating.models import Scheme
from targets.models import (
    Ambiguity,
    Cycle,
    Indicator,
    Mechanism,
    Plan,
    QualitativeAim,
    ReturnTemplate,
    Target,
)
from tests.factories import give, make_user
from tests.permissions.sides import NONE, People, Side

ADMIN_MODELS = (
    Unit, Chain, Area, Park, Enterprise, Indicator, ReturnTemplate, Cycle, Plan, Target, QualitativeAim, Mechanism,
    Ambiguity, Scheme, Project, AuditEvent, Building, Space, Tenancy, Industry, HonourKind, StatisticalClass, ParkType,
)  # fmt: skip


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """One row of every model that the officials' admin shows, by app/model, and what stands beside."""
    return _accounts(own, other, people) | _batches(other, people) | _trail(other, people) | _plan(people)


def handover_as_seen(people: People) -> dict[str, dict[str, str]]:
    """What a slip says once all work is there."""
    seen = contents(people[RoleCode.OPERATOR], User.objects.get(username="m-spare")).digest
    return {"hand-over as seen": {"own": seen, "shut": seen[::-1]}}


def more(side: Side, people: People) -> None:
    """What keepers of accounts gain with another side."""
    _batch(side, people, AccountBatch.State.REQUESTED)
    _slip(side, side.filer, side.reviewer)


def mark_account(user: User, side: Side) -> None:
    """Everything that an account tells of a person, and where he is signed in."""
    mark = side.mark
    for name, value in {
        "name": f"人员{mark('person')}", "staff_no": mark("staffno"), "duty": mark("post"), "phone": mark("phone"),
        "email": f"{mark('mail')}@example.test",
    }.items():  # fmt: skip
        setattr(user, name, value)
    user.save()
    user.grants.update(reason=mark("warrant"))
    UserSession.objects.create(
        user=user, ip="203.0.113.9", user_agent=mark("agent"), session_key=mark("session"), data={}
    )


def _accounts(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    """Nobody reads a password's hash or a generator's secret, wherever it lies."""
    User.objects.filter(pk=other.filer.pk).update(password=f"pbkdf2_sha256$1${other.mark('salt')}$hash")
    Authenticator.objects.create(
        user=other.filer, type=Authenticator.Type.TOTP, data={"secret": other.mark("secret")}
    )
    operator = people[RoleCode.OPERATOR]
    spare, closed = make_user(username="m-spare", staff_no="S-1"), make_user(is_active=False)
    give(closed, RoleCode.OPERATOR, own.park)
    over = give(spare, RoleCode.LIAISON, until=clock.today())
    own_slip, other_slip = _slip(own, operator, spare), _slip(other, other.filer, other.reviewer)
    return {
        "task force": {"own": str(Chain.objects.first().task_force.pk)},
        "account": {"own": operator.username, "none": "nobody"},
        "generator": {"own": other.filer.username, "shut": operator.username, "none": "nobody"},
        "accounts/user": {"own": str(operator.pk)} | NONE,
        "account to empower": {"own": str(spare.pk)} | NONE,
        "accounts/grant": {"own": str(operator.grants.get().pk)} | NONE,
        "grant in force": {"own": str(operator.grants.get().pk), "shut": str(over.pk)} | NONE,
        "operator account": {
            "own": str(operator.pk), "other": str(people[RoleCode.DEPARTMENT].pk), "shut": str(closed.pk),
        } | NONE,
        "handover": {"own": str(own_slip.pk), "other": str(other_slip.pk)} | NONE,
    }  # fmt: skip


def _slip(side: Side, from_user: User, to_user: User) -> Handover:
    slip = Handover.objects.create(
        number=side.mark("slip"), from_user=from_user, to_user=to_user, from_text=side.mark("giver"),
        to_text=side.mark("taker"), by_text="丙", reason=side.mark("order"), handed_on=clock.today(), created_at=clock.now(),
    )  # fmt: skip
    HandoverItem.objects.create(
        handover=slip, position=1, section="报表", title=side.mark("item"), url="/returns/1/"
    )
    return slip


def _batches(other: Side, people: People) -> dict[str, dict[str, str]]:
    """Shut is what was sent back at the step before, and never comes to this one."""
    state = AccountBatch.State
    waits, opened = (str(_batch(other, people, each).pk) for each in (state.REQUESTED, state.CREATED))
    sent_back = str(_batch(other, people, state.REFUSED).pk)
    opened_and_sent_back = str(_batch(other, people, state.REFUSED, is_open=True).pk)
    return {
        "batch": {"own": waits} | NONE,
        "batch to open": {"own": waits, "shut": sent_back} | NONE,
        "batch opened": {"own": opened, "shut": opened_and_sent_back} | NONE,
        "batch to refuse": {"own": waits, "shut": opened_and_sent_back} | NONE,
    }


def _batch(side: Side, people: People, state: str, *, is_open: bool = False) -> AccountBatch:
    """Of one newcomer, whose account is open from the second step on."""
    is_open = is_open or state == AccountBatch.State.CREATED
    stem = f"{state}{'-open' if is_open else ''}"
    batch = AccountBatch.objects.create(
        title=side.mark("batch"), document=side.mark("letter"), file_name=f"{side.mark('file')}.xlsx", state=state,
        file_digest=f"{side.letters}{stem}", requested_by=people[RoleCode.OFFICE], requested_at=clock.now(),
    )  # fmt: skip
    username = f"{side.mark('newcomer')}-{stem}"
    AccountRequest.objects.create(
        batch=batch, row=2, username=username, name=side.mark("newname"), unit=side.filer.unit, role=RoleCode.OPERATOR,
        scope_kind="park", scope_code=side.park.code, phone=side.mark("newphone"),
        user=make_user(username=username, unit=side.filer.unit) if is_open else None,
    )  # fmt: skip
    return batch


def _trail(other: Side, people: People) -> dict[str, dict[str, str]]:
    """A check that found something, and two anchors of which the audit administrator signed the second."""
    anchors.write()
    anchors.write()
    countersign(number=2, by=people[RoleCode.AUDIT_ADMIN])
    AuditCheck.objects.create(
        kind=AuditCheck.Kind.FULL, started_at=clock.now(), finished_at=clock.now(), from_seq=1, to_seq=1, anchors=2,
        is_whole=False, breaks=[other.mark("break")], actor_name="审计巡检",
    )  # fmt: skip
    newest = str(AuditEvent.objects.values_list("seq", flat=True).first())
    return {
        "event": {"own": newest, "none": "999999"},
        "anchor": {"own": "1", "shut": "2", "none": "99"},
    }


def _plan(people: People) -> dict[str, dict[str, str]]:
    plan = Plan.objects.get()
    QualitativeAim.objects.create(plan=plan, code="Q1", clause="二", title="定性目标")
    Mechanism.objects.create(plan=plan, code="M1", clause="三", title="机制", content="内容")
    Ambiguity.objects.create(plan=plan, code="A1", place="二", question="疑点", reading="口径")
    found = {model._meta.label_lower.replace(".", "/"): model.objects.first() for model in ADMIN_MODELS}
    return {label: {"own": str(row.pk)} | NONE for label, row in found.items()}
