"""A plan and its targets for tests; invented (演示数据)."""

from datetime import date
from decimal import Decimal

from guandu.core import clock
from targets.enums import Force, Operator, Shape
from targets.models import Plan, Target, TargetResult


def make_plan(code: str = "PLAN", **fields) -> Plan:
    given = {
        "title": "测试行动计划", "issuer": "测试机关", "issued_on": date(2024, 1, 1),
        "starts_on": date(2024, 1, 1), "ends_on": date(2026, 12, 31),
    }  # fmt: skip
    return Plan.objects.create(code=code, **{**given, **fields})


def make_target(plan: Plan, code: str, title: str = "", **fields) -> Target:
    given = {
        "clause": "一(二)¶1", "goal": "园区建设", "operator": Operator.AT_LEAST, "value": "8", "unit": "个",
        "shape": Shape.NEW_SINCE, "force": Force.BINDING, "deadline": date(2026, 12, 31),
        "position": plan.targets.count() + 1,
    }  # fmt: skip
    return Target.objects.create(plan=plan, code=code, title=title or f"目标{code}", **{**given, **fields})


def make_result(
    target: Target, status: str, value: str | None = None, *, period: str = "2026Q3", scale: int = 0, **fields
) -> TargetResult:
    units = None if value is None else int(Decimal(value).scaleb(scale))
    return TargetResult.objects.create(
        target=target, period=period, status=status, value_units=units, value_scale=scale,
        computed_at=clock.now(), **fields,
    )  # fmt: skip
