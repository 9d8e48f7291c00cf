"""The nightly comparison: stored figures that are not what their values make them are put right, and named."""

from collections.abc import Mapping

from django.urls import reverse

from guandu.accounts.checks import require_service
from guandu.audit.actions import action, changed, concerning
from guandu.audit.changes import Change
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.numbers import from_units
from guandu.core.periods import Period
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.told import Told
from targets.actions.figure_building import CONTENT, Building
from targets.actions.figures import leave_out_late
from targets.definitions.values import PERCENT_KINDS
from targets.enums import Basis
from targets.models import FigureDrift, IndicatorVersion
from targets.queries.freshness import is_due
from targets.queries.recipients import Recipients

MOST_NAMED = 200
ABSENT = "（没有）"
Found = tuple[Period, Mapping, Mapping]  # quarter, as stored, as built
_NUMBERS = {"numerator": "数值", "denominator": "分母", "base_numerator": "上年同期", "expected": "应报", "reported": "已报"}


@action("figures.heal")
def heal(*, building: Building, run: int, by: Actor) -> int:
    """Put right what is stored otherwise than built, name each 核定 figure of it and tell the office; how many there
    were. 初步 ones follow what was filed since, which no roll-up asks for: they are brought up to date without a
    word. Nothing is done to a quarter that was stored, or waits to be, since its inputs were read. Raises NotAllowed
    for a person."""
    require_service(by, to="数据核对")
    leave_out_late(building)
    for part in [part for part in building.parts if is_due(part.quarter)]:
        building.leave_out(part)
    concerning("targets.figure", "", "数据核对")
    certified = [part for part in building.parts if part.basis == Basis.CERTIFIED]
    found = [(part.quarter, stored, built) for part in certified for stored, built in building.differences(part)]
    building.swap(run)
    if not found:
        return 0
    drifts = _named(found[:MOST_NAMED])
    FigureDrift.objects.bulk_create(drifts)
    quarters = sorted({quarter for quarter, _, _ in found})
    changed([_change(quarter, [each for each in drifts if each.quarter == quarter.code]) for quarter in quarters])
    _tell(quarters, len(found), by)
    return len(found)


def _named(found: list[Found]) -> list[FigureDrift]:
    versions = IndicatorVersion.objects.select_related("indicator").in_bulk()
    now = clock.now()
    rows = []
    for quarter, stored, built in found:
        version = versions[(stored or built)["indicator_version_id"]]
        rows.append(
            FigureDrift(
                quarter=quarter.code, figure=_words(stored or built, version), found_at=now,
                stored=_numbers(stored, built, version), computed=_numbers(built, stored, version),
            )
        )  # fmt: skip
    return rows


def _words(row: Mapping, version: IndicatorVersion) -> str:
    return f"{version.indicator.name} {row['scope_name']} {Period.parse(row['period']).label}"


def _numbers(row: Mapping, other: Mapping, version: IndicatorVersion) -> str:
    """What differs of the row, in words; terms of a ratio as whole numbers of their smallest units."""
    if not row:
        return ABSENT
    unlike = [name for name in CONTENT if not other or row[name] != other[name]]
    scale = 0 if version.indicator.kind in PERCENT_KINDS else version.scale
    scales = {"numerator": scale, "base_numerator": scale}
    told = [f"{words} {_shown(row[name], scales.get(name, 0))}" for name, words in _NUMBERS.items() if name in unlike]
    return "，".join(told) or "归属、名称或来源"


def _shown(units: int | None, scale: int) -> str:
    return "无" if units is None else f"{from_units(units, scale):,f}"


def _change(quarter: Period, drifts: list[FigureDrift]) -> Change:
    before = {each.figure: each.stored for each in drifts}
    after = {each.figure: each.computed for each in drifts}
    return Change("targets.figure", quarter.code, f"{quarter.label}数据核对", before, after)


def _tell(quarters: list[Period], count: int, by: Actor) -> None:
    labels = "、".join(quarter.label for quarter in quarters)
    text = f"夜间核对发现 {count} 项已存数据与核定值重算结果不符（{labels}），已按重算结果更正。请查看更正明细，如有疑问请联系系统管理员。"
    told = [
        Told(
            recipient=user, kind=MessageKind.DRIFT, key=f"drift:{clock.today().isoformat()}:{labels}"[:80],
            title=f"数据核对：{count} 项已更正", text=text, url=reverse("targets:roll-ups"), importance=Importance.HIGH,
        )
        for user in Recipients(clock.today()).office()
    ]  # fmt: skip
    post(told=told, by=by)
