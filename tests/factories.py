"""Rows for tests: plain functions with good defaults; what a test speaks of it passes itself.

They write rows directly, without actions: use them for the world that a test stands in, never for
the step that it tests.
"""

from datetime import date, datetime
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from guandu.accounts.models import Grant, Unit, User
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core import clock
from guandu.core.models import Demonstration
from parks.models import (
    Area,
    Building,
    Chain,
    Enterprise,
    HonourKind,
    Industry,
    Park,
    Placement,
    Space,
    Sponsorship,
    Tenancy,
)
from targets.enums import Basis, FigureScope, IndicatorKind, SubjectKind, TemplateKind
from targets.models import Cycle, Figure, Indicator, IndicatorVersion, ReturnTemplate, TemplateCell

PASSWORD = "Lantern-4-harbour"
SINCE = date(2024, 1, 1)
_numbers = count(1)
# Where a role is granted when the test does not say: the kinds that need no code.
_DISTRICT_ROLES = {
    RoleCode.OFFICE, RoleCode.LEADER, RoleCode.LIAISON, RoleCode.API_CLIENT,
    RoleCode.SYSTEM_ADMIN, RoleCode.SECURITY_ADMIN, RoleCode.AUDIT_ADMIN,
}  # fmt: skip
_UNIT_KINDS = {
    RoleCode.OFFICE: Unit.Kind.OFFICE,
    RoleCode.DEPARTMENT: Unit.Kind.DEPARTMENT,
    RoleCode.TASK_FORCE: Unit.Kind.TASK_FORCE,
    RoleCode.STREET: Unit.Kind.STREET,
    RoleCode.OPERATOR: Unit.Kind.OPERATOR,
    RoleCode.LEADER: Unit.Kind.GOVERNMENT,
    RoleCode.LIAISON: Unit.Kind.GOVERNMENT,
}


def next_number() -> int:
    """A number that no other row of this run has."""
    return next(_numbers)


def make_demonstration(day: date = date(2026, 10, 12)) -> Demonstration:
    """Demonstration data counts as loaded; the business date is `day` from now on."""
    return Demonstration.objects.create(business_date=day, loaded_at=clock.now())


def make_unit(kind: str = Unit.Kind.DEPARTMENT, *, code: str = "", name: str = "", **fields) -> Unit:
    number = next_number()
    return Unit.objects.create(
        code=code or f"U{number}", name=name or f"测试单位{number}", kind=kind, **fields
    )


def make_user(
    role: str | None = None,
    *,
    scope: object = None,
    username: str = "",
    password: str = PASSWORD,
    unit: Unit | None = None,
    since: date = SINCE,
    until: date | None = None,
    **fields,
) -> User:
    """An account, with a grant of `role` when one is named.

    `scope` is a Park, a Chain, a street's or department's Unit, or None for the whole district.
    """
    number = next_number()
    user = User(
        username=username or f"user{number}",
        name=fields.pop("name", f"测试人员{number}"),
        unit=unit or make_unit(_UNIT_KINDS.get(role, Unit.Kind.DEPARTMENT)),
        created_at=clock.now(),
        **fields,
    )
    user.set_password(password)
    user.save()
    if role:
        give(user, role, scope, since=since, until=until)
    return user


def give(
    user: User, role: str, scope: object = None, *, since: date = SINCE, until: date | None = None
) -> Grant:
    """A grant of `role` over `scope` (see `make_user`) in [since, until)."""
    kind, code = _scope_of(scope)
    if kind == ScopeKind.DISTRICT and role not in _DISTRICT_ROLES:
        raise ValueError(f"{role} needs a scope")
    user.forget_grants()
    return Grant.objects.create(
        user=user, role=role, scope_kind=kind, scope_code=code, valid_from=since, valid_to=until
    )


def _scope_of(scope: object) -> tuple[str, str]:
    if scope is None:
        return ScopeKind.DISTRICT, ""
    if isinstance(scope, Park):
        return ScopeKind.PARK, scope.code
    if isinstance(scope, Chain):
        return ScopeKind.CHAIN, scope.code
    if isinstance(scope, Unit):
        kind = ScopeKind.STREET if scope.kind == Unit.Kind.STREET else ScopeKind.DEPARTMENT
        return kind, scope.code
    raise TypeError(f"not a scope: {scope!r}")


def make_chain(*, code: str = "", name: str = "", task_force: Unit | None = None, **fields) -> Chain:
    number = next_number()
    name = name or f"测试产业链{number}"
    given = {"park_type": f"{name}园区", "cluster_name": f"{name}聚集区", "position": number % 1000}
    return Chain.objects.create(
        code=code or f"C{number}",
        name=name,
        task_force=task_force or make_unit(Unit.Kind.TASK_FORCE),
        **{**given, **fields},
    )


def make_area(*, code: str = "", name: str = "", chains: tuple[Chain, ...] = (), **fields) -> Area:
    number = next_number()
    area = Area.objects.create(code=code or f"A{number}", name=name or f"测试片区{number}", **fields)
    area.chains.set(chains)
    return area


def make_park(
    *,
    code: str = "",
    name: str = "",
    chain: Chain | None = None,
    street: Unit | None = None,
    department: Unit | None = None,
    operator: Unit | None = None,
    area: Area | None = None,
    since: date = SINCE,
    **fields,
) -> Park:
    """An open park, placed in `chain` (a new one by default) from `since`, and sponsored by
    `department` when one is named."""
    number = next_number()
    park = Park.objects.create(
        code=code or f"P{number}", name=name or f"测试园区{number}", **{"opened_on": since, **fields}
    )
    Placement.objects.create(
        park=park, chain=chain or make_chain(), street=street, operator=operator, area=area, valid_from=since
    )
    if department:
        make_sponsorship(park, department, since=since)
    return park


def make_sponsorship(
    park: Park, department: Unit, *, since: date = SINCE, until: date | None = None, **fields
) -> Sponsorship:
    return Sponsorship.objects.create(
        park=park, department=department, valid_from=since, valid_to=until, **fields
    )


def make_enterprise(
    *, park: Park | None = None, code: str = "", name: str = "", since: date = SINCE, **fields
) -> Enterprise:
    """A firm of the register, tenant of `park` from `since` when one is named."""
    number = next_number()
    firm = Enterprise.objects.create(code=code or f"E{number}", name=name or f"测试企业{number}", **fields)
    if park:
        Tenancy.objects.create(park=park, enterprise=firm, valid_from=since)
    return firm


def make_building(*, park: Park, code: str = "", name: str = "", **fields) -> Building:
    number = next_number()
    return Building.objects.create(
        park=park, code=code or f"B{number}", name=name or f"测试楼{number}", **fields
    )


def make_space(*, building: Building, code: str = "", name: str = "", **fields) -> Space:
    number = next_number()
    return Space.objects.create(
        building=building, code=code or f"S{number}", name=name or f"{number}室", **fields
    )


def make_industry(
    *, code: str = "", name: str = "软件和信息技术服务业", level: str = "division", **fields
) -> Industry:
    """A division with the section above it; 65 unless another code is given."""
    code = code or "65"
    section, _ = Industry.objects.get_or_create(
        code=fields.pop("section", "I"), defaults={"name": "信息传输业", "level": "section", "section": "I"}
    )
    known = Industry.objects.filter(code=code).first()
    return known or Industry.objects.create(
        code=code, name=name, level=level, parent=section, section=section.code, **fields
    )


def make_honour_kind(code: str = "hitech", *, name: str = "", **fields) -> HonourKind:
    """The kind with this code, made where it is not there yet."""
    return HonourKind.objects.get_or_create(
        code=code, defaults={"name": name or f"测试荣誉 {code}", **fields}
    )[0]


def make_indicator(
    *,
    code: str = "",
    name: str = "",
    kind: str = IndicatorKind.FLOW,
    unit: str = "万元",
    scale: int = 2,
    display_decimals: int = 2,
    definition: dict | None = None,
    **fields,
) -> Indicator:
    """An indicator with one version, in force from 2020."""
    number = next_number()
    given = {"level": SubjectKind.PARK, "sources": ["operator"], "position": number % 1000}
    indicator = Indicator.objects.create(
        code=code or f"I{number}", name=name or f"测试指标{number}", kind=kind, **{**given, **fields}
    )
    IndicatorVersion.objects.create(
        indicator=indicator,
        unit=unit,
        scale=scale,
        display_decimals=display_decimals,
        definition=definition or {},
        valid_from=date(2020, 1, 1),
    )
    return indicator


def make_template(*indicators: Indicator, code: str = "", name: str = "", **fields) -> ReturnTemplate:
    """A park template that asks for `indicators`, all required, reviewed and confirmed."""
    number = next_number()
    given = {"kind": TemplateKind.WORK, "subject_kind": SubjectKind.PARK, "route": [{"step": "review"}, {"step": "confirm"}]}
    template = ReturnTemplate.objects.create(
        code=code or f"T{number}", name=name or f"测试报表{number}", **{**given, **fields}
    )
    for position, indicator in enumerate(indicators, start=1):
        TemplateCell.objects.create(template=template, indicator=indicator, position=position)
    return template


def make_cycle(
    template: ReturnTemplate,
    period: str = "2026Q3",
    *,
    opens_on: date = date(2026, 10, 1),
    due_on: date = date(2026, 10, 15),
) -> Cycle:
    return Cycle.objects.create(
        template=template, period=period, opens_on=opens_on, due_on=due_on, opened_at=clock.now()
    )


def make_figure(
    indicator: Indicator, period: str, scope: object = None, *, value: Decimal | str | None = None, **fields
) -> Figure:
    """A certified figure of a park, chain, street or (None) the district, with `value` in the
    indicator's unit. A park's memberships are taken from its placement."""
    version = indicator.versions.get()
    kind, code = (FigureScope.DISTRICT, "") if scope is None else _scope_of(scope)
    memberships = _memberships(scope) if isinstance(scope, Park) else {}
    numerator = None if value is None else int(Decimal(value).scaleb(version.scale))
    given = {
        "numerator": numerator,
        "expected": 1,
        "reported": 0 if numerator is None else 1,
        "basis": Basis.CERTIFIED,
        "scope_name": getattr(scope, "name", "全区"),
    }
    return Figure.objects.create(
        indicator=indicator,
        indicator_version=version,
        scope_kind=kind,
        scope_code=code,
        period=period,
        computed_at=clock.now(),
        **{**given, **memberships, **fields},
    )


def _memberships(park: Park) -> dict[str, str]:
    place = park.placements.select_related("chain", "street", "area").latest("valid_from")
    duty = park.sponsorships.select_related("department").order_by("valid_from").last()
    return {
        "park_code": park.code,
        "chain_code": place.chain.code,
        "street_code": place.street.code if place.street else "",
        "area_code": place.area.code if place.area else "",
        "department_code": duty.department.code if duty else "",
    }


def shanghai(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An aware moment on the clocks of Kunming."""
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
