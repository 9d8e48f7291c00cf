"""临时调度表: who may be asked, who has answered, whom to chase, what waits for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core import clock
from guandu.notices.models import Message
from parks.models import Park
from targets.enums_dispatch import AnswerState, DispatchState
from targets.models import DispatchReceiver, DispatchTable
from targets.queries.locks import moment
from targets.queries.missing import first_contacts
from targets.queries.recipients import Recipients

PRINTED_LINE = "工作调度用，不作为统计数据对外发布"
MOST_IN_TEXT = 60
# Kinds of units that are asked as such; operators are asked for their parks.
ASKED_UNITS = {
    Unit.Kind.DEPARTMENT: "区级部门",
    Unit.Kind.STREET: "街道",
    Unit.Kind.TASK_FORCE: "产业链专班",
    Unit.Kind.GOVERNMENT: "区委区政府",
    Unit.Kind.COMPANY: "国有企业",
    Unit.Kind.OUTSIDE: "驻区单位",
}


@dataclass(frozen=True)
class Offered:
    """Whom a person may ask. `groups`: (code, name, how many, a sentence) of those that are picked at once."""

    units: tuple[tuple[str, tuple[Unit, ...]], ...]
    parks: tuple[Park, ...]
    groups: tuple[tuple[str, str, int], ...]

    def expand(self, groups: Iterable[str], units: Iterable[str], parks: Iterable[str]) -> tuple[list[Unit], list[Park]]:
        """Each of what was picked once, in the order in which it is offered; what is not offered is left out."""
        groups, units, parks = set(groups), set(units), set(parks)
        found = [
            unit for _, those in self.units for unit in those if unit.code in units or f"unit:{unit.kind}" in groups
        ]
        places = [
            park for park in self.parks
            if park.code in parks or "park" in groups or f"chain:{park.chain_code}" in groups
            or f"street:{park.street_code}" in groups
        ]  # fmt: skip
        return found, places


def offered_to(user: User) -> Offered:
    """Two queries. The office asks units and parks; a department or a task force asks its parks."""
    day = clock.today()
    visible = Park.objects.visible_to(user, Permission.DISPATCH_SEND).open_on(day).placed_on(day)
    parks = tuple(visible.order_by("chain_code", "code"))
    whole = ScopeKind.DISTRICT in user.scopes_with(Permission.DISPATCH_SEND)
    rows = list(Unit.objects.filter(kind__in=ASKED_UNITS).order_by("code")) if whole else []
    kinds = [(kind, name, tuple(unit for unit in rows if unit.kind == kind)) for kind, name in ASKED_UNITS.items()]
    groups = [(f"unit:{kind}", f"全部{name}", len(those)) for kind, name, those in kinds if those]
    groups += [("park", "全部园区", len(parks))] if parks else []
    groups += _counted(parks, "chain") + _counted(parks, "street")
    return Offered(tuple((name, those) for _, name, those in kinds if those), parks, tuple(groups))


def _counted(parks: Sequence[Park], kind: str) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for park in parks:
        code, name = getattr(park, f"{kind}_code"), getattr(park, f"{kind}_name")
        if code:
            counts[code, name] = counts.get((code, name), 0) + 1
    of = {"chain": "全部园区", "street": "辖内园区"}[kind]
    return [(f"{kind}:{code}", f"{name}{of}", count) for (code, name), count in counts.items()]


def same_name(text: str) -> str:
    """As it is compared: without blanks, brackets full width."""
    return "".join(text.split()).replace("(", "（").replace(")", "）")


def names_of(subject: Park | Unit) -> set[str]:
    """How a workbook may call it."""
    names = (subject.name, subject.short_name, *getattr(subject, "aliases", ()))
    return {same_name(name) for name in names if name}


def sent_tables(user: User) -> QuerySet[DispatchTable]:
    """Grain: one per table that the person sends or sees whole, with `asked`, `filed` and `missing` counted."""
    filed = Count("receivers", filter=Q(receivers__state=AnswerState.FILED))
    rows = DispatchTable.objects.visible_to(user).annotate(asked=Count("receivers"), filed=filed)
    return rows.annotate(missing=F("asked") - F("filed")).select_related("sender")


def received(user: User) -> QuerySet[DispatchReceiver]:
    """Grain: one per table that the person is to fill in, newest first."""
    own = DispatchReceiver.objects.visible_to(user, Permission.DISPATCH_FILL)
    return own.select_related("table__sender", "park", "unit").order_by("-table__sent_at", "position")


def waiting(user: User) -> QuerySet[DispatchReceiver]:
    """What the person has still to answer, by the hour at which it is due."""
    open_ = received(user).filter(state=AnswerState.WAITING, table__state=DispatchState.SENT)
    return open_.order_by("table__due_at", "position")


def why_shut(receiver: DispatchReceiver, now: datetime) -> str:
    """Why the answer may not be written now, as a sentence that says what to do; "" where it may."""
    table = receiver.table
    if table.state == DispatchState.CLOSED:
        return f"这张表已于{moment(table.closed_at)}收回，不能再填。确需补报的，请联系{table.sender.name}重新开放。"
    if table.state == DispatchState.DRAFT:
        return "这张表还没有下发，暂不能填。"
    if receiver.state == AnswerState.FILED and not receiver.is_late and now > table.due_at:
        return f"已按时报送，{moment(table.due_at)}截止后不能修改。确需修改的，请联系{table.sender.name}延长截止时间。"
    return ""


@dataclass(frozen=True)
class Chased:
    """One receiver as the sender looks at it. `has_people`: somebody with an account can answer."""

    receiver: DispatchReceiver
    contact: str
    phone: str
    urged: str
    has_people: bool

    @property
    def is_missing(self) -> bool:
        return self.receiver.state == AnswerState.WAITING


def receivers_of(table: DispatchTable) -> list[DispatchReceiver]:
    rows = list(table.receivers.select_related("park", "unit"))
    for row in rows:
        row.table = table
    return rows


def board(user: User, table: DispatchTable) -> list[Chased]:
    """Grain: one per receiver, in their order. Six queries, whatever their number."""
    rows = receivers_of(table)
    contacts = first_contacts(user, {row.park_id for row in rows if row.park_id})
    urged, people = urged_today(rows), Recipients(clock.today())
    found = []
    for row in rows:
        contact = contacts.get(row.park_id)
        name = f"{contact.name}（{contact.duty}）" if contact and contact.duty else contact.name if contact else ""
        phone = contact.phone_masked if contact else ""
        found.append(Chased(row, name, phone, urged.get(row.pk, ""), bool(people.fillers(row))))
    return found


def urge_key(receiver: DispatchReceiver) -> str:
    """The matter of a message that urges: a receiver is urged at most once a day."""
    return f"urge-dispatch:{receiver.pk}:{clock.real_today()}"


def urged_today(receivers: Iterable[DispatchReceiver]) -> dict[int, str]:
    """Receiver → who urged it today. One query."""
    keys = {urge_key(each): each.pk for each in receivers}
    told = Message.objects.filter(key__in=keys).values_list("key", "sender_name")
    return {keys[key]: name for key, name in told}


def left_words(due: datetime, now: datetime) -> str:
    """距截止还有 3 小时, 已逾期 2 天."""
    seconds = int((due - now).total_seconds())
    size, unit = (86400, "天") if abs(seconds) >= 86400 * 2 else (3600, "小时") if abs(seconds) >= 3600 else (60, "分钟")
    count = max(1, abs(seconds) // size)
    return f"距截止还有 {count} {unit}" if seconds >= 0 else f"已逾期 {count} {unit}"


def ready_text(table: DispatchTable, rows: Sequence[Chased], *, signer: str, link: str) -> str:
    """What is sent by hand in a group of WeChat or 政务钉钉: plain lines, no number of a person of a park."""
    missing = [each for each in rows if each.is_missing]
    now = clock.now()
    said = [
        f"【催报】《{table.title}》请于{moment(table.due_at)}前报送（{left_words(table.due_at, now)}）。"
        f"应报 {len(rows)} 家，已报 {len(rows) - len(missing)} 家，尚有 {len(missing)} 家未报：",
        *(
            f"{number}. {each.receiver.name}" + (f"（联系人：{each.contact}）" if each.contact else "")
            for number, each in enumerate(missing[:MOST_IN_TEXT], start=1)
        ),
    ]
    if len(missing) > MOST_IN_TEXT:
        said.append(f"……等共 {len(missing)} 家，完整清单见附表。")
    said.append("请以上单位登录平台在线填写，或下载原表填好后上传；确有困难的，请及时联系。")
    if table.contact:
        said.append(f"联系人：{table.contact}")
    said += [f"填报入口：{link}", f"{signer}　{now.astimezone(clock.SHANGHAI):%Y年%-m月%-d日}"]
    return "\n".join(said)
