"""Texts about people that the database must not be able to read: AES-256-GCM under CONTACT_KEY.

A sealed text names the key that sealed it, so that keys can be changed while older texts still open.
It opens only for the `owner` it was sealed for: copied to another row it is refused.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from guandu.core.digests import digest

FORMAT = "1"
NONCE_BYTES = 12
KEY_BYTES = 32


class Unsealable(Exception):
    """No key of ours opens this text: its key is not configured, or the text was altered or moved."""


def seal(text: str, *, owner: str) -> str:
    """`text` as only the present key opens it, and only for `owner`; another one each time."""
    secret, nonce = settings.CONTACT_KEY, os.urandom(NONCE_BYTES)
    hidden = _cipher(secret).encrypt(nonce, text.encode(), owner.encode())
    return f"{FORMAT}:{_number(secret)}:{urlsafe_b64encode(nonce + hidden).decode()}"


def unseal(sealed: str, *, owner: str) -> str:
    """What was sealed for `owner`. Raises Unsealable."""
    form, _, rest = sealed.partition(":")
    number, _, body = rest.partition(":")
    secret = _known().get(number)
    if form != FORMAT or secret is None:
        raise Unsealable("sealed with a key that is not configured")
    try:
        raw = urlsafe_b64decode(body)
        return _cipher(secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], owner.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unsealable("altered, or sealed for another owner") from error


def is_current(sealed: str) -> bool:
    """Whether the present key sealed it."""
    return sealed.startswith(f"{FORMAT}:{_number(settings.CONTACT_KEY)}:")


def _known() -> dict[str, str]:
    return {_number(secret): secret for secret in (settings.CONTACT_KEY, *settings.CONTACT_KEY_FALLBACKS)}


def _number(secret: str) -> str:
    """Tells keys apart without telling them."""
    return digest(b"guandu contact key " + secret.encode())[:12]


def _cipher(secret: str) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"guandu contact numbers")
    return AESGCM(derived.derive(secret.encode()))
