"""How a project moves between stages: from, to, label, and what must be there first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from guandu.core.errors import NotReady
from investment.enums import Stage


class StagedProject(Protocol):
    """What the table asks of a project."""

    stage: str
    chain_id: int | None
    park_id: int | None
    promised_investment: int | None
    site: str


@dataclass(frozen=True)
class Need:
    """Something that a stage stands on, and the words that ask for it."""

    words: str
    met: Callable[[StagedProject], bool]


CHAIN = Need("所属产业链", lambda project: project.chain_id is not None)
INVESTMENT = Need("计划总投资", lambda project: project.promised_investment is not None)
PLACE = Need("落地园区或落地地块", lambda project: project.park_id is not None or bool(project.site))


@dataclass(frozen=True)
class Step:
    """One line of the table. A step back asks for the reason."""

    source: Stage
    target: Stage
    label: str
    needs: tuple[Need, ...] = ()
    needs_reason: bool = False

    def missing(self, project: StagedProject) -> list[str]:
        return [need.words for need in self.needs if not need.met(project)]


_NEEDS = {
    Stage.TALKING: (CHAIN,),
    Stage.SIGNED: (CHAIN, INVESTMENT),
    Stage.STARTED: (CHAIN, INVESTMENT, PLACE),
    Stage.PRODUCING: (CHAIN, INVESTMENT, PLACE),
    Stage.DELIVERING: (CHAIN, INVESTMENT, PLACE),
}


def _forward(source: Stage, target: Stage, label: str) -> Step:
    return Step(source, target, label, _NEEDS[target])


def _back(source: Stage, target: Stage) -> Step:
    return Step(source, target, f"退回{target.label}", needs_reason=True)


STEPS: tuple[Step, ...] = (
    # A project taken over from elsewhere is confirmed at the stage it has reached.
    *(
        _forward(Stage.UNCONFIRMED, stage, f"确认为{stage.label}")
        for stage in (Stage.TALKING, Stage.SIGNED, Stage.STARTED)
    ),
    _forward(Stage.TALKING, Stage.SIGNED, "登记签约"),
    _forward(Stage.SIGNED, Stage.STARTED, "登记开工"),
    _forward(Stage.STARTED, Stage.PRODUCING, "登记投产"),
    _forward(Stage.PRODUCING, Stage.DELIVERING, "登记达效"),
    _back(Stage.SIGNED, Stage.TALKING),
    _back(Stage.STARTED, Stage.SIGNED),
    _back(Stage.PRODUCING, Stage.STARTED),
    _back(Stage.DELIVERING, Stage.PRODUCING),
)


def steps_from(stage: str) -> list[Step]:
    """Where a project may go from `stage`: forward first."""
    return [step for step in STEPS if step.source == stage]


def step_to(project: StagedProject, target: str) -> Step:
    """The line of the table that leads there; NotReady in words when there is none."""
    for step in steps_from(project.stage):
        if step.target == target:
            return step
    ways = "、".join(f"“{step.label}”" for step in steps_from(project.stage))
    raise NotReady(f"项目现为{Stage(project.stage).label}，不能直接改到所选阶段。现在可以办理：{ways}。")


def check(step: Step, project: StagedProject, reason: str) -> None:
    """NotReady with everything that is missing before the step can be taken."""
    missing = step.missing(project)
    if step.needs_reason and not reason.strip():
        missing.append("退回原因")
    if missing:
        raise NotReady(f"“{step.label}”之前请先补充：{'、'.join(missing)}。", missing=missing)


def stage_needs(project: StagedProject) -> list[str]:
    """What the project's present stage stands on and is not there."""
    return [need.words for need in _NEEDS.get(Stage(project.stage), ()) if not need.met(project)]
