"""What of an event is sealed, and how: the same for the table, the archive's file and the check."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from guandu.core.digests import ALGORITHMS, digest_of, keyed_digest_of

# 1: SHA-256 without a key, up to 2026; 2: with a key, whose number and algorithm are sealed as well.
UNKEYED, KEYED = 1, 2

_PLAIN = (
    "seq", "at", "actor_kind", "actor_key", "actor_name", "verb", "outcome", "object_type", "object_key",
    "object_name", "reason", "request_id", "address", "changes_digest", "previous_hash",
)  # fmt: skip
COLUMNS = ("version", "algorithm", "key_number", *_PLAIN)
SEQ, AT, ACTOR_NAME, VERB = (COLUMNS.index(name) for name in ("seq", "at", "actor_name", "verb"))
CHANGES_DIGEST, PREVIOUS_HASH = COLUMNS.index("changes_digest"), COLUMNS.index("previous_hash")


def seal(values: Sequence[Any], keys: Mapping[str, bytes]) -> str | None:
    """The hash that an event with these values of COLUMNS must carry; None where that cannot be known,
    because its key is not among `keys` or its version or algorithm is none of ours."""
    version, algorithm, key_number = values[:3]
    record = [*values[: len(COLUMNS)]]
    record[AT] = written(record[AT])
    if version == UNKEYED:
        return digest_of(record[3:])
    secret = keys.get(key_number)
    if version != KEYED or secret is None or algorithm not in ALGORITHMS:
        return None
    return keyed_digest_of(record, secret, algorithm)


def written(at: datetime) -> str:
    """A stamp to the microsecond, in UTC."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def check_code(hash_: str) -> str:
    """校验码: eight characters of a hash that a person can copy on paper and compare."""
    return hash_[:8].upper()
