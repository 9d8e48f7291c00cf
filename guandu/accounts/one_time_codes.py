"""Codes of the second factor: one step either side, each good once, whichever process checks it."""

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    compare_user_code,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.db import transaction

LAST = "last_counter"


def step_of(secret: str, code: str) -> int | None:
    """The time step that `code` belongs to, of those allowed now; None for none."""
    steps = [
        step
        for step in yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step)))
    ]
    return max(steps, default=None)


@transaction.atomic
def accept(user, code: str) -> Authenticator | None:
    """What `code` of `user` opens: the generator or the recovery codes; None where it is wrong or was
    used before. An accepted code is used up in the same transaction."""
    rows = Authenticator.objects.select_for_update().filter(user=user).order_by("pk")
    for authenticator in rows:
        if authenticator.type == Authenticator.Type.TOTP and _use_step(authenticator, code):
            return authenticator
        if authenticator.type == Authenticator.Type.RECOVERY_CODES and authenticator.wrap().validate_code(code):
            return authenticator
    return None


def use_up(authenticator: Authenticator, step: int) -> None:
    """The code of `step`, and every one before it, opens nothing any more."""
    authenticator.data[LAST] = step
    authenticator.save(update_fields=["data"])


def _use_step(authenticator: Authenticator, code: str) -> bool:
    step = step_of(decrypt(authenticator.data["secret"]), code)
    if step is None or step <= authenticator.data.get(LAST, 0):
        return False
    use_up(authenticator, step)
    return True
