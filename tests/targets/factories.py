"""Returns and what they stand on, named by stage. Invented names and numbers (演示数据)."""

from dataclasses import dataclass
from datetime import date

from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core import clock
from guandu.core.actors import CALENDAR
from parks.models import Chain, Park, Placement, Sponsorship
from targets.actions import corrections, exemptions, returns
from targets.actions.cycles import open_cycle
from targets.enums import IndicatorKind, SubjectKind
from targets.models import Cycle, Indicator, IndicatorVersion, Return, ReturnTemplate, TemplateCell

LONG_AGO = date(2020, 1, 1)
REVIEWED_ROUTE = [
    {"step": "review", "label": "审核", "by": "包保部门工作人员"},
    {"step": "confirm", "label": "核定", "by": "园区发展办"},
]
ASKED_ROUTE = [
    REVIEWED_ROUTE[0],
    {"step": "opinion", "side": "street", "by": "街道", "days": 3},
    {"step": "opinion", "side": "chain", "by": "产业链专班", "days": 3},
    REVIEWED_ROUTE[1],
]
CONFIRMED_ROUTE = [{"step": "confirm", "label": "核定", "by": "园区发展办"}]
ENTRIES = {"REV": "1000.00", "REV_LEAD": "600", "FIRMS": "30", "SERVICE_FIRMS": "4"}
RULES = [
    {"code": "C1", "severity": "error", "left": "REV_LEAD", "op": "<=", "right": "REV",
     "message": "主导产业营业收入不能大于营业收入。"},
    {"code": "C2", "severity": "error", "left": "SERVICE_FIRMS", "op": "<=", "right": "FIRMS",
     "message": "服务机构数不能大于入驻企业数。"},
]  # fmt: skip


def make_unit(code: str, kind: str = Unit.Kind.DEPARTMENT, name: str = "") -> Unit:
    return Unit.objects.get_or_create(code=code, defaults={"name": name or f"{code}单位", "kind": kind})[0]


def make_person(
    username: str, role: str, kind: str, code: str = "", *, unit: str = "U-TEST", name: str = ""
) -> User:
    """An account with one grant in force since long ago."""
    user = User.objects.filter(username=username).first() or User.objects.create(
        username=username, name=name or username, unit=make_unit(unit), created_at=clock.now()
    )
    Grant.objects.create(user=user, role=role, scope_kind=kind, scope_code=code, valid_from=LONG_AGO)
    user.forget_grants()
    return user


def make_operator(park: str = "P1", username: str = "") -> User:
    username = username or f"operator-{park}"
    return make_person(username, RoleCode.OPERATOR, ScopeKind.PARK, park, unit=f"U-OP-{park}")


def make_reviewer(department: str = "U-DEP", username: str = "") -> User:
    username = username or f"reviewer-{department}"
    return make_person(username, RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, department, unit=department)


def make_office(username: str = "office") -> User:
    return make_person(username, RoleCode.OFFICE, ScopeKind.DISTRICT, unit="U-OFFICE")


def make_street_person(street: str = "U-ST", username: str = "street") -> User:
    return make_person(username, RoleCode.STREET, ScopeKind.STREET, street, unit=street)


def make_leader_person(username: str = "leader") -> User:
    return make_person(username, RoleCode.LEADER, ScopeKind.DISTRICT, unit="U-GOV")


def make_task_force(chain: str = "DIG", username: str = "force") -> User:
    return make_person(username, RoleCode.TASK_FORCE, ScopeKind.CHAIN, chain, unit=f"U-TF-{chain}")


def make_chain(code: str = "DIG") -> Chain:
    task_force = make_unit(f"U-TF-{code}", Unit.Kind.TASK_FORCE)
    values = {"name": f"{code}产业", "park_type": code, "cluster_name": code, "task_force": task_force}
    return Chain.objects.get_or_create(code=code, defaults=values)[0]


def make_park(
    code: str = "P1", *, department: str = "U-DEP", street: str = "U-ST", chain: str = "DIG",
    opened_on: date = LONG_AGO, closed_on: date | None = None,
) -> Park:  # fmt: skip
    """A park with one placement and one sponsorship, both open."""
    park = Park.objects.create(code=code, name=f"演示园区{code}", opened_on=opened_on, closed_on=closed_on)
    Placement.objects.create(
        park=park,
        valid_from=opened_on,
        chain=make_chain(chain),
        street=make_unit(street, Unit.Kind.STREET),
        operator=make_unit(f"U-OP-{code}", Unit.Kind.OPERATOR, f"演示运营公司{code}"),
    )
    Sponsorship.objects.create(park=park, department=make_unit(department), valid_from=opened_on)
    return park


def make_indicator(
    code: str, kind: str = IndicatorKind.FLOW, *, name: str = "", unit: str = "万元", scale: int = 2,
    level: str = SubjectKind.PARK,
) -> Indicator:  # fmt: skip
    indicator = Indicator.objects.create(code=code, name=name or f"指标{code}", kind=kind, level=level)
    IndicatorVersion.objects.create(
        indicator=indicator, unit=unit, scale=scale, display_decimals=scale, valid_from=LONG_AGO
    )
    return indicator


def make_template(code: str = "PARK-Q", **values) -> ReturnTemplate:
    """The quarterly park sheet: three required cells of which one asks 上年同期可比, one voluntary."""
    template = ReturnTemplate.objects.create(
        code=code,
        **{
            "name": "园区季度工作调度表",
            "subject_kind": SubjectKind.PARK,
            "printed_line": "工作调度用，不作为统计数据对外发布",
            "route": REVIEWED_ROUTE,
            "checks": RULES,
        }
        | values,
    )
    cells = [
        (make_indicator("REV", name="营业收入"), "经济运行", True, True),
        (make_indicator("REV_LEAD", name="主导产业营业收入"), "经济运行", True, False),
        (make_indicator("FIRMS", "stock", name="入驻企业数", unit="家", scale=0), "企业", True, False),
        (
            make_indicator("SERVICE_FIRMS", "stock", name="服务机构数", unit="家", scale=0),
            "企业",
            False,
            False,
        ),
    ]
    for position, (indicator, section, required, asks_base) in enumerate(cells, start=1):
        TemplateCell.objects.create(
            template=template, indicator=indicator, section=section, position=position,
            is_required=required, asks_base=asks_base,
        )  # fmt: skip
    return template


def make_district_template(filer: str = "U-TAX") -> ReturnTemplate:
    """A bureau's sheet of one cell, confirmed by the office without a review."""
    template = ReturnTemplate.objects.create(
        code="DISTRICT-Q", name="全区税收季度反馈表", subject_kind=SubjectKind.DISTRICT, filer=make_unit(filer),
        route=CONFIRMED_ROUTE, due_days=20,
    )  # fmt: skip
    indicator = make_indicator("D_TAX", name="全区税收", level=SubjectKind.DISTRICT)
    TemplateCell.objects.create(template=template, indicator=indicator, section="全区数据", position=1)
    return template


def make_cycle(period: str = "2026Q2", template: ReturnTemplate | None = None) -> Cycle:
    return open_cycle(template=template or make_template(), period=period, by=CALENDAR)


@dataclass
class Cast:
    """One park with the people around it."""

    park: Park
    template: ReturnTemplate
    operator: User
    reviewer: User
    office: User

    def draft(self, period: str = "2026Q2") -> Return:
        return make_cycle(period, self.template).returns.get(park=self.park)

    def filled(self, period: str = "2026Q2", **cells: str) -> Return:
        return returns.save(return_=self.draft(period), cells=ENTRIES | cells, by=self.operator)

    def filed(self, period: str = "2026Q2", **cells: str) -> Return:
        return returns.file(return_=self.filled(period, **cells), by=self.operator)

    def reviewed(self, period: str = "2026Q2", **cells: str) -> Return:
        return returns.review(return_=self.filed(period, **cells), by=self.reviewer)

    def locked(self, period: str = "2026Q2", **cells: str) -> Return:
        return returns.confirm(return_=self.reviewed(period, **cells), by=self.office)

    def sent_back(self, period: str = "2026Q2", **cells: str) -> Return:
        return returns.send_back(
            return_=self.filed(period, **cells), comment="请核对营业收入", by=self.reviewer
        )

    def exempt(self, period: str = "2026Q2") -> Return:
        return exemptions.exempt(return_=self.draft(period), reason="停产改造", by=self.office)

    def corrected(self, *codes: str, period: str = "2026Q2", **cells: str) -> Return:
        """Locked once, and `codes` opened again."""
        return corrections.open_(
            return_=self.locked(period, **cells), codes=codes, reason="录入有误", by=self.office
        )

    def at(self, state: str) -> Return:
        return {"draft": self.filled, "filed": self.filed, "sent_back": self.sent_back,
                "reviewed": self.reviewed, "locked": self.locked, "exempt": self.exempt}[state]()  # fmt: skip


def make_cast(**template) -> Cast:
    return Cast(make_park(), make_template(**template), make_operator(), make_reviewer(), make_office())
