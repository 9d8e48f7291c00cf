"""Tasks, 批示 and 督办: units see what they lead or help with; the office, leaders and their 联络员 see all."""

from datetime import date, timedelta
from typing import Protocol

from django.apps import apps
from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, Value, When

from guandu.accounts.permissions import Permission
from guandu.accounts.querysets import EVERYTHING, NOTHING, ScopedQuerySet
from guandu.accounts.roles import ScopeKind
from targets.enums_tasks import RUNNING_TASKS, TaskLight
from targets.querysets_plan import owing_units

# What is given out by this day of a month owes its first line for that month.
LINE_FROM_DAY = 15


class LightRule(Protocol):
    """What a rule of lights (targets.models.TaskRule) says, in days."""

    red_after: int
    stage_red_after: int
    amber_within: int
    amber_without_line: bool


def own_units(user, permission: Permission):
    """The units that the person acts for. A grant over the whole district acts for its holder's own unit."""
    units = apps.get_model("accounts", "Unit").objects.all()
    if ScopeKind.DISTRICT in user.scopes_with(permission):
        return units.filter(pk=user.unit_id)
    return units.filter(owing_units(user, permission))


def months_before(day: date, count: int) -> date:
    """The first day of the month that lies `count` months before that of `day`."""
    index = day.year * 12 + day.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def first_line_month(day: date) -> date:
    """The month, as its first day, for which a task given out on `day` owes its first line."""
    return months_before(day, 0 if day.day <= LINE_FROM_DAY else -1)


class TaskQuerySet(ScopedQuerySet):
    view_permission = Permission.TASK_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if not user.scopes_with(permission):
            return NOTHING
        if permission != Permission.TASK_REPORT and user.may(Permission.TASK_OVERSEE):
            return EVERYTHING
        duties = apps.get_model("targets", "TaskUnit").objects.filter(unit__in=own_units(user, permission))
        return Q(pk__in=duties.values("task"))

    def running(self) -> "TaskQuerySet":
        return self.filter(state__in=RUNNING_TASKS)

    def owing_line(self, month: date, units=None) -> "TaskQuerySet":
        """Running tasks of which a unit that owes lines (one of `units`, where given) has written none of the month."""
        owing = apps.get_model("targets", "TaskUnit").objects.filter(task=OuterRef("pk"), owes_lines=True)
        if units is not None:
            owing = owing.filter(unit__in=units)
        written = apps.get_model("targets", "TaskReport").objects.filter(
            task=OuterRef("task"), unit=OuterRef("unit"), month=f"{month:%Y-%m}"
        )
        return self.running().filter(Exists(owing.filter(~Exists(written))), lines_from__lte=month)

    def lit(self, day: date, rule: LightRule) -> "TaskQuerySet":
        """Each with its `light` on `day`; in one query, so that lists filter and sort by it."""
        stages = apps.get_model("targets", "TaskStage").objects.filter(task=OuterRef("pk"), done_on=None)
        last_month = self.model.objects.owing_line(months_before(day, 1)).filter(pk=OuterRef("pk"))
        red = Q(due_on__lt=day - timedelta(rule.red_after)) | Exists(
            stages.filter(due_on__lt=day - timedelta(rule.stage_red_after))
        )
        amber = (
            Q(due_on__lte=day + timedelta(rule.amber_within))
            | Exists(stages.filter(due_on__lt=day))
            | (Exists(last_month) if rule.amber_without_line else NOTHING)
        )
        light = Case(
            When(~Q(state__in=RUNNING_TASKS), then=Value(TaskLight.NONE.value)),
            When(red, then=Value(TaskLight.RED.value)),
            When(amber, then=Value(TaskLight.AMBER.value)),
            default=Value(TaskLight.GREEN.value),
            output_field=CharField(),
        )
        return self.annotate(light=light)

    def in_light_order(self, backwards: bool = False) -> "TaskQuerySet":
        """Red first, then amber, green and what is not lit; of those already lit (see `lit`)."""
        order = [TaskLight.RED, TaskLight.AMBER, TaskLight.GREEN, TaskLight.NONE]
        rank = Case(*[When(light=each.value, then=Value(place)) for place, each in enumerate(order)], output_field=IntegerField())
        return self.annotate(light_order=rank).order_by("-light_order" if backwards else "light_order", "due_on", "pk")


class OfTaskQuerySet(ScopedQuerySet):
    """What belongs to a task is seen and acted upon with it."""

    view_permission = Permission.TASK_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        return Q(task__in=apps.get_model("targets", "Task").objects.visible_to(user, permission).values("pk"))


class TaskRuleQuerySet(ScopedQuerySet):
    view_permission = Permission.TASK_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        return EVERYTHING if user.scopes_with(permission) else NOTHING


class InstructionQuerySet(ScopedQuerySet):
    view_permission = Permission.TASK_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if not user.scopes_with(permission):
            return NOTHING
        if user.may(Permission.TASK_OVERSEE):
            return EVERYTHING
        tasks = apps.get_model("targets", "Task").objects.visible_to(user, permission)
        return Q(pk__in=tasks.exclude(instruction=None).values("instruction"))


class SupervisionQuerySet(ScopedQuerySet):
    view_permission = Permission.TASK_VIEW

    def _condition(self, user, permission: Permission) -> Q:
        if not user.scopes_with(permission):
            return NOTHING
        if permission != Permission.TASK_REPORT and user.may(Permission.TASK_OVERSEE):
            return EVERYTHING
        return Q(unit__in=own_units(user, permission))
