"""A register of the district's size beside the story: a hundred parks and twenty thousand firms, all invented.

The parks of the story are among them. The others file nothing: they are there so that lists, searches and
imports are tried at full length. Nothing is drawn at random.
"""

from collections.abc import Callable
from datetime import date, timedelta

from guandu.accounts.actions import units
from guandu.accounts.models import Unit
from guandu.core.actors import Actor
from guandu.portal.demo import story
from guandu.portal.demo.cast import PLAN_STARTS
from parks.actions import enterprises, parks, placements
from parks.enums import EnterpriseKind
from parks.models import Area, Chain, Enterprise, Industry, Park
from parks.validators import inner_check

PARKS, FIRMS = 100, 20_000
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_PLACES = "螺蛳湾 关上 吴井 金马 小板桥 官渡 六甲 矣六 太和 大板桥 阿拉 世纪城 巫家坝 凉亭 晓东".split()
_TRADES = (
    "科技 信息技术 商贸 供应链 物流 文化传播 生物科技 建筑工程 电子商务 机械制造 食品 医疗器械 环保 咨询 设计 新材料 "
    "国际贸易 网络 教育科技 装备"
).split()
_MARKS = "云 滇 春城 金马 碧鸡 翠湖 昆海 官渡 宝象 盘龙 五华 红土 彩云 南亚 环湖 石林 斗南 澄江 安宁 长水".split()
_KINDS = (*(EnterpriseKind.COMPANY,) * 8, EnterpriseKind.HOUSEHOLD, EnterpriseKind.OTHER)


def add_district(*, say: Callable[[str], None], by: Actor) -> None:
    """Enter what is missing to PARKS parks and FIRMS firms, park by park."""
    chains, areas = list(Chain.objects.all()), list(Area.objects.prefetch_related("chains").order_by("code"))
    streets = list(Unit.objects.filter(kind=Unit.Kind.STREET).order_by("code"))
    for number in range(Park.objects.count() + 1, PARKS + 1):
        _add_park(number, chains, areas, streets, by)
    say(f"园区名录：{Park.objects.count()} 个")
    everywhere = list(Park.objects.order_by("code"))
    missing = FIRMS - Enterprise.objects.count()
    industries = list(Industry.objects.filter(level="division").order_by("code"))
    for at, park in enumerate(everywhere):
        share = range(missing * at // len(everywhere), missing * (at + 1) // len(everywhere))
        enterprises.enter_many(rows=[_firm(number, park, streets, industries) for number in share], by=by)
    say(f"企业名录：{Enterprise.objects.count()} 家")


def _add_park(number: int, chains: list, areas: list, streets: list, by: Actor) -> None:
    chain = chains[number % len(chains)]
    place, trade = _PLACES[number % len(_PLACES)], _TRADES[number * 7 % len(_TRADES)]
    name = f"{story.FICTITIOUS}{place}{trade}产业园{number}期"
    operator = units.create(code=f"YY-D{number:03}", name=f"{place}{trade}园区运营公司{number}（演示）", kind=Unit.Kind.OPERATOR, by=by)
    fitting = [area for area in areas if chain in area.chains.all()] or areas
    park = parks.create(
        code=f"P-D{number:03}", name=name, carrier=("land", "building")[number % 2], is_demo=True,
        operating_model=("government", "joint", "enterprise")[number % 3],
        opened_on=date(2015, 1, 1) + timedelta(days=number * 37 % 4000), lettable_area=(20_000 + number * 911) * 100,
        chain=chain, area=fitting[number % len(fitting)] if fitting else None, street=streets[number % len(streets)],
        operator=operator, on=PLAN_STARTS, by=by,
    )  # fmt: skip
    department = Unit.objects.get(code=story.SPONSORS[chain.code])
    placements.sponsor(park=park, department=department, leader="（演示）区领导", on=PLAN_STARTS, by=by)


def _firm(number: int, park: Park, streets: list, industries: list) -> dict:
    mark, trade = _MARKS[number % len(_MARKS)], _TRADES[number // len(_MARKS) % len(_TRADES)]
    registered = date(2010, 1, 1) + timedelta(days=number * 31 % 5000)
    return {
        "code": f"Q-D{number:05}",
        "name": f"演示企业·昆明{mark}{trade}有限公司{number:05}",
        "credit_code": credit_code_of(number),
        "kind": _KINDS[number % len(_KINDS)],
        "industry": industries[number * 13 % len(industries)] if industries else None,
        "is_service_body": number % 17 == 0,
        "registered_street": streets[number * 3 % len(streets)],
        "operating_street": streets[number * 3 % len(streets)] if number % 5 else streets[number % len(streets)],
        "registered_address": f"{_PLACES[number % len(_PLACES)]}路 {number % 997 + 1} 号",
        "established_on": registered,
        "is_demo": True,
        "park": park,
        "on": max(registered, PLAN_STARTS),
    }


def credit_code_of(number: int) -> str:
    """A well-formed credit code of its own for each number below a million. Fictitious."""
    own = f"MB{number:06}"
    body = f"91530111{own}{inner_check(own)}"
    total = sum(_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + _ALPHABET[(31 - total % 31) % 31]

