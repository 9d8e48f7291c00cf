"""One interface to hashing: SHA-256, or SM3 where the district asks for it."""

import hashlib
import hmac
import json
from typing import Any

ALGORITHM = "sha256"
ALGORITHMS = (ALGORITHM, "sm3")
# The one JSON spelling of a value, as text: sorted keys, no spaces.
spelt = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def digest(data: bytes, algorithm: str = ALGORITHM) -> str:
    return hashlib.new(algorithm, data).hexdigest()


def keyed_digest(data: bytes, key: bytes, algorithm: str = ALGORITHM) -> str:
    """HMAC of `data`: nobody without `key` can make it."""
    return hmac.digest(key, data, algorithm).hex()


def canonical(value: Any) -> bytes:
    """The one JSON spelling of `value`: sorted keys, no spaces, UTF-8."""
    return spelt(value).encode()


def digest_of(value: Any, algorithm: str = ALGORITHM) -> str:
    return digest(canonical(value), algorithm)


def keyed_digest_of(value: Any, key: bytes, algorithm: str = ALGORITHM) -> str:
    return keyed_digest(canonical(value), key, algorithm)
