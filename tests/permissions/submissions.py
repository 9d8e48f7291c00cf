"""One true submission for every form that is posted: who sends it, from which page, and what it says.

A browser takes what the page's form holds and alters some of it; so does `sent`. What must stand first
(a locked account, a generator, an answered preview) is made by `prepare`, inside the caller's
transaction.
"""

from collections.abc import Callable

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guandu.accounts.actions import batches
from guandu.accounts.forms_batches import COLUMNS, SHEET
from guandu.accounts.models import AccountBatch, Unit, User
from guandu.audit import anchors
from guandu.core import clock
from guandu.exchange.writer import WrittenColumn, write_workbook
from guandu.jobs.models import Job
from parks.models import Chain, Park
from targets.actions import returns
from targets.models import Return, ReturnTemplate
from tests.factories import PASSWORD, make_user
from tests.permissions.submission import Fields, Submission, ask, asked
from tests.permissions.submissions_calendar import CALENDAR
from tests.permissions.submissions_dispatch import DISPATCH
from tests.permissions.submissions_documents import DOCUMENTS
from tests.permissions.submissions_figures import FIGURES
from tests.permissions.submissions_files import FILES
from tests.permissions.submissions_history import HISTORY
from tests.permissions.submissions_layouts import LAYOUTS
from tests.permissions.submissions_meetings import MEETINGS
from tests.permissions.submissions_notices import NOTICES
from tests.permissions.submissions_plan import PLAN
from tests.permissions.submissions_publications import PUBLICATIONS
from tests.permissions.submissions_register import REGISTER
from tests.permissions.submissions_requests import REQUESTS
from tests.permissions.submissions_returns import RETURNS
from tests.permissions.submissions_rosters import ROSTERS
from tests.permissions.submissions_schemes import SCHEMES
from tests.permissions.submissions_tasks import TASKS
from tests.permissions.submissions_terms import TERMS_AND_REPORTS
from tests.permissions.submissions_workbooks import WORKBOOKS
from tests.permissions.world import ANONYMOUS, World

SECRET = generate_totp_secret()


# What must stand first


def _demo_account(world: World) -> None:
    make_user("leader", username="m-demo", is_demo=True)


def _locked_account(world: World) -> None:
    for _ in range(5):
        ask(world, ANONYMOUS, "POST", "/accounts/sign-in/", {"username": "m-operator", "password": "wrong"})


def _generator_of(role: str) -> Callable[[World], None]:
    def enrolled(world: World) -> None:
        TOTP.activate(world.people[role], SECRET)
        RecoveryCodes.activate(world.people[role])

    return enrolled


def _between_password_and_code(world: World) -> None:
    """A browser that has shown the leader's password and must show his code."""
    _generator_of("leader")(world)
    browser = Client()
    browser.post("/accounts/sign-in/", {"username": "m-leader", "password": PASSWORD})
    world.sessions["half"] = browser.cookies[settings.SESSION_COOKIE_NAME].value


def code() -> str:
    """What the generator shows now."""
    return format_hotp_value(hotp_value(SECRET, int(clock.now().timestamp()) // 30))


def _shown_secret(world: World) -> Fields:
    """A code for the secret that the enrolment page has just shown."""
    page = asked(world, "leader", "/accounts/factor/enrol/", method="GET").context
    return {"code": format_hotp_value(hotp_value(page["form"].secret, int(clock.now().timestamp()) // 30))}


def _another_session(world: World) -> None:
    browser = Client()
    browser.post("/accounts/sign-in/", {"username": "m-leader", "password": PASSWORD})


def _job_in(state: str) -> Callable[[World], None]:
    return lambda world: Job.objects.filter(pk=world.objects["job"]["own"]).update(state=state)


def _batch(world: World) -> AccountBatch:
    return AccountBatch.objects.get(pk=world.objects["batch"]["own"])


def _batch_opened(world: World) -> None:
    batches.create_accounts(batch=_batch(world), by=world.people["system_admin"])


def _workbook(world: World) -> Fields:
    person = {"username": "zhang.san", "name": "张三", "unit": _name_of(world, "operator-own")}
    person |= {"role": "园区运营方", "scope": "园区 本辖园区"}
    rows = [[person.get(column.key, "") for column in COLUMNS]]
    book = write_workbook(SHEET, [WrittenColumn(c.title, required=c.required) for c in COLUMNS], rows)
    return {"title": "新任填报人员", "document": "", "file": SimpleUploadedFile("申请.xlsx", book)}


def _name_of(world: World, code: str) -> str:
    return Unit.objects.get(code=code).name


def _ticket(world: World) -> Fields:
    shown = asked(world, "office", "/accounts/batches/new/", _workbook(world))
    return {"ticket": shown.context["ticket"]}


def _no_staff_number(world: World) -> None:
    User.objects.filter(pk=world.people["audit_admin"].pk).update(staff_no="")


def _successor(world: World) -> None:
    make_user(
        "operator",
        scope=Park.objects.get(code="P-OWN"),
        unit=world.people["operator"].unit,
        username="m-next",
    )


def _handover(world: World) -> Fields:
    both = {"from_user": "m-operator", "to_user": "m-next", "reason": "〔2026〕9号"}
    shown = asked(world, "security_admin", "/accounts/handover/new/", both)
    return {**both, "seen": shown.context["contents"].digest}


def _return(world: World, kind: str) -> Return:
    return Return.objects.get(pk=world.objects[kind]["own"])


def _reviewed(world: World) -> None:
    returns.review(return_=_return(world, "filed"), by=world.people["department"])


def _pick(world: World) -> Fields:
    return {"pick": f"{world.objects['filed']['own']}:{_return(world, 'filed').version}"}


def _detail_of(kind: str) -> Callable[[World], str]:
    return lambda world: f"/returns/{world.objects[kind]['own']}/"


def _chain(code: str) -> int:
    return Chain.objects.get(code=code).pk


def _unit(code: str) -> int:
    return Unit.objects.get(code=code).pk


def _anchor(world: World) -> None:
    anchors.write()


def _move(world: World) -> Fields:
    return {"to": "talking", "on": str(clock.today()), "comment": "首次洽谈"}


S = Submission
DRAFT, FILED = _detail_of("draft"), _detail_of("filed")
WRITTEN = (
    # One's own account
    S("accounts/sign-in/", ANONYMOUS, {"username": "m-office", "password": PASSWORD}),
    S("accounts/sign-in/demo/", ANONYMOUS, {"username": "m-demo"}, "/accounts/sign-in/", prepare=_demo_account),
    S("accounts/sign-in/code/", "half", lambda world: {"code": code()}, prepare=_between_password_and_code),
    S("accounts/sign-out/", "leader", page="/"),
    S("accounts/password/", "leader", {"old": PASSWORD, "new": "Harbour-7-lantern", "again": "Harbour-7-lantern"}),
    S("accounts/security/end-others/", "leader", page="/accounts/security/", prepare=_another_session),
    S("accounts/confirm/", "leader", {"password": PASSWORD}),
    S("accounts/confirm/code/", "leader", lambda world: {"code": code()}, prepare=_generator_of("leader")),
    S("accounts/factor/enrol/", "leader", _shown_secret, None),
    S("accounts/factor/remove/", "leader", prepare=_generator_of("leader")),
    S("accounts/factor/codes/renew/", "leader", prepare=_generator_of("leader")),
    S("accounts/away/", "leader", {"since": "2026-10-20", "until": "2026-10-30"}),
    S("accounts/own/", "audit_admin", {"name": "李安", "staff_no": "GH-9"}, prepare=_no_staff_number),
    # Other people's
    S("accounts/policy/", "security_admin", {"idle_minutes": "25", "factor_roles": ["expert"]}),
    S(
        "accounts/protection/<username>/unlock/", "security_admin", page="/accounts/protection/",
        prepare=_locked_account,
    ),
    S(
        "accounts/protection/<username>/reset-factor/", "security_admin", {"reason": "手机遗失"},
        "/accounts/protection/", prepare=_generator_of("operator"),
    ),
    S("accounts/batches/new/", "office", _workbook),
    S("accounts/batches/confirm/", "office", _ticket, None),
    S("accounts/batches/<pk>/open/", "system_admin", page=None),
    S("accounts/batches/<pk>/reissue/", "system_admin", page=None, prepare=_batch_opened),
    S("accounts/batches/<pk>/grant/", "security_admin", page=None, prepare=_batch_opened),
    S("accounts/batches/<pk>/refuse/", "system_admin", {"reason": "单位有误"}, None),
    S("accounts/operators/<pk>/reset/", "office", page="/accounts/operators/"),
    S("accounts/duties/<pk>/seat/", "security_admin", {"seat": "A"}, "/accounts/duties/"),
    S("accounts/away/<pk>/", "office", {"since": "2026-10-20", "until": "2026-10-30"}),
    S("accounts/handover/new/", "security_admin", _handover, prepare=_successor),
    # Work
    S("jobs/<pk>/cancel/", "operator", page=None, prepare=_job_in("queued")),
    S("jobs/<pk>/retry/", "operator", page=None, prepare=_job_in("failed")),
    S("rating/recompute/", "office", page="/rating/"),
    S("rating/<pk>/planning/", "office", {"open": "yes"}, None),
    S("projects/new/", "task_force", lambda world: {"name": "新项目", "chain": _chain("DIG")}),
    S("projects/<code>/edit/", "task_force", {"note": "已对接", "promised_investment": "1,000.50"}),
    S("projects/<code>/move/", "task_force", _move, "/projects/PJ-own/"),
    S("returns/<pk>/save/", "operator", {"v-REV": "7"}, DRAFT),
    S("returns/<pk>/file/", "operator", {"v-REV": "120"}, DRAFT),
    S("returns/<pk>/review/", "department", {"comment": "无误"}, FILED),
    S("returns/<pk>/send-back/", "department", {"comment": "请核对", "c-REV": "偏小"}, FILED),
    S("returns/<pk>/confirm/", "office", {"comment": "同意"}, _detail_of("return to confirm")),
    S("returns/confirm/", "office", _pick, "/returns/", prepare=_reviewed),
    # The trail
    S("audit/verify/", "audit_admin", page="/audit/"),
    S("audit/anchors/<number>/countersign/", "audit_admin", page="/audit/", prepare=_anchor),
    S("audit/events/export/", "audit_admin", {"format": "csv"}, "/audit/events/"),
    # The officials' admin
    S("admin/accounts/unit/add/", "office", {"code": "u-new", "name": "新设单位", "kind": "department"}),
    S("admin/accounts/unit/<object_id>/change/", "office", {"note": "更名待办"}),
    S(
        "admin/accounts/user/add/", "system_admin",
        lambda world: {"username": "newcomer.b", "name": "新同事", "unit": _unit("operator-own")},
    ),
    S("admin/accounts/user/<object_id>/change/", "system_admin", {"duty": "科员"}),
    S("admin/accounts/user/<object_id>/reset-password/", "system_admin", {"reason": "本人遗忘"}),
    S("admin/accounts/user/<object_id>/switch-active/", "system_admin", {"reason": "调离"}),
    S(
        "admin/accounts/user/<object_id>/give-grant/", "security_admin",
        {"role": "expert", "scope": "park:P-OTHERX", "since": "2026-10-20", "reason": "来函"},
    ),
    S("admin/accounts/grant/<object_id>/revoke/", "security_admin", {"reason": "调离"}),
    S("admin/accounts/grant/<object_id>/seat/", "security_admin", {"seat": "B"}),
    S(
        "admin/parks/chain/add/", "office",
        lambda world: {
            "code": "NEW", "name": "新链", "park_type": "新类", "cluster_name": "新聚集区", "position": "9",
            "task_force": Unit.objects.filter(kind=Unit.Kind.TASK_FORCE).first().pk,
        },
    ),
    S("admin/parks/chain/<object_id>/change/", "office", {"position": "77"}),
    S("admin/parks/area/add/", "office", {"code": "area-new", "name": "新片区", "aliases": "新区、新城"}),
    S("admin/parks/area/<object_id>/change/", "office", {"clause": "第九条"}),
    S(
        "admin/parks/park/add/", "office",
        lambda world: {
            "code": "P-NEW", "name": "新园区", "lettable_area": "1,200.50", "chain": _chain("DIG"), "on": "2026-10-01",
            "carrier": "building", "operating_model": "joint",
        },
    ),
    S("admin/parks/park/<object_id>/change/", "office", {"note": "已更名"}),
    S(
        "admin/parks/park/<object_id>/placement/", "office",
        lambda world: {"on": "2026-10-01", "chain": _chain("DIG")},
    ),
    S("admin/parks/park/<object_id>/sponsorship/", "office", {"on": "2026-10-01", "leader": "某区长"}),
    S("admin/parks/park/<object_id>/title/", "office", {"level": "city", "name": "示范园区", "state": "candidate"}),
    S("admin/parks/park/export/", "office", {"format": "1"}),
    S("admin/parks/enterprise/add/", "office", {"code": "E-NEW", "name": "新企业"}),
    S("admin/parks/enterprise/<object_id>/change/", "office", {"note": "已迁入"}),
    S("admin/targets/indicator/<object_id>/change/", "office", {"note": "口径已核"}),
    S("admin/targets/returntemplate/<object_id>/change/", "office", {"due_days": "12"}),
    S(
        "admin/targets/cycle/add/", "office",
        lambda world: {"template": ReturnTemplate.objects.get(code="PARK-Q").pk, "quarter": "2026Q1"},
    ),
    S("admin/targets/plan/<object_id>/change/", "office", {"title": "三年行动计划"}),
    S("admin/targets/target/<object_id>/change/", "office", {"caliber": "按年累计"}),
    S("admin/targets/qualitativeaim/<object_id>/change/", "office", {"title": "格局形成"}),
    S("admin/targets/mechanism/<object_id>/change/", "office", {"content": "每季调度"}),
    S("admin/targets/ambiguity/<object_id>/change/", "office", {"reading": "以季报为准"}),
    S("admin/investment/project/<object_id>/change/", "office", {"note": "已核实"}),
    *CALENDAR,
    *REGISTER,
    *RETURNS,
    *NOTICES,
    *FILES,
    *ROSTERS,
    *LAYOUTS,
    *WORKBOOKS,
    *DISPATCH,
    *FIGURES,
    *HISTORY,
    *PUBLICATIONS, *SCHEMES, *DOCUMENTS,
    *PLAN,
    *MEETINGS,
    *TASKS, *TERMS_AND_REPORTS,
    *REQUESTS,
)  # fmt: skip
