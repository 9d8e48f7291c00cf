"""The returns of a period that are missing: until when, whom to call, and whether they were urged today."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ScopeKind
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.periods import Period
from guandu.notices.models import Message
from parks.models import Contact
from targets.models import Return
from targets.queries.completeness import Counts, deadline

MOST_IN_TEXT = 60


@dataclass(frozen=True)
class Missing:
    """One missing return. `contact` and `phone` are empty where the reader may not know them or none is
    registered; `urged` says who urged it today."""

    return_: Return
    deadline: date
    filer: str
    contact: str
    phone: str
    urged: str
    may_urge: bool

    @property
    def call(self) -> str:
        """Whom to call: the person where he is known, else the unit."""
        return self.contact or self.filer


def urge_key(return_: Return, day: date) -> str:
    """The matter of a message that urges: a return is urged at most once a day."""
    return f"urge:{return_.pk}:{day}"


def missing_lines(user: User, returns: Sequence[Return]) -> list[Missing]:
    """Grain: one missing return of `returns`, which the person may see. Three queries."""
    contacts = first_contacts(user, {each.park_id for each in returns if each.park_id})
    urged, mine = urged_today(returns), _may_urge(user, returns)
    return [_line(each, contacts.get(each.park_id), urged.get(each.pk, ""), each.pk in mine) for each in returns]


def _line(return_: Return, contact: Contact | None, urged: str, may_urge: bool) -> Missing:
    name = f"{contact.name}（{contact.duty}）" if contact and contact.duty else contact.name if contact else ""
    return Missing(
        return_=return_,
        deadline=deadline(return_),
        filer=return_.filer.name if return_.filer else "园区运营方",
        contact=name,
        phone=contact.phone_masked if contact else "",
        urged=urged,
        may_urge=may_urge,
    )


def first_contacts(user: User, parks: Collection[int]) -> dict[int, Contact]:
    """Park → its first contact in use, for those to whom the register shows contacts; numbers masked. One query."""
    if not any(user.may(each) for each in (Permission.NOTE_WRITE, Permission.CONTACT_REVEAL)):
        return {}
    rows = Contact.objects.visible_to(user).filter(park__in=parks, ended_on=None).defer("phone_sealed")
    found: dict[int, Contact] = {}
    for contact in rows:
        found.setdefault(contact.park_id, contact)
    return found


def urged_today(returns: Iterable[Return]) -> dict[int, str]:
    """Return → who urged it today. One query."""
    keys = {urge_key(each, clock.today()): each.pk for each in returns}
    told = Message.objects.filter(key__in=keys).values_list("key", "sender_name")
    return {keys[key]: name for key, name in told}


def urgeable(user: Actor) -> QuerySet[Return]:
    """What the person may urge: the office everything, a sponsor the returns of its parks, not its own ones."""
    rows = Return.objects.visible_to(user, Permission.RETURN_URGE)
    whole = user.actor_kind == "service" or ScopeKind.DISTRICT in user.scopes_with(Permission.RETURN_URGE)
    return rows if whole else rows.filter(park__isnull=False)


def _may_urge(user: User, returns: Sequence[Return]) -> set[int]:
    if not user.may(Permission.RETURN_URGE):
        return set()
    return set(urgeable(user).filter(pk__in=[each.pk for each in returns]).values_list("pk", flat=True))


def days_words(day: date, today: date) -> str:
    """距截止还有 3 天, 今天截止, 已逾期 2 天."""
    left = (day - today) // timedelta(days=1)
    if left > 0:
        return f"距截止还有 {left} 天"
    return "今天截止" if left == 0 else f"已逾期 {-left} 天"


def title_of(return_: Return) -> str:
    return f"{Period.parse(return_.cycle.period).label}《{return_.cycle.template.name}》"


def ready_text(lines: Sequence[Missing], counts: Counts, *, period: str, signer: str, link: str) -> str:
    """What is sent by hand in a group of WeChat or 政务钉钉: plain lines, no number of a person."""
    label = Period.parse(period).label
    forms = {each.return_.cycle.template.name for each in lines}
    form = f"《{next(iter(forms))}》" if len(forms) == 1 else "报表"
    said = [
        f"【报送提醒】{label}{form}应报 {counts.expected} 张，已报 {counts.actual} 张，"
        f"尚有 {len(lines)} 张未报送："
    ]
    said += [_text_line(number, each, len(forms) > 1) for number, each in enumerate(lines[:MOST_IN_TEXT], start=1)]
    if len(lines) > MOST_IN_TEXT:
        said.append(f"……等共 {len(lines)} 张，完整清单见附表。")
    said.append("请以上单位登录平台尽快报送；确有困难的，请及时与我们联系。")
    said.append(f"填报入口：{link}")
    said.append(f"{signer}　{clock.today():%Y年%-m月%-d日}")
    return "\n".join(said)


def _text_line(number: int, each: Missing, with_form: bool) -> str:
    form = f"《{each.return_.cycle.template.name}》" if with_form else ""
    call = f"填报单位：{each.filer}" + (f"，联系人：{each.contact}" if each.contact else "")
    due = f"{each.deadline:%-m月%-d日}截止，{days_words(each.deadline, clock.today())}"
    state = each.return_.get_state_display()
    return f"{number}. {each.return_.subject_name}{form}（{call}）：{state}，{due}"
