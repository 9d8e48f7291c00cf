"""How a firm moves through 升规培育: from, to, label, and what must be there first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from guandu.core.errors import NotReady
from parks.enums import CultivationState as State


class Nurtured(Protocol):
    """What the table asks of a row."""

    state: str
    revenue: int | None


@dataclass(frozen=True)
class Said:
    """What the person gave with the step."""

    batch: str = ""
    document: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Need:
    words: str
    met: Callable[[Nurtured, Said], bool]


REVENUE = Need("上年营业收入和所属年份", lambda row, said: row.revenue is not None)
BATCH = Need("入库批次", lambda row, said: bool(said.batch.strip()))
REASON = Need("说明", lambda row, said: bool(said.comment.strip()))


@dataclass(frozen=True)
class Step:
    """One line of the table. `back`: the firm falls behind, which asks for the reason."""

    source: State
    target: State
    label: str
    needs: tuple[Need, ...] = ()

    def missing(self, row: Nurtured, said: Said) -> list[str]:
        return [need.words for need in self.needs if not need.met(row, said)]


STEPS: tuple[Step, ...] = (
    Step(State.NURTURED, State.REACHED, "登记达标", (REVENUE,)),
    Step(State.REACHED, State.APPLIED, "登记申报", (BATCH,)),
    Step(State.APPLIED, State.ENTERED, "登记入库", (BATCH,)),
    Step(State.REACHED, State.NURTURED, "退回培育", (REASON,)),
    Step(State.APPLIED, State.REACHED, "申报未通过", (REASON,)),
    Step(State.NURTURED, State.LEFT, "移出培育库", (REASON,)),
    Step(State.ENTERED, State.LEFT, "登记退库", (REASON,)),
)


def steps_from(state: str) -> list[Step]:
    return [step for step in STEPS if step.source == state]


def step_to(row: Nurtured, target: str) -> Step:
    """The line of the table that leads there; NotReady in words when there is none."""
    for step in steps_from(row.state):
        if step.target == target:
            return step
    ways = "、".join(f"“{step.label}”" for step in steps_from(row.state)) or "没有可办理的环节"
    raise NotReady(f"企业现处于{State(row.state).label}环节，不能直接改到所选环节。现在可以办理：{ways}。")


def check(step: Step, row: Nurtured, said: Said) -> None:
    """NotReady with everything that is missing before the step can be taken."""
    missing = step.missing(row, said)
    if missing:
        raise NotReady(f"“{step.label}”之前请先补充：{'、'.join(missing)}。", missing=missing)
