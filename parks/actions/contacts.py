"""Contact persons of parks and firms. A number is stored sealed; nothing but `reveal` says it whole."""

from typing import Any

from guandu.accounts.checks import require, require_service
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, edit, enter, updated
from guandu.audit.changes import snapshot
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.core.sealed import Unsealable, is_current, seal, unseal
from guandu.core.telephone import masked, normalised
from parks.actions.request_numbers import reseal_requests
from parks.models import Contact, Enterprise, Park

EDITABLE = frozenset({"name", "duty", "is_main"})
_STORED = EDITABLE | {"phone_sealed", "phone_masked"}
LOST = "这个号码的密钥不可用，无法显示。请联系系统管理员核对 CONTACT_KEY，或重新登记号码。"


@action("contact.add")
def add(
    *,
    subject: Park | Enterprise,
    name: str,
    phone: str,
    duty: str = "",
    is_main: bool = False,
    by: Actor,
) -> Contact:
    """A person to call about `subject`. Raises NotAllowed, Invalid."""
    require(by, Permission.CONTACT_EDIT, subject, to="登记联系人")
    about(subject)
    column = "park" if isinstance(subject, Park) else "enterprise"
    contact = Contact(**{column: subject}, name=name.strip(), duty=duty.strip(), is_main=is_main)
    number = normalised(phone)
    if not number:
        raise Invalid("请填写联系电话。", errors=[("phone", "请填写联系电话。")])
    for field, value in _sealed(contact, number).items():
        setattr(contact, field, value)
    if is_main:
        _step_down_others(contact)
    return enter(contact)


@action("contact.change")
def change(
    *,
    contact: Contact,
    values: dict[str, Any],
    phone: str = "",
    seen: dict[str, Any] | None = None,
    by: Actor,
) -> Contact:
    """Change what EDITABLE names, and the number where one is given. Raises NotAllowed, Invalid, Conflict."""
    require(by, Permission.CONTACT_EDIT, contact, to="修改联系人")
    about(contact.subject)
    unknown = sorted(set(values) - EDITABLE)
    if unknown:
        raise Invalid(f"不能修改这些内容：{'、'.join(unknown)}。")
    number = normalised(phone)
    if number and number != _opened(contact):
        values = {**values, **_sealed(contact, number)}
    if values.get("is_main"):
        _step_down_others(contact)
    return edit(contact, values, editable=_STORED, seen=seen)


@action("contact.end")
def end(*, contact: Contact, by: Actor) -> Contact:
    """Nobody calls this person any more from today on. Raises NotAllowed, NotReady."""
    require(by, Permission.CONTACT_EDIT, contact, to="停用联系人")
    about(contact.subject)
    if contact.ended_on:
        raise NotReady("该联系人已停用。")
    values = {"ended_on": clock.today(), "is_main": False}
    return edit(contact, values, editable=frozenset(values))


@action("contact.reveal")
def reveal(*, contact: Contact, by: Actor) -> str:
    """The whole number, for this person, now; the trail says that he saw it. Raises NotAllowed, NotReady."""
    require(by, Permission.CONTACT_REVEAL, contact, to="查看联系电话")
    about(contact)
    if not contact.phone_sealed:
        raise NotReady("该联系人没有登记电话。")
    number = _opened(contact)
    if not number:
        raise NotReady(LOST)
    return number


@action("contact.reseal")
def reseal(*, by: Actor) -> int:
    """Every number under the present key; how many were sealed anew. Raises NotAllowed, NotReady when
    one does not open: then nothing is written."""
    require_service(by, to="更换联系电话密钥")
    older = [each for each in Contact.objects.exclude(phone_sealed="") if not is_current(each.phone_sealed)]
    for contact in older:
        number, before = _opened(contact), snapshot(contact)
        if not number:
            raise NotReady(f"第 {contact.pk} 号联系人的号码打不开，请先补上原密钥（CONTACT_KEY_FALLBACKS）。")
        contact.phone_sealed = seal(number, owner=_owner(contact))
        contact.save(update_fields=["phone_sealed"])
        updated(contact, before)
    return len(older) + reseal_requests()


def _sealed(contact: Contact, number: str) -> dict[str, str]:
    return {"phone_sealed": seal(number, owner=_owner(contact)), "phone_masked": masked(number)}


def _opened(contact: Contact) -> str:
    """The number; "" where none is stored or its key is gone."""
    try:
        return unseal(contact.phone_sealed, owner=_owner(contact)) if contact.phone_sealed else ""
    except Unsealable:
        return ""


def _owner(contact: Contact) -> str:
    """A number copied to a contact of another park or firm does not open there."""
    return f"{contact.subject._meta.label_lower}:{contact.subject.code}"


def _step_down_others(contact: Contact) -> None:
    """One main contact per park or firm."""
    same = Contact.objects.filter(park=contact.park, enterprise=contact.enterprise, is_main=True)
    for other in same.exclude(pk=contact.pk):
        edit(other, {"is_main": False}, editable=EDITABLE)
