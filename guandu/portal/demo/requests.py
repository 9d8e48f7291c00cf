"""企业诉求, services and visits of the story: each state stands somewhere. All of it is invented."""

from datetime import date, timedelta

from guandu.accounts.models import Unit, User
from guandu.core import clock
from parks.actions import requests, service_events, sponsor_visits
from parks.actions.requests import Asked
from parks.actions.service_events import Held
from parks.actions.sponsor_visits import Seen
from parks.enums_requests import ServiceKind, VisitRank
from parks.models import Park, RequestKind, ServiceRequest

FIRM = "滇池云谷科技有限公司（演示数据）"
PHONE = "13800000000"
# park, days ago, kind, what is asked for
CLOSED = (40, "APPROVAL", "办理食品经营许可需要多次往返，希望在园区设一次集中办理")
DISSATISFIED = (36, "POLICY", "高新技术企业奖补资金申报后一年没有到账，希望明确时间")
SUSPENDED = (30, "LAND", "二期用地涉及规划调整，希望尽快明确用地性质")
LATE = (28, "UTILITIES", "厂房供电容量不足，夏季多次跳闸，申请增容")
ANSWERED = (9, "TALENT", "招不到持证电工，希望组织一场专场招聘")
HANDLED = (5, "SCHOOLING", "三名外地技术骨干的子女今年入学，希望协调学位")
WAITING = (0, None, "园区西门外道路坑洼，货车进出不便")


def add_requests(office: User, operator: User, department: User, liaison: User, park: str, day: date) -> int:
    """Seven requests of one park in all states, services and visits around it; how many rows."""
    place, own = Park.objects.get(code=park), department.unit
    ended = _given(place, CLOSED, operator, office, own, day)
    _at(day - timedelta(days=30), requests.answer, request=ended, words="9月4日在园区集中办理 12 家，许可证已发放。", by=department)
    _at(day - timedelta(days=29), requests.accept, request=ended, by=operator)
    again = _given(place, DISSATISFIED, operator, office, own, day)
    for days, said, why in ((24, "已列入年度预算。", "没有说明到账时间"), (14, "正在请示市级。", "仍然没有时间，企业不能安排资金")):
        _at(day - timedelta(days=days), requests.answer, request=again, words=said, by=department)
        _at(day - timedelta(days=days - 2), requests.reject, request=again, words=why, by=operator)
    put_off = _given(place, SUSPENDED, operator, office, own, day)
    until = day + timedelta(days=21)
    _at(day - timedelta(days=20), requests.suspend, request=put_off, words="等规划调整方案批复。", look_again_on=until, by=department)
    _given(place, LATE, operator, office, own, day)
    said = _given(place, ANSWERED, operator, office, own, day)
    _at(day - timedelta(days=2), requests.answer, request=said, words="10月20日在园区举办专场招聘，已有 9 家培训机构报名。", by=department)
    taken = _given(place, HANDLED, operator, office, own, day)
    _at(day - timedelta(days=3), requests.take_up, request=taken, by=department)
    _raised(place, WAITING, operator, day)
    return 7 + _services(place, operator, day) + _visits(place, department, liaison, day)


def _raised(park: Park, story: tuple, by: User, day: date) -> ServiceRequest:
    ago, kind, text = story
    asked = Asked(text, FIRM, "李工", PHONE, RequestKind.objects.filter(code=kind).first())
    return _at(day - timedelta(days=ago), requests.raise_request, park=park, asked=asked, by=by)


def _given(park: Park, story: tuple, by: User, office: User, unit: Unit, day: date) -> ServiceRequest:
    made = _raised(park, story, by, day)
    on = day - timedelta(days=story[0] - 1)
    return _at(on, requests.assign, request=made, unit=unit, kind=made.kind, words="请按时限办理并反馈。", by=office)


def _at(day: date, act, **given):
    with clock.known_demo_date(day):
        return act(**given)


def _services(park: Park, by: User, day: date) -> int:
    held = (
        Held(ServiceKind.GOVERNMENT, day - timedelta(days=38), "政务服务进园区（演示数据）", "区政务服务管理局", 46, 12, 12),
        Held(ServiceKind.TRAINING, day - timedelta(days=20), "稳岗和社保政策培训（演示数据）", "区人力资源和社会保障局", 85, 31),
        Held(ServiceKind.TALENT_HOUSING, day - timedelta(days=12), "人才公寓入住（演示数据）", "", None, None, 24),
        Held(ServiceKind.STATION, day - timedelta(days=5), "企业服务站窗口值守（演示数据）", "区市场监督管理局", 18, None, 20),
    )
    for each in held:
        service_events.record(park=park, held=each, by=by)
    return len(held)


def _visits(park: Park, department: User, liaison: User, day: date) -> int:
    first = "看了二期工地和三家企业，供电是主要困难。（演示数据）"
    second = "核对诉求办理情况，园区运营正常。（演示数据）"
    seen = (
        (liaison, Seen(day - timedelta(days=26), VisitRank.LEADER, "包保区领导", first, "希望尽快增容供电。")),
        (department, Seen(day - timedelta(days=6), VisitRank.STAFF, department.name, second)),
    )
    for by, visit in seen:
        sponsor_visits.record(park=park, visit=visit, by=by)
    return len(seen)
