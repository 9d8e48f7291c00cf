"""What the permission matrix stands in: two parks that share nothing, everything hung on each, a person per role.

The own park is what the scoped roles are granted over; the other park carries canaries, texts that
no answer to a scoped role may contain.
"""

from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.http.response import HttpResponseBase
from django.test import Client
from knox.models import AuthToken

from guandu.accounts.models import AccountBatch, AccountRequest, Handover, Unit, User
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.periods import Period
from guandu.exchange import actions as uploads
from guandu.exchange.received import receive
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from investment.models import Project
from parks.actions import contacts, notes, proposals
from parks.exchange.parks import PARKS
from parks.models import (
    Area,
    Attribution,
    AttributionClaim,
    Building,
    Chain,
    Cultivation,
    Enterprise,
    Honour,
    HonourKind,
    Industry,
    Occupancy,
    Park,
    ParkType,
    RegistryComparison,
    RegistryFinding,
    Space,
    StatisticalClass,
    Tenancy,
)
from rating.actions import assessments, schemes
from rating.enums import TRIAL_JOB
from rating.models import Assessment, Scheme
from targets.actions import returns
from targets.actions.cycles import open_cycle
from targets.models import (
    Ambiguity,
    Cycle,
    Indicator,
    Mechanism,
    Plan,
    QualitativeAim,
    Return,
    ReturnTemplate,
    Target,
    TargetResult,
)
from tests.exchange.importing import book
from tests.factories import (
    SINCE,
    make_area,
    make_building,
    make_chain,
    make_demonstration,
    make_enterprise,
    make_figure,
    make_honour_kind,
    make_indicator,
    make_industry,
    make_park,
    make_space,
    make_template,
    make_unit,
    make_user,
)
from tests.signing_in import signed_in

ANONYMOUS, DISABLED = "anonymous", "disabled"
ROLES = (*(str(code) for code in RoleCode), ANONYMOUS, DISABLED)
# Whoever is granted over the own park, its chain, street or department only.
SCOPED = ("department", "task_force", "street", "operator", "liaison", "expert", "api_client")

ADMIN_MODELS = (
    Unit, Chain, Area, Park, Enterprise, Indicator, ReturnTemplate, Cycle, Plan, Target, QualitativeAim, Mechanism,
    Ambiguity, Scheme, Project, AuditEvent, Building, Space, Tenancy, Industry, HonourKind, StatisticalClass, ParkType,
)  # fmt: skip
FORM = "application/x-www-form-urlencoded"
CANARIES = ("机密外园", "P-OTHERX", "98765.43", "98,765.43")


@dataclass
class World:
    people: dict[str, User | None]
    # object kind → case (own, other, none) → what stands in the address
    objects: dict[str, dict[str, str]]
    tokens: dict[str, str] = field(default_factory=dict)

    @cached_property
    def sessions(self) -> dict[str, str]:
        """A session of each person, made once and carried by every cell's own client."""
        made = {}
        for role, user in self.people.items():
            if user is not None:
                client = signed_in(user, hours=12)
                made[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
        User.objects.filter(pk=self.people[DISABLED].pk).update(is_active=False)
        return made

    def ask(self, role: str, method: str, path: str) -> HttpResponseBase:
        """The answer to `role`, signed in by session, or by token where the API client asks the API."""
        self.browser.cookies.clear()
        headers = {}
        if role == RoleCode.API_CLIENT and path.startswith("/api/"):
            headers = {"authorization": f"Token {self.tokens[role]}"}
        elif role in self.sessions:
            self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        body = {"data": "csrfmiddlewaretoken=sent", "content_type": FORM} if method == "POST" else {}
        return self.browser.generic(method, path, headers=headers, **body)

    @cached_property
    def browser(self) -> Client:
        """One for all cells: a new one would set up every middleware again."""
        return Client(raise_request_exception=False)


def build() -> World:
    make_demonstration()
    own, other = _park("own", "P-OWN", "本辖园区", "DIG"), _park("other", "P-OTHERX", "机密外园", "CUL")
    people = _people(own, other)
    kinds = _numbers(own, other, people) | _register_changes(own, other, people)
    _, token = AuthToken.objects.create(user=people[RoleCode.API_CLIENT])
    return World(people, kinds, {RoleCode.API_CLIENT: token})


def _park(key: str, code: str, name: str, chain_code: str) -> Park:
    chain = make_chain(code=chain_code)
    park = make_park(
        code=code,
        name=name,
        chain=chain,
        street=make_unit(Unit.Kind.STREET, code=f"street-{key}"),
        department=make_unit(code=f"dept-{key}"),
        operator=make_unit(Unit.Kind.OPERATOR, code=f"operator-{key}"),
        area=make_area(code=f"area-{key}", chains=(chain,)),
    )
    make_enterprise(park=park, code=f"E-{code}", name=f"{name}企业")
    return park


def _people(own: Park, other: Park) -> dict[str, User | None]:
    place = own.placements.get()
    scopes = {
        RoleCode.DEPARTMENT: own.sponsorships.get().department,
        RoleCode.TASK_FORCE: place.chain,
        RoleCode.STREET: place.street,
        RoleCode.OPERATOR: own,
        RoleCode.LIAISON: place.chain,
        RoleCode.EXPERT: own,
        RoleCode.API_CLIENT: place.chain,
    }
    units = {
        RoleCode.OPERATOR: place.operator,
        RoleCode.STREET: place.street,
        RoleCode.DEPARTMENT: scopes["department"],
    }
    people = {
        str(code): make_user(code, scope=scopes.get(code), unit=units.get(code), username=f"m-{code}")
        for code in RoleCode
    }
    people[ANONYMOUS] = None
    people[DISABLED] = make_user(RoleCode.OFFICE, username="m-disabled")
    return people


def _register_changes(own: Park, other: Park, people: dict[str, User | None]) -> dict[str, dict[str, str]]:
    """A proposal, a note and a contact of each park: the own ones the operator's, the others an official's."""
    found: dict[str, dict] = {"proposal": {}, "note": {}, "contact": {}}
    cases = (("own", own, people[RoleCode.OPERATOR], 100), ("other", other, make_user(RoleCode.OFFICE), 9876543))
    for case, park, by, area in cases:
        found["proposal"][case] = proposals.propose(
            subject=park, values={"let_area": area}, effective_on=clock.today(), reason=f"{park.name}实测", by=by
        )
        found["note"][case] = notes.write(subject=park, text=f"{park.name}走访", by=by)
        found["contact"][case] = contacts.add(subject=park, name=f"{park.name}联系人", phone="13812340000", by=by)
    firms = {"own": f"E-{own.code}", "other": f"E-{other.code}", "none": "E-NONE"}
    return {kind: _keys(rows) for kind, rows in found.items()} | {"changed firm": firms}


def _numbers(own: Park, other: Park, people: dict[str, User | None]) -> dict[str, dict[str, str]]:
    revenue = make_indicator(code="REV", name="营业收入")
    draft, filed = _returns(revenue, own, other, people[RoleCode.OFFICE])
    figures = {"own": make_figure(revenue, "2026Q1-3", own, value="100.05")}
    figures["other"] = make_figure(revenue, "2026Q1-3", other, value="98765.43")
    total = make_figure(revenue, "2026Q1-3", None, value="98865.48", expected=2, reported=2)
    chain_total = make_figure(revenue, "2026Q1-3", own.placements.get().chain, value="100.05")
    target = _target(revenue, figures, total)
    scores = _scores(people[RoleCode.OFFICE])
    projects = {case: _project(case, park) for case, park in (("own", own), ("other", other))}
    return {
        "account": {"own": "m-operator", "none": "nobody"},
        "park": {"own": own.code, "other": other.code, "none": "P-NONE"},
        "indicator": {"own": revenue.code, "none": "NONE"},
        "figure": _keys(figures),
        "total": {"own": str(total.pk), "other": str(chain_total.pk), "none": "999999"},
        "target": {"own": f"{target.plan.code}:{target.code}", "none": "NONE:T99"},
        "target code": {"own": target.code, "none": "T99"},
        "draft": _keys(draft),
        "filed": _keys(filed),
        "assessment": {case: str(scores[park.code].pk) for case, park in (("own", own), ("other", other))}
        | {"none": "999999"},
        "project": {case: project.code for case, project in projects.items()} | {"none": "NONE"},
        "chain": {"own": "DIG", "other": "CUL", "none": "NONE"},
        "job": _keys({"own": _job(people[RoleCode.OPERATOR]), "other": _job(people[DISABLED])}),
        "period": {"own": "2026Q3", "none": "20xx"},
        "app": {"own": "parks", "none": "nowhere"},
    } | _space(own, other) | _firms(own, other, people) | _rows_of_the_admin(target.plan, people)


def _space(own: Park, other: Park) -> dict[str, dict[str, str]]:
    """A building with a space in use and a free one in each park, and a firm that both parks claim."""
    kinds: dict[str, dict[str, str]] = {
        "building": {"none": "NONE"}, "space": {"none": "NONE"}, "tenancy": {"none": "999999"},
        "occupancy": {"none": "999999"},
    }  # fmt: skip
    claimed = make_enterprise(name="两园企业")
    for case, park in (("own", own), ("other", other)):
        Tenancy.objects.create(park=park, enterprise=claimed, valid_from=SINCE)
        building = make_building(park=park, name=f"{park.name}一号楼")
        space = make_space(building=building, name=f"{park.name}101室")
        make_space(building=building, name=f"{park.name}102室", area=9876543 if case == "other" else 10005)
        stay = park.tenancies.exclude(enterprise=claimed).get()
        use = Occupancy.objects.create(tenancy=stay, space=space, valid_from=SINCE)
        kinds["building"][case], kinds["space"][case] = building.code, space.code
        kinds["tenancy"][case], kinds["occupancy"][case] = str(stay.pk), str(use.pk)
    return kinds


def _firms(own: Park, other: Park, people: dict[str, User | None]) -> dict[str, dict[str, str]]:
    """A firm of each park, a claim on it and a difference with the bureau's register; the standards."""
    make_industry()
    make_honour_kind()
    StatisticalClass.objects.create(code="service", name="规上服务业", industries=["I"])
    ParkType.objects.create(code="digital", name="数字园区")
    office = people[RoleCode.OFFICE]
    comparison = RegistryComparison.objects.create(
        file_name="登记.xlsx", file_digest="d", as_of=clock.today(), rows=2, matched=2, compared_by=office,
        compared_at=clock.now(),
    )  # fmt: skip
    claims, findings = {}, {}
    for case, park in (("own", own), ("other", other)):
        firm, street = Enterprise.objects.get(code=f"E-{park.code}"), park.placements.get().street
        claims[case] = AttributionClaim.objects.create(
            enterprise=firm, kind="tax", street=street, ground=f"{park.name}的理由", claimed_by=people[RoleCode.STREET],
            claimed_at=clock.now(),
        )  # fmt: skip
        # Somebody else counts it, so that the claim is disputed and stands on the first tab.
        rival = make_unit(Unit.Kind.STREET, code=f"street-rival-{case}")
        Attribution.objects.create(enterprise=firm, kind="tax", street=rival, valid_from=SINCE)
        findings[case] = RegistryFinding.objects.create(
            comparison=comparison, enterprise=firm, kind="renamed", street=street, ours=firm.name, theirs=f"{firm.name}甲"
        )
    honours, ways = {}, {}
    for case, park in (("own", own), ("other", other)):
        firm = Enterprise.objects.get(code=f"E-{park.code}")
        honours[case] = Honour.objects.create(enterprise=firm, kind=make_honour_kind(), valid_from=SINCE)
        ways[case] = Cultivation.objects.create(
            enterprise=firm, of_class=StatisticalClass.objects.get(), revenue=9876543, revenue_year=2025
        )
    return {
        "honour": _keys(honours),
        "cultivation": _keys(ways),
        "enterprise": {"own": f"E-{own.code}", "other": f"E-{other.code}", "none": "E-NONE"},
        "attribution kind": {"own": "tax", "none": "colour"},
        "claim": _keys(claims),
        "finding": _keys(findings),
    }


def _rows_of_the_admin(plan: Plan, people: dict[str, User | None]) -> dict[str, dict[str, str]]:
    """One row of every model that the officials' admin shows, by app/model."""
    QualitativeAim.objects.create(plan=plan, code="Q1", clause="二", title="定性目标")
    Mechanism.objects.create(plan=plan, code="M1", clause="三", title="机制", content="内容")
    Ambiguity.objects.create(plan=plan, code="A1", place="二", question="疑点", reading="口径")
    operator = people[RoleCode.OPERATOR]
    rows = {model._meta.label_lower.replace(".", "/"): model.objects.first() for model in ADMIN_MODELS}
    rows |= {"accounts/user": operator, "accounts/grant": operator.grants.get()}
    kinds = {label: {"own": str(row.pk), "none": "999999"} for label, row in rows.items()}
    return kinds | _accounts(people) | _files(people)


def _accounts(people: dict[str, User | None]) -> dict[str, dict[str, str]]:
    """A batch that waits to be opened, a park operator, and the slip of his hand-over."""
    batch = AccountBatch.objects.create(
        title="开户申请", file_name="申请.xlsx", file_digest="d", requested_by=people[RoleCode.OFFICE],
        requested_at=clock.now(),
    )  # fmt: skip
    operator = people[RoleCode.OPERATOR]
    AccountRequest.objects.create(
        batch=batch, row=2, username="newcomer", name="新同事", unit=operator.unit, role=RoleCode.OPERATOR,
        scope_kind="park", scope_code="P-OWN",
    )  # fmt: skip
    slip = Handover.objects.create(
        number="交接〔2026〕1号", from_user=operator, to_user=make_user(), from_text="甲", to_text="乙", by_text="丙",
        reason="调令", handed_on=clock.today(), created_at=clock.now(),
    )  # fmt: skip
    return {
        "batch": {"own": str(batch.pk), "none": "999999"},
        "operator account": {"own": str(operator.pk), "other": str(people[RoleCode.DEPARTMENT].pk), "none": "999999"},
        "handover": {"own": str(slip.pk), "none": "999999"},
    }


def _files(people: dict[str, User | None]) -> dict[str, dict[str, str]]:
    """Tables of the register by code, and files that wait: the office's, and one of somebody who has left."""
    data = book(PARKS, {"code": "P-NEW", "name": "新园区"})
    file = receive(PARKS, data, "园区.xlsx")
    report = uploads.look(table=PARKS, rows=file.rows, by=people[RoleCode.OFFICE])
    kept = {
        case: uploads.keep(table=PARKS, file=file, report=report, by=people[who])
        for case, who in (("own", RoleCode.OFFICE), ("other", DISABLED))
    }
    return {
        "register table": {"own": "parks", "other": "chains", "none": "nothing"},
        "register upload": _keys(kept),
    }


def _keys(rows: dict) -> dict[str, str]:
    return {case: str(row.pk) for case, row in rows.items()} | {"none": "999999"}


def _returns(revenue, own: Park, other: Park, office: User) -> tuple[dict[str, Return], dict[str, Return]]:
    """The third quarter's returns stand as drafts, the second quarter's are filed."""
    template = make_template(revenue, code="PARK-Q", route=[{"step": "review"}, {"step": "confirm"}])
    found = []
    for period in ("2026Q3", "2026Q2"):
        cycle = open_cycle(template=template, period=period, by=office)
        found.append({case: cycle.returns.get(park=park) for case, park in (("own", own), ("other", other))})
    for case, park in (("own", own), ("other", other)):
        filer = make_user(RoleCode.OPERATOR, scope=park, unit=park.placements.get().operator)
        found[1][case] = returns.save(return_=found[1][case], cells={"REV": "100"}, by=filer)
        found[1][case] = returns.file(return_=found[1][case], by=filer)
    return found[0], found[1]


def _target(revenue, figures: dict, total) -> Target:
    plan = Plan.objects.create(
        code="AP-2024", title="行动计划", issuer="区政府", issued_on="2024-01-01", starts_on="2024-01-01",
        ends_on="2026-12-31",
    )  # fmt: skip
    target = Target.objects.create(
        plan=plan, code="T08", clause="二", title="营业收入", operator="ge", value="100", unit="万元", shape="flow",
        force="约束", indicator=revenue,
    )  # fmt: skip
    parts = [
        {
            "scope_name": each.scope_name,
            "park_code": each.park_code,
            "figure": each.pk,
            "value": str(each.value),
            "ok": False,
        }
        for each in figures.values()
    ]
    whole = {
        "scope_name": "全区",
        "park_code": "",
        "figure": total.pk,
        "value": str(total.value),
        "ok": None,
        "whole": True,
    }
    TargetResult.objects.create(
        target=target, period="2026Q3", status="not_met", value_units=9886548, value_scale=2, expected=2, reported=2,
        sentence="可评定的 2 个园区中 0 个符合要求。未符合：本辖园区、机密外园。", parts=[whole, *parts], computed_at=clock.now(),
    )  # fmt: skip
    return target


def _scores(office: User) -> dict[str, Assessment]:
    """Every park's trial score under the district's draft scheme, by park code."""
    text = (settings.BASE_DIR / "rating" / "reference" / "district-draft.yaml").read_text(encoding="utf-8")
    schemes.load(text=text, by=office)
    assessments.ask_trial(period=Period.parse("2026Q3"), by=office)
    run_waiting()
    return {score.park.code: score for score in Assessment.objects.select_related("park")}


def _project(case: str, park: Park) -> Project:
    place = park.placements.get()
    return Project.objects.create(
        code=f"PJ-{case}",
        name=f"{park.name}项目",
        chain=place.chain,
        park=park,
        street=place.street,
        note="机密",
    )


def _job(asker: User) -> Job:
    """Work that the person asked for, done; what it says is for him and for whoever looks after jobs."""
    note = "机密外园" if asker.username == "m-disabled" else ""
    return Job.objects.create(
        kind=TRIAL_JOB, key="2026Q3", state=Job.State.DONE, actor_kind="user", actor_key=asker.username,
        actor_name=asker.name, needs="assessment.run", progress_note=note, created_at=clock.now(),
    )  # fmt: skip
