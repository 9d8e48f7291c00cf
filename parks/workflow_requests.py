"""How a 企业诉求 moves: verb, from, to, whose move it is, and what must be said with it."""

from dataclasses import dataclass

from guandu.core.errors import NotReady
from parks.enums_requests import RequestState as State, RequestVerb as Verb

OFFICE, UNIT, RAISER, CALENDAR = "office", "unit", "raiser", "calendar"


@dataclass(frozen=True)
class Step:
    """One line of the table. `who`: of whom one may do it; `asks`: what the person fills in, the first of it needed;
    `files`: one may be sent along."""

    verb: Verb
    label: str
    sources: tuple[State, ...]
    target: State
    who: tuple[str, ...]
    asks: tuple[str, ...] = ()
    hint: str = ""
    files: bool = False


WITH_UNIT = (State.ASSIGNED, State.HANDLING)
WORDS_AND_DAY = ("words", "look_again_on")

STEPS: tuple[Step, ...] = (
    Step(Verb.ASSIGN, "交办", (State.RAISED,), State.ASSIGNED, (OFFICE,), ("unit", "kind", "words")),
    Step(Verb.TAKE_UP, "开始办理", (State.ASSIGNED,), State.HANDLING, (UNIT,)),
    Step(
        Verb.ANSWER, "反馈结果", WITH_UNIT, State.ANSWERED, (UNIT,), ("words",),
        "写明怎样解决的，或者为什么不能解决、有什么替代办法；提出方据此评价。", files=True,
    ),
    Step(Verb.ACCEPT, "满意，办结", (State.ANSWERED,), State.CLOSED, (RAISER,), (), "由提出方评价，办结后不再变动。"),
    Step(
        Verb.REJECT, "不满意，重新办理", (State.ANSWERED,), State.HANDLING, (RAISER,), ("words",),
        "写明哪里没有解决；两次不满意的列入例会议题。", files=True,
    ),
    Step(
        Verb.SUSPEND, "挂起", WITH_UNIT, State.SUSPENDED, (UNIT, OFFICE), WORDS_AND_DAY,
        "挂起期间不计时限，到再议日期提醒；挂起过久的列入例会议题。", files=True,
    ),
    Step(
        Verb.LOOK_AGAIN, "改定再议日期", (State.SUSPENDED,), State.SUSPENDED, (UNIT, OFFICE), WORDS_AND_DAY,
        "挂起最长时限仍从第一次挂起算起。",
    ),
    Step(Verb.RESUME, "恢复办理", (State.SUSPENDED,), State.HANDLING, (UNIT, OFFICE), (), "剩余时限从今天起接着计算。"),
    Step(
        Verb.GIVE_BACK, "退回交办", WITH_UNIT, State.RAISED, (UNIT,), ("words",), "不属于本单位职责的，写明应由谁承办。"
    ),
    Step(Verb.ASSIGN, "改派", WITH_UNIT, State.ASSIGNED, (OFFICE,), ("unit", "kind", "words"), "办理时限重新计算。"),
    Step(
        Verb.WITHDRAW, "撤回", (State.RAISED, *WITH_UNIT, State.SUSPENDED), State.WITHDRAWN, (RAISER,), ("words",),
        "已经自行解决或者填错的，写明原因。",
    ),
    Step(Verb.LAPSE, "逾期未评价", (State.ANSWERED,), State.CLOSED, (CALENDAR,)),
)  # fmt: skip
VERBS = {str(step.verb) for step in STEPS if CALENDAR not in step.who}


def steps_from(state: str) -> list[Step]:
    return [step for step in STEPS if state in step.sources and CALENDAR not in step.who]


def step_for(verb: str, state: str) -> Step:
    """The line of the table for the verb; NotReady in words when the request is in another state."""
    for step in STEPS:
        if step.verb == verb and state in step.sources:
            return step
    ways = "、".join(f"“{step.label}”" for step in steps_from(state)) or "没有可以办理的"
    raise NotReady(f"这项诉求现在是“{State(state).label}”，不能“{Verb(verb).label}”。现在可以办理：{ways}。请刷新页面查看。")
