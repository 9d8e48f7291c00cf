"""The rows of the matrix: the same on each of two parks, every text and number marked with its side.

The own park is what the scoped roles are granted over. A mark such as `zqfirm` is a side's letters and
what carries it; canaries.yaml says who may meet which.
"""

from collections.abc import Mapping

from django.conf import settings

from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run_waiting
from investment.models import Project, StageMove
from parks.actions import parks
from parks.models import Chain, Park, Sponsorship, Title
from rating.actions import assessments, schemes
from rating.enums import TRIAL_JOB
from rating.models import Assessment
from targets.actions import returns
from targets.actions.cycles import open_cycle
from targets.models import CertifiedValue, Figure, Indicator, Plan, ReturnTemplate, Target, TargetResult
from tests.factories import (
    make_area,
    make_chain,
    make_demonstration,
    make_enterprise,
    make_figure,
    make_indicator,
    make_park,
    make_template,
    make_unit,
    make_user,
)
from tests.permissions import (
    seeds_admin,
    seeds_calendar,
    seeds_dispatch,
    seeds_documents,
    seeds_files,
    seeds_history,
    seeds_layouts,
    seeds_meetings,
    seeds_notices,
    seeds_plan,
    seeds_publications,
    seeds_register,
    seeds_requests,
    seeds_returns,
    seeds_rosters,
    seeds_schemes,
    seeds_tasks,
    seeds_terms,
    seeds_workbooks,
)
from tests.permissions.sides import NONE, Side, keys
from tests.permissions.world import ANONYMOUS, DISABLED, World

# Kinds of the matrix that canaries.yaml calls by the same name.
SHOWN_AT = (
    "figure", "certified value", "handover", "project", "job to try again", "enterprise", "space", "building", "proposal", "contact",
    "claim", "finding", "cultivation", "honour", "register upload", "return by firms filed", "workbook",
    "return matched",
    "dispatch table", "dispatch answer",
    "history checked", "history stored", "publication", "milestone reported", "task", "task closing", "instruction", "notice",
    "request", "document laid",
)  # fmt: skip
# What each quarter's return has come to; the last one differs between the sides.
DRAFT, FILED, REVIEWED, ENDED = "2026Q3", "2026Q2", "2025Q4", "2025Q3"


def build() -> World:
    make_demonstration()
    own = Side(
        "own", "zo", "P-OWN", "本辖园区", figure="24680.13", returned="104.73", invested="58293.71", area="41507.93",
        earned="52816.47", let="31942.58", phone="13812346071",
    )  # fmt: skip
    other = Side(
        "other", "zq", "P-OTHERX", "园区zqpark", figure="73519.64", returned="61728.39", invested="61357.28",
        area="98765.43", earned="87431.29", let="76193.85", phone="13912348502",
    )  # fmt: skip
    _register(own, make_chain(code="DIG"))
    _register(other, make_chain(code="CUL"))
    people = _people(own, other)
    revenue = make_indicator(code="REV", name="营业收入")
    template = make_template(revenue, code="PARK-Q", route=[{"step": "review"}, {"step": "confirm"}])
    objects = _numbers(own, other, revenue, template, people) | _work(own, other, people)
    objects |= seeds_register.rows(own, other, people) | seeds_admin.rows(own, other, people)
    objects |= seeds_notices.rows(own, other, people)
    objects |= seeds_files.rows(own, other)
    objects |= seeds_workbooks.rows(own, other, revenue, people[RoleCode.OFFICE])
    objects |= seeds_history.rows(own, other, people)
    objects |= seeds_calendar.rows(template, revenue)
    objects |= seeds_layouts.rows(own, other, people[RoleCode.OFFICE])
    objects |= seeds_rosters.rows(own, other, revenue, people[RoleCode.OFFICE])
    objects |= seeds_dispatch.rows(own, other, people)
    objects |= seeds_publications.rows(own, other, people)
    objects |= seeds_documents.rows(own, other, people)
    objects |= seeds_plan.rows(own, other, people)
    objects |= seeds_terms.rows(own, other, people)
    objects |= seeds_meetings.rows(own, other, people)
    objects |= seeds_tasks.rows(own, other, people)
    objects |= seeds_requests.rows(own, other, people)
    objects |= seeds_schemes.rows(people)
    objects |= seeds_admin.handover_as_seen(people)
    return World(people, objects, _where_shown({"own": own, "other": other}, objects)).settle()


def _where_shown(
    sides: Mapping[str, Side], objects: Mapping[str, dict[str, str]]
) -> dict[str, dict[str, str]]:
    """Word of canaries.yaml → side → its row, for the addresses that show what a side carries."""
    rows = {
        "park": lambda side: side.park, "firm": lambda side: seeds_register.firm_of(side),
        "filer": lambda side: side.filer, "return filed": lambda side: side.returns[FILED],
        "return reviewed": lambda side: side.returns[REVIEWED], "return sent back": lambda side: side.returns[ENDED],
    }  # fmt: skip
    found = {word: {name: str(row(side).pk) for name, side in sides.items()} for word, row in rows.items()}
    found |= {word: objects[word] for word in SHOWN_AT}
    found["park code"] = {name: side.park.code for name, side in sides.items()}
    return found | {"batch": {"other": objects["batch"]["own"]}}


def grow(world: World) -> None:
    """A third park beside the other one, with as much on it: nobody scoped may notice."""
    third = Side(
        "third", "zx", "P-THIRD", "第三园区", figure="11111.17", returned="22222.27", invested="33333.37",
        area="44444.47", earned="55555.57", let="66666.67", phone="13712347777",
    )  # fmt: skip
    other = Park.objects.get(code="P-OTHERX")
    place, office = other.placements.get(), world.people[RoleCode.OFFICE]
    beside = {"street": place.street, "operator": place.operator, "area": place.area}
    _register(third, place.chain, beside | {"department": other.sponsorships.get().department})
    _staff(third)
    revenue, template = Indicator.objects.get(code="REV"), ReturnTemplate.objects.get(code="PARK-Q")
    make_figure(revenue, "2026Q1-3", third.park, value=third.figure)
    _file(third, template, office)
    _send_back(third)
    score = Assessment.objects.get(park=other)
    score.pk, score.park = None, third.park
    score.save(force_insert=True)
    _project(third, "unconfirmed")
    _job(third, world.people[DISABLED], "2026Q3", Job.State.DONE)
    seeds_register.more(third, world.people)
    seeds_admin.more(third, world.people)
    seeds_notices.more(third)
    seeds_files.more(third)
    seeds_dispatch.more(third, world.people)
    seeds_history.more(third, world.people)
    seeds_requests.more(third)


def _register(side: Side, chain: Chain, beside: Mapping[str, object] | None = None) -> None:
    """The park with its firm, title, sponsor and units; in places that there are where they are named."""
    mark = side.mark
    units = beside or {
        "street": make_unit(Unit.Kind.STREET, code=f"street-{side.name}", name=f"街道{mark('street')}"),
        "department": make_unit(code=f"dept-{side.name}", name=f"部门{mark('dept')}"),
        "operator": make_unit(
            Unit.Kind.OPERATOR, code=f"operator-{side.name}", name=f"公司{mark('operator')}"
        ),
        "area": make_area(code=f"area-{side.name}", chains=(chain,)),
    }
    side.park = make_park(code=side.code, name=side.title, short_name=mark("short"), chain=chain, **units)
    Sponsorship.objects.filter(park=side.park).update(staff_member=mark("contact"))
    Title.objects.create(park=side.park, level="city", name=mark("title"), document=mark("paper"))
    make_enterprise(park=side.park, code=f"E-{side.code}", name=f"企业{mark('firm')}", note=mark("firmnote"))


def _people(own: Side, other: Side) -> dict[str, User | None]:
    place, sponsor = own.park.placements.get(), own.park.sponsorships.get().department
    scopes = {
        RoleCode.DEPARTMENT: sponsor,
        RoleCode.TASK_FORCE: place.chain,
        RoleCode.STREET: place.street,
        RoleCode.OPERATOR: own.park,
        RoleCode.LIAISON: place.chain,
        RoleCode.EXPERT: own.park,
        RoleCode.API_CLIENT: place.chain,
    }
    units = {RoleCode.OPERATOR: place.operator, RoleCode.STREET: place.street, RoleCode.DEPARTMENT: sponsor}
    people = {
        str(code): make_user(code, scope=scopes.get(code), unit=units.get(code), username=f"m-{code}")
        for code in RoleCode
    }
    people[ANONYMOUS] = None
    people[DISABLED] = make_user(RoleCode.OFFICE, username="m-disabled")
    own.filer, own.reviewer = people[RoleCode.OPERATOR], people[RoleCode.DEPARTMENT]
    seeds_admin.mark_account(own.filer, own)
    _staff(other)
    return people


def _staff(side: Side) -> None:
    """Who files and who reviews on a side that no role of the matrix is granted over."""
    place, sponsor = side.park.placements.get(), side.park.sponsorships.get().department
    side.filer = make_user(
        RoleCode.OPERATOR, scope=side.park, unit=place.operator, username=side.mark("login")
    )
    side.reviewer = make_user(RoleCode.DEPARTMENT, scope=sponsor, unit=sponsor)
    seeds_admin.mark_account(side.filer, side)


def _numbers(
    own: Side, other: Side, revenue: Indicator, template: ReturnTemplate, people: Mapping[str, User | None]
) -> dict[str, dict[str, str]]:
    office = people[RoleCode.OFFICE]
    figures = {name: _figure(side, revenue) for name, side in (("own", own), ("other", other))}
    total = make_figure(revenue, "2026Q1-3", None, value="98199.77", expected=2, reported=2)
    chain_total = make_figure(revenue, "2026Q1-3", own.park.placements.get().chain, value=own.figure)
    target = _target(revenue, figures, total)
    for side in (own, other):
        _file(side, template, office)
    scores = _scores(office)
    for side in (own, other):
        Assessment.objects.filter(park=side.park).update(grade=side.mark("grade"), stars=3, total_units=8341)
    _confirm(own, office)
    _send_back(other)
    return _returns(own, other) | seeds_returns.rows(own, other, template, people) | {
        "park": {"own": own.park.code, "other": other.park.code, "none": "P-NONE"},
        "indicator": {"own": revenue.code, "none": "NONE"},
        "figure": keys(figures),
        "certified value": keys({name: figure.source for name, figure in figures.items()}),
        "total": {"own": str(total.pk), "other": str(chain_total.pk)} | NONE,
        "target": {"own": f"{target.plan.code}:{target.code}", "none": "NONE:T99"},
        "target code": {"own": target.code, "none": "T99"},
        "assessment": keys({"own": scores[own.park.code], "other": scores[other.park.code]}),
        "chain": {"own": "DIG", "other": "CUL", "none": "NONE"},
        "chain to name": keys(
            {name: side.park.placements.get().chain for name, side in (("own", own), ("other", other))}
        ),
        "period": {"own": "2026Q3", "none": "20xx"},
        "quarter": {"own": "2026Q3", "shut": "2030Q1", "none": "20xx"},
        "app": {"own": "parks", "none": "nowhere"},
    }


def _figure(side: Side, revenue: Indicator) -> Figure:
    figure = make_figure(revenue, "2026Q1-3", side.park, value=side.figure)
    figure.source = CertifiedValue.objects.create(
        indicator=revenue, indicator_version=figure.indicator_version, subject_kind="park", subject_code=side.park.code,
        period=figure.period, units=figure.numerator, source="operator", reason=side.mark("ground"),
        certified_by=side.mark("certifier"), certified_at=clock.now(),
    )  # fmt: skip
    figure.save(update_fields=["source"])
    return figure


def _target(revenue: Indicator, figures: Mapping[str, Figure], total: Figure) -> Target:
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
    names = "、".join(each.scope_name for each in figures.values())
    TargetResult.objects.create(
        target=target, period="2026Q3", status="at_risk", value_units=9819977, value_scale=2, expected=2, reported=2,
        sentence=f"可评定的 2 个园区中 0 个符合要求。未符合：{names}。", parts=[whole, *parts], computed_at=clock.now(),
    )  # fmt: skip
    return target


def _file(side: Side, template: ReturnTemplate, office: User) -> None:
    """Four quarters: a draft, one filed, two reviewed."""
    for period in (DRAFT, FILED, REVIEWED, ENDED):
        cycle = open_cycle(template=template, period=period, by=office)
        return_ = returns.save(
            return_=cycle.returns.get(park=side.park), cells={"REV": side.returned}, by=side.filer
        )
        if period in (DRAFT, FILED):
            seeds_files.attach(return_, side, period)
        if period != DRAFT:
            return_ = returns.file(return_=return_, by=side.filer)
        if period == REVIEWED:
            return_ = returns.review(return_=return_, comment=side.mark("remark"), by=side.reviewer)
        side.returns[period] = return_


def _confirm(side: Side, office: User) -> None:
    reviewed = returns.review(return_=side.returns[ENDED], by=side.reviewer)
    side.returns[ENDED] = returns.confirm(return_=reviewed, by=office)


def _send_back(side: Side) -> None:
    side.returns[ENDED] = returns.send_back(
        return_=side.returns[ENDED], comment=side.mark("comment"), cell_comments={"REV": side.mark("cellnote")},
        by=side.reviewer,
    )  # fmt: skip


def _returns(own: Side, other: Side) -> dict[str, dict[str, str]]:
    """What each verb is for, and as `shut` what it comes too early or too late for."""
    return {
        "draft": _of_returns(own, other, DRAFT),
        "filed": _of_returns(own, other, FILED),
        "return to fill in": _of_returns(own, other, DRAFT, shut=ENDED),
        "return to review": _of_returns(own, other, FILED, shut=REVIEWED),
        "return to send back": _of_returns(own, other, FILED, shut=ENDED),
        "return to confirm": _of_returns(own, other, REVIEWED, shut=FILED),
    }


def _of_returns(own: Side, other: Side, period: str, shut: str = "") -> dict[str, str]:
    found = {"own": own.returns[period], "other": other.returns[period]}
    return keys(found | ({"shut": own.returns[shut]} if shut else {}))


def _scores(office: User) -> dict[str, Assessment]:
    """Every park's trial score under the district's draft scheme, by park code."""
    text = (settings.BASE_DIR / "rating" / "reference" / "district-draft.yaml").read_text(encoding="utf-8")
    schemes.load(text=text, by=office)
    assessments.ask_trial(period=Period.parse("2026Q3"), by=office)
    run_waiting()
    return {score.park.code: score for score in Assessment.objects.select_related("park")}


def _work(own: Side, other: Side, people: Mapping[str, User | None]) -> dict[str, dict[str, str]]:
    """Projects and jobs. The other job was asked for by somebody whose account is disabled."""
    fresh, asked, foreign = _project(own, "unconfirmed"), people[RoleCode.OPERATOR], people[DISABLED]
    parks.update(park=other.park, values={"note": other.mark("parknote")}, by=people[RoleCode.OFFICE])
    project = {"own": fresh.code, "other": _project(other, "unconfirmed").code, "none": "NONE"}
    done = _job(own, asked, "2026Q3", Job.State.DONE)
    return {
        "project": project,
        "project to move": project | {"shut": _project(own, "producing").code},
        "job": keys({"own": done, "other": _job(other, foreign, "2026Q3", Job.State.DONE)}),
        "job to cancel": keys({
            "own": _job(own, asked, "2026Q2", Job.State.QUEUED), "shut": done,
            "other": _job(other, foreign, "2026Q1", Job.State.QUEUED),
        }),
        "job to try again": keys({
            "own": _job(own, asked, "2025Q3", Job.State.FAILED), "shut": done,
            "other": _job(other, foreign, "2025Q2", Job.State.FAILED),
        }),
    }  # fmt: skip


def _project(side: Side, stage: str) -> Project:
    place = side.park.placements.get()
    project = Project.objects.create(
        code=f"PJ-{side.name}" + ("" if stage == "unconfirmed" else f"-{stage}"), name=f"项目{side.mark('project')}",
        chain=place.chain, park=side.park, street=place.street, note=side.mark("projectnote"), site=side.mark("site"),
        stage=stage, promised_investment=int(side.invested.replace(".", "")),
    )  # fmt: skip
    StageMove.objects.create(
        project=project, from_stage="unconfirmed", to_stage=stage, on="2026-01-05", comment=side.mark("move"),
        actor_name=side.mark("mover"), at=clock.now(),
    )  # fmt: skip
    return project


def _job(side: Side, asker: User, key: str, state: str) -> Job:
    return Job.objects.create(
        kind=TRIAL_JOB, key=key, state=state, arguments={"period": key}, actor_kind="user", actor_key=asker.username,
        actor_name=asker.name, needs="assessment.run", progress_note=side.mark("progress"), error=side.mark("failure"),
        trace=side.mark("trace"), created_at=clock.now(),
    )  # fmt: skip
