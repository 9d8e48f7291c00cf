"""One row of everything that the officials' admin shows."""

from datetime import date

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.audit.actions import action, created
from guandu.core import clock
from guandu.core.actors import LOADER
from guandu.jobs import queue
from guandu.notices.models import ReminderRule
from investment.models import Project
from parks.models import Park, ParkType, StatisticalClass, Title
from rating.models import Scheme
from targets.actions import disclosures
from targets.enums import Force, Operator, Shape
from targets.models import Ambiguity, Mechanism, Plan, QualitativeAim, Target, TargetUnit
from tests.factories import (
    make_area,
    make_building,
    make_cycle,
    make_enterprise,
    make_honour_kind,
    make_indicator,
    make_industry,
    make_space,
    make_template,
    make_unit,
    make_user,
)


def fill(park: Park, office: User) -> dict:
    """Rows by name; all beside `park`."""
    indicator = make_indicator(code="REV", name="营业收入")
    template = make_template(indicator, code="PARK-Q", name="园区季报")
    plan = Plan.objects.create(
        code="plan", title="三年行动计划", issuer="区政府办", issued_on=date(2024, 1, 1),
        starts_on=date(2024, 1, 1), ends_on=date(2026, 12, 31),
    )  # fmt: skip
    target = Target.objects.create(
        plan=plan, code="T01", clause="一", title="园区数", operator=Operator.AT_LEAST, value="30", unit="个",
        shape=Shape.STOCK, force=Force.BINDING, indicator=indicator,
    )  # fmt: skip
    unit = make_unit(name="牵头局")
    TargetUnit.objects.create(target=target, unit=unit, leads=True)
    mechanism = Mechanism.objects.create(plan=plan, code="M01", clause="三", title="调度机制", content="每季调度")
    mechanism.leads.add(unit)
    Title.objects.create(park=park, level="city", name="示范园区")
    chain = park.placements.get().chain
    space = make_space(building=make_building(park=park))
    rows = {
        "park": park,
        "space": space,
        "area": make_area(chains=(chain,)),
        "firm": make_enterprise(park=park),
        "indicator": indicator,
        "template": template,
        "cycle": make_cycle(template),
        "plan": plan,
        "target": target,
        "unit": unit,
        "mechanism": mechanism,
        "aim": QualitativeAim.objects.create(plan=plan, code="Q1", clause="一", title="格局基本形成"),
        "ambiguity": Ambiguity.objects.create(plan=plan, code="A1", place="一", question="疑点", reading="口径"),
        "scheme": Scheme.objects.create(
            code="draft", version="1", title="评定办法（草案）", text="内容", digest="d", loaded_at=clock.now()
        ),
        "reminder rule": make_rule("before-7", -7),
        "disclosure": disclosures.give(client=make_user(RoleCode.API_CLIENT), reason="市里的接口", by=office),
        "project": Project.objects.create(code="PR-1", name="某项目", chain=chain, park=park),
    }
    rows |= _standards()
    _record(park)
    return rows


def make_rule(code: str, offset: int) -> ReminderRule:
    said = {"event": "due", "unit": "calendar", "audience": "filer"}
    return ReminderRule.objects.create(code=code, name=f"规则{code}", offset=offset, **said)


def _standards() -> dict:
    group = ParkType.objects.create(code="digital", name="数字园区")
    return {
        "industry": make_industry(),
        "honour kind": make_honour_kind(),
        "statistical class": StatisticalClass.objects.create(code="service", name="规上服务业", industries=["I"]),
        "park type": ParkType.objects.create(code="data", name="数据园区", parent=group),
    }


def _record(park: Park) -> None:
    @action("park.create")
    def entered(*, by):
        created(park)
        queue.enqueue("figures.roll_up", by=by, key="2026Q3")

    entered(by=LOADER)
