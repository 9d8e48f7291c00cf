"""What stands beside one return's cells: opinions, 数据订正, 延期, and what this person may do about them."""

from typing import Any

from guandu.accounts.permissions import Permission
from guandu.core.actors import Actor
from targets.enums import CorrectionState, ExtensionState, ReturnState
from targets.models import Return
from targets.queries.locks import is_over
from targets.queries.opinions import named, sides_of, standings
from targets.queries.sheet import form_of

_FLAGGING = (Permission.RETURN_REVIEW, Permission.RETURN_OPINE)


def beside(return_: Return, user: Actor, files: bool) -> dict[str, Any]:
    """For the page of one return; `files` says whether its filing is this person's. A fixed number of
    queries in each state."""
    found = standings(return_)
    corrections, extensions = list(return_.corrections.all()), list(return_.extensions.all())
    locked = return_.state == ReturnState.LOCKED
    may_ask = locked and any(
        user.may(each, return_) for each in (Permission.RETURN_FILE, Permission.RETURN_REVIEW)
    )
    decides = user.may(Permission.RETURN_CONFIRM, return_)
    return {
        "opinions": named(return_, found) if found else [],
        "opine_sides": [each for each in found if each.side in sides_of(return_, user)] if found else [],
        "corrections": corrections,
        "asked_correction": _first(corrections, CorrectionState.ASKED),
        "extensions": extensions,
        "asked_extension": _first(extensions, ExtensionState.ASKED),
        "may_ask_correction": may_ask,
        "may_ask_extension": files and is_over(return_),
        "may_extend": decides and return_.is_missing and return_.filed_id is None,
        "decides": decides,
        "may_receive": return_.is_open and user.may(Permission.RETURN_RECEIVE, return_),
        "may_flag": files or decides or any(user.may(each, return_) for each in _FLAGGING),
        "form_cells": form_of(return_),
    }


def _first(rows: list, state: str):
    return next((each for each in rows if each.state == state), None)
