"""The telephone number of a 企业诉求: stored sealed, said whole by `request.reveal` alone."""

from django.utils.crypto import salted_hmac

from guandu.accounts.checks import allowed, require
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action, updated
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotReady
from guandu.core.sealed import Unsealable, is_current, seal, unseal
from guandu.core.telephone import masked, normalised
from parks.models import ServiceRequest

LOST = "这个号码的密钥不可用，无法显示。请联系系统管理员核对 CONTACT_KEY。"
MISSING = "请填写联系电话。"


def put_number(request: ServiceRequest, phone: str) -> None:
    """Seal the number into the row that is about to be stored. Raises Invalid."""
    number = normalised(phone)
    if not number:
        raise Invalid(MISSING, errors=[("phone", MISSING)])
    request.phone_sealed, request.phone_masked = seal(number, owner=owner_of(request)), masked(number)


def owner_of(request: ServiceRequest) -> str:
    """A number copied to another request does not open there. The moment of raising never changes; the park may."""
    return f"parks.servicerequest:{request.raised_at.isoformat()}"


def opened(request: ServiceRequest) -> str:
    """The number; "" where its key is gone."""
    try:
        return unseal(request.phone_sealed, owner=owner_of(request))
    except Unsealable:
        return ""


@action("request.reveal")
def reveal(*, request: ServiceRequest, by: Actor) -> str:
    """The whole number, for this person, now; the trail says that he saw it. Raises NotAllowed, NotReady."""
    if not allowed(by, Permission.REQUEST_HANDLE, request):
        require(by, Permission.CONTACT_REVEAL, request, to="查看联系电话")
    about(request)
    number = opened(request)
    if not number:
        raise NotReady(LOST)
    return number


def digest_of_address(address: str) -> str:
    """Tells addresses apart on our side without keeping them."""
    return salted_hmac("parks.request.address", address).hexdigest()


def reseal_requests() -> int:
    """Within contact.reseal: the numbers of requests under the present key as well; how many. Raises NotReady when one does
    not open."""
    older = [each for each in ServiceRequest.objects.exclude(phone_sealed="") if not is_current(each.phone_sealed)]
    for request in older:
        number, before = opened(request), snapshot(request)
        if not number:
            raise NotReady(f"{request.number}的号码打不开，请先补上原密钥（CONTACT_KEY_FALLBACKS）。")
        request.phone_sealed = seal(number, owner=owner_of(request))
        request.save(update_fields=["phone_sealed"])
        updated(request, before)
    return len(older)
