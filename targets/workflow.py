"""How a return moves: one table that an official can read.

A template's route says which of its steps it has, in order; a row applies while its step is the one
that the return waits for. Filing, 数据订正 and 免报 belong to no step of the route. An opinion is asked
beside the steps: it moves nothing, and its silence counts (targets.queries.opinions).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from guandu.accounts.permissions import Permission
from targets.enums import ReturnState


class Verb(StrEnum):
    FILE = "file"
    REVIEW = "review"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    SIGN_OFF = "sign_off"
    EXEMPT = "exempt"
    RESUME = "resume"
    RECEIVE = "receive"


@dataclass(frozen=True)
class Step:
    """One permitted move. `who` and `needs` are words for people; `route_step` is empty for filing."""

    from_state: str
    verb: Verb
    to_state: str
    route_step: str
    permission: Permission
    who: str
    label: str
    needs: str


_P, _S = Permission, ReturnState
_COMPLETE = "必填项填齐，审核关系成立，需说明的已说明"
_COMMENT = "退回意见必填"
_OTHER = "报送人以外的人办理"
_PAPER = "签批扫描件已登记，并经他人核对"
_REASON = "理由必填"
_RECEIVED = "线下报来的工作簿已载入，并写明填报人"
OPINION = "opinion"

# fmt: off
TABLE: tuple[Step, ...] = (
    Step(_S.DRAFT, Verb.FILE, _S.FILED, "", _P.RETURN_FILE, "填报单位", "报送", _COMPLETE),
    Step(_S.SENT_BACK, Verb.FILE, _S.FILED, "", _P.RETURN_FILE, "填报单位", "报送", _COMPLETE),
    Step(_S.DRAFT, Verb.RECEIVE, _S.FILED, "", _P.RETURN_RECEIVE, "园区发展办", "代录报送", _RECEIVED),
    Step(_S.SENT_BACK, Verb.RECEIVE, _S.FILED, "", _P.RETURN_RECEIVE, "园区发展办", "代录报送", _RECEIVED),
    Step(_S.FILED, Verb.REVIEW, _S.REVIEWED, "review", _P.RETURN_REVIEW, "包保部门工作人员", "审核通过", _OTHER),
    Step(_S.FILED, Verb.SIGN_OFF, _S.REVIEWED, "review", _P.RETURN_CONFIRM, "园区发展办", "按线下签批通过审核", _PAPER),
    Step(_S.FILED, Verb.SEND_BACK, _S.SENT_BACK, "review", _P.RETURN_REVIEW, "包保部门工作人员", "退回", _COMMENT),
    Step(_S.FILED, Verb.CONFIRM, _S.LOCKED, "confirm", _P.RETURN_CONFIRM, "园区发展办", "确认锁定", _OTHER),
    Step(_S.FILED, Verb.SEND_BACK, _S.SENT_BACK, "confirm", _P.RETURN_CONFIRM, "园区发展办", "退回", _COMMENT),
    Step(_S.REVIEWED, Verb.CONFIRM, _S.LOCKED, "confirm", _P.RETURN_CONFIRM, "园区发展办", "确认锁定", _OTHER),
    Step(_S.REVIEWED, Verb.SEND_BACK, _S.SENT_BACK, "confirm", _P.RETURN_CONFIRM, "园区发展办", "退回", _COMMENT),
    Step(_S.LOCKED, Verb.CORRECT, _S.SENT_BACK, "", _P.RETURN_CONFIRM, "园区发展办", "数据订正", "订正理由和订正指标必填"),
    Step(_S.SENT_BACK, Verb.WITHDRAW, _S.LOCKED, "", _P.RETURN_CONFIRM, "园区发展办", "撤销订正", _REASON),
    Step(_S.DRAFT, Verb.EXEMPT, _S.EXEMPT, "", _P.RETURN_CONFIRM, "园区发展办", "免报", _REASON),
    Step(_S.SENT_BACK, Verb.EXEMPT, _S.EXEMPT, "", _P.RETURN_CONFIRM, "园区发展办", "免报", _REASON),
    Step(_S.EXEMPT, Verb.RESUME, _S.DRAFT, "", _P.RETURN_CONFIRM, "园区发展办", "恢复填报", _REASON),
)
# fmt: on
APPROVALS = frozenset({Verb.REVIEW, Verb.SIGN_OFF, Verb.CONFIRM})
# What the office may do beside the route; nobody waits for it.
BESIDE = frozenset({Verb.SIGN_OFF, Verb.CORRECT, Verb.WITHDRAW, Verb.EXEMPT, Verb.RESUME, Verb.RECEIVE})
LABELS = {step.verb: step.label for step in TABLE}


def awaited(state: str, route: Sequence[dict]) -> str:
    """The step of the route that a return in `state` waits for; empty when none."""
    steps = [each["step"] for each in route if each["step"] != OPINION]
    if state == ReturnState.FILED:
        return next(iter(steps), "")
    if state == ReturnState.REVIEWED and "review" in steps:
        return next(iter(steps[steps.index("review") + 1 :]), "")
    return ""


def steps_from(state: str, route: Sequence[dict]) -> list[Step]:
    """The moves that the table permits from `state` on this route, whoever makes them."""
    waiting = awaited(state, route)
    return [step for step in TABLE if step.from_state == state and step.route_step == waiting]


def step_for(verb: Verb, state: str, route: Sequence[dict]) -> Step | None:
    return next((step for step in steps_from(state, route) if step.verb == verb), None)


def opinions_asked(route: Sequence[dict]) -> list[dict]:
    """The opinions that the route asks for beside its steps: side, by, days."""
    return [each for each in route if each["step"] == OPINION]


def who_acts(state: str, route: Sequence[dict]) -> str:
    """Who moves the return next, in the template's own words; empty when nobody does."""
    waiting = awaited(state, route)
    named = next((each.get("by", "") for each in route if each["step"] == waiting), "")
    return named or next((step.who for step in steps_from(state, route) if step.verb not in BESIDE), "")
