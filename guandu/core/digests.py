"""One interface to hashing, so that the district may ask for another algorithm later."""

import hashlib
import json
from typing import Any

ALGORITHM = "sha256"


def digest(data: bytes) -> str:
    return hashlib.new(ALGORITHM, data).hexdigest()


def canonical(value: Any) -> bytes:
    """The one JSON spelling of `value`: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    return digest(canonical(value))
