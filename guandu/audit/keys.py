"""The keys that seal the trail, by a number that tells them apart without telling them."""

from dataclasses import dataclass

from django.conf import settings

from guandu.core.digests import digest


@dataclass(frozen=True)
class Key:
    number: str
    secret: bytes


def key_of(secret: str) -> Key:
    return Key(digest(b"guandu audit key " + secret.encode())[:12], secret.encode())


def current() -> Key:
    """What new events and anchors are sealed with."""
    return key_of(settings.AUDIT_KEY)


def known() -> dict[str, bytes]:
    """Number → secret of the present key and of those it replaced."""
    keys = map(key_of, (settings.AUDIT_KEY, *settings.AUDIT_KEY_FALLBACKS))
    return {key.number: key.secret for key in keys}
