"""Results whose words are made when they are read: scoring a cohort costs arithmetic, not sentences."""

from typing import Any


class Late:
    """Base of frozen results. A slot that was left empty is filled by `_give` the first time somebody reads it.

    What `_give` makes follows from what the object already holds and from the scheme, never from anything that may
    change, so that late or early the bytes are the same.
    """

    __slots__ = ("_late",)

    def __getattr__(self, name: str) -> Any:
        # Called for a slot without a value only.
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._give(name)
        object.__setattr__(self, name, value)
        return value

    def _give(self, name: str) -> Any:
        raise AttributeError(name)
