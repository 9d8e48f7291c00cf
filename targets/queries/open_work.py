"""Returns and tasks that are open for a person, and red lights that he is to explain, for the slip of a hand-over. They follow
the duty: nothing is written when they change hands. Administrators print the slip: it names no business beyond the number."""

from django.db.models import Q
from django.urls import reverse

from guandu.accounts.handover import OpenItem
from guandu.accounts.models import User
from guandu.core.periods import Period
from targets.enums import ReturnState
from targets.models import RedLight, Return, Task
from targets.queries.agenda_proposals import waiting_of
from targets.queries.documents import opinions_waiting, waiting_for_signature
from targets.queries.lights import to_explain
from targets.queries.next_steps import listed, waiting_for, who_is_next
from targets.queries.tasks import tasks_of_units


def returns_open(user: User) -> list[OpenItem]:
    """Grain: one per return that waits for this person, that he filed and that is under review, or
    whose draft he touched last."""
    waiting = waiting_for(user).values("pk")
    under_review = Q(filed__filed_by=user.actor_key) & ~Q(state=ReturnState.LOCKED)
    touched = Q(draft__edited_by=user.actor_name, state__in=[ReturnState.DRAFT, ReturnState.SENT_BACK])
    visible = Return.objects.visible_to(user)
    found = visible.filter(Q(pk__in=waiting) | under_review | touched)
    return [_item(each) for each in listed(found).order_by("cycle__due_on", "park_code", "pk")]


def _item(return_: Return) -> OpenItem:
    period = Period.parse(return_.cycle.period).label
    return OpenItem(
        title=f"{return_.subject_name}{period}{return_.cycle.template.name}",
        detail=f"{return_.get_state_display()}，{return_.cycle.due_on} 截止，下一步：{who_is_next(return_)}",
        url=reverse("targets:return", args=[return_.pk]),
    )


def lights_open(user: User) -> list[OpenItem]:
    """Grain: one per red light that waits for this person's word."""
    return [_light(each) for each in to_explain(user)]


def _light(light: RedLight) -> OpenItem:
    return OpenItem(
        title=f"{light.target}{Period.parse(light.period).label}滞后",
        detail=f"{light.get_state_display()}，{light.due_on} 前说明",
        url=f"{reverse('targets:lights')}?period={light.period}",
    )


def tasks_open(user: User) -> list[OpenItem]:
    """Grain: one per open task that a unit of this person leads or helps with."""
    return [_task(each) for each in tasks_of_units(user)]


def _task(task: Task) -> OpenItem:
    return OpenItem(
        title=task.code,
        detail=f"{task.get_state_display()}，{task.due_on} 前办结",
        url=reverse("targets:task", args=[task.pk]),
    )


def proposals_open(user: User) -> list[OpenItem]:
    """Grain: one per proposal of the person's unit that no meeting has taken up yet."""
    url = reverse("targets:agenda-proposals")
    return [OpenItem(f"第 {row.pk} 号提报", f"{row.unit}提报，{row.get_state_display()}", url) for row in waiting_of(user)]


def documents_open(user: User) -> list[OpenItem]:
    """Grain: one per document that the person's unit is asked about, or that waits for the signature that he registers."""
    asked = [
        OpenItem(
            title=f"{each.document.get_kind_display()}征求意见",
            detail=f"{each.document.opinions_due} 前答复",
            url=reverse("targets:document", args=[each.document_id]),
        )
        for each in opinions_waiting(user)
    ]
    laid = [
        OpenItem(f"{each.get_kind_display()}送审", "待签批", reverse("targets:document", args=[each.pk]))
        for each in waiting_for_signature(user)
    ]
    return asked + laid
