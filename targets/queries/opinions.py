"""Opinions asked beside the review. Grain: one standing per side that the route asks; silence past the
term is 无意见 and says so."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.actors import Actor
from guandu.core.working_days import shifted, working_days_before
from targets.enums import OpinionSide, ReturnState
from targets.models import Opinion, Return, ReturnTemplate
from targets.queries.locks import words
from targets.workflow import opinions_asked

TERM = 3  # 个工作日
_COLUMN = {OpinionSide.STREET: "street_code", OpinionSide.CHAIN: "chain_code"}
UNDER_REVIEW = (ReturnState.FILED, ReturnState.REVIEWED)


@dataclass(frozen=True)
class Standing:
    """Where one side's opinion on the filed version stands. `last_day` is the term's last day."""

    side: str
    label: str
    last_day: date
    opinion: Opinion | None = None

    @property
    def waits(self) -> bool:
        return self.opinion is None and clock.today() <= self.last_day

    @property
    def differs(self) -> bool:
        return self.opinion is not None and not self.opinion.agrees

    @property
    def tone(self) -> str:
        if self.opinion is None:
            return "active" if self.waits else "idle"
        return "late" if self.differs else "done"

    @property
    def sentence(self) -> str:
        if self.opinion is None:
            if self.waits:
                return f"征求意见中，{words(self.last_day)}止"
            return f"逾期未复，视为无意见（{words(self.last_day)}止）"
        if not self.opinion.agrees:
            return f"有不同意见：{self.opinion.text}"
        return f"无不同意见：{self.opinion.text}" if self.opinion.text else "无不同意见"


def standings(return_: Return) -> list[Standing]:
    """One for each side asked that the return has; empty before it is filed. Two queries at most."""
    asked = [each for each in opinions_asked(return_.cycle.template.route) if _code(return_, each["side"])]
    if not asked or return_.filed is None:
        return []
    given = {each.side: each for each in Opinion.objects.filter(version=return_.filed)}
    return [
        Standing(
            each["side"],
            each.get("by") or OpinionSide(each["side"]).label,
            shifted(return_.filed.filed_on, each.get("days", TERM)),
            given.get(each["side"]),
        )
        for each in asked
    ]


def named(return_: Return, found: list[Standing]) -> list[tuple[str, Standing]]:
    """Each standing with the unit's own name, where the side is a unit. One query."""
    names = dict(Unit.objects.filter(code=return_.street_code).values_list("code", "name"))
    street = names.get(return_.street_code, "")
    return [(street if each.side == OpinionSide.STREET and street else each.label, each) for each in found]


def waited_for(return_: Return) -> tuple[str, ...]:
    """Sentences on the opinions whose term still runs; the confirmation waits for them."""
    return tuple(f"{each.label}{each.sentence}" for each in standings(return_) if each.waits)


def sides_of(return_: Return, user: Actor) -> list[str]:
    """The sides for which this person may still speak on the filed version, as his grants stand."""
    if return_.state not in UNDER_REVIEW or user.actor_kind != "user":
        return []
    open_sides = {each.side for each in standings(return_) if each.waits}
    scopes = user.scopes_with(Permission.RETURN_OPINE)
    return [side for side in scopes if side in open_sides and _covers(return_, side, scopes[side])]


def awaiting_opinion(user: Actor) -> Q:
    """Returns under review on which this person may still give an opinion, as a condition on Return."""
    scopes = user.scopes_with(Permission.RETURN_OPINE) if user.actor_kind == "user" else {}
    condition = Q(pk__in=[])
    for template in ReturnTemplate.objects.all() if scopes else ():
        for asked in opinions_asked(template.route):
            side = asked["side"]
            if side not in scopes:
                continue
            since = working_days_before(clock.today(), asked.get("days", TERM))
            given = Opinion.objects.filter(version=OuterRef("filed"), side=side)
            condition |= (
                Q(cycle__template=template, state__in=UNDER_REVIEW)
                & Q(filed__filed_on__gte=since)
                & Return.objects.all().scope_condition(side, scopes[side], clock.today())
                & ~Q(Exists(given))
            )
    return condition


def _code(return_: Return, side: str) -> str:
    return getattr(return_, _COLUMN[OpinionSide(side)])


def _covers(return_: Return, side: str, codes: set[str]) -> bool:
    found = Return.objects.filter(pk=return_.pk)
    return found.filter(found.scope_condition(side, codes, clock.today())).exists()
