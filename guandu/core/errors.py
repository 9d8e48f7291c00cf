"""What an action may answer instead of doing the work; web and API translate them in one place.

Every message is a Chinese sentence that says what to do next.
"""

from collections.abc import Sequence


class PortalError(Exception):
    """Base of the four refusals. `message` is shown to the person as it stands."""

    status = 400
    # Set by the action that answered so: the trail has it.
    is_recorded = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(PortalError):
    """The actor has no right to do this to this object."""

    status = 403


class NotReady(PortalError):
    """The object is not in the state for this move; `missing` names what must come first."""

    status = 409

    def __init__(self, message: str, *, missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missing = tuple(missing)


class Conflict(PortalError):
    """Somebody else changed the object since it was read; `changes` lists (label, theirs, yours)."""

    status = 409

    def __init__(self, message: str, *, changes: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__(message)
        self.changes = tuple(changes)


class Invalid(PortalError):
    """What was handed in is wrong; `errors` lists (field, sentence)."""

    status = 422

    def __init__(self, message: str, *, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)
