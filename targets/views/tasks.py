"""任务: which are red, whose are they, which lines are owed; a new one; the rule of lights."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.models import Unit, User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.web.posted import takes
from targets.actions import tasks
from targets.enums_tasks import OPEN_TASKS, TaskLight, TaskSource
from targets.forms_tasks import TaskEditForm, TaskFilter, TaskForm, TaskRuleForm
from targets.models import Task, TaskRule, TaskUnit
from targets.queries.tasks import (
    STATE_TONES,
    TONES,
    is_reminded,
    latest_lines,
    line_months,
    lines_owed,
    lit_tasks,
    month_label,
    rule_on,
)
from targets.querysets_tasks import own_units
from targets.views.evidence import put_errors
from targets.views.plan_terms import errors_of
from targets.views.task_pages import editor, page, reader, visible_task

PAGE = 50
SORTS = {"due": "due_on", "code": "code"}


@require_GET
@reader
def task_list(request: HttpRequest) -> HttpResponse:
    """Which tasks are red, and which of them are mine?"""
    user, day = request.user, clock.today()
    rows = lit_tasks(user, day)
    units = Unit.objects.filter(pk__in=TaskUnit.objects.filter(task__in=Task.objects.visible_to(user)).values("unit"))
    acts = user.may(Permission.TASK_REPORT)
    form = TaskFilter(request.GET, units=units.order_by("kind", "code"), acts=acts)
    chosen = form.chosen()
    lights = list(rows.filter(state__in=OPEN_TASKS).values_list("light", flat=True))
    found = _found(rows, chosen, user)
    paged = Paginator(_sorted(found, chosen.get("sort", "due")).prefetch_related("duties__unit"), PAGE).get_page(request.GET.get("page"))
    lines = latest_lines(paged)
    context = {
        "form": form,
        "chosen": chosen,
        "sort": chosen.get("sort", "due"),
        "page": paged,
        "rows": [_row(task, lines) for task in paged],
        "counts": [(light.value, light.label, TONES[light], lights.count(light.value)) for light in TaskLight if light.value],
        "open": len(lights),
        "owed": len(lines_owed(user, day)),
        "may_edit": user.may(Permission.TASK_EDIT),
        "today": day,
    }
    return render(request, "targets/tasks/list.html", context)


def _found(rows: QuerySet[Task], chosen: dict[str, str], user: User) -> QuerySet[Task]:
    for name in ("light", "source"):
        if name in chosen:
            rows = rows.filter(**{name: chosen[name]})
    if "state" in chosen:
        rows = rows.filter(state__in=OPEN_TASKS if chosen["state"] == "open" else [chosen["state"]])
    if "unit" in chosen:
        rows = rows.filter(pk__in=TaskUnit.objects.filter(unit__code=chosen["unit"]).values("task"))
    if "mine" in chosen:
        rows = _mine(rows, chosen["mine"], user)
    if "q" in chosen:
        text = chosen["q"].strip()
        rows = rows.filter(Q(code__icontains=text) | Q(title__icontains=text) | Q(text__icontains=text))
    return rows


def _mine(rows: QuerySet[Task], which: str, user: User) -> QuerySet[Task]:
    units = own_units(user, Permission.TASK_REPORT)
    if which == TaskFilter.MINE:
        return rows.filter(pk__in=TaskUnit.objects.filter(unit__in=units).values("task"))
    day = clock.today()
    last, this = line_months(day)
    owed = Q(pk__in=Task.objects.owing_line(last, units).values("pk"))
    if is_reminded(day, rule_on(day)):
        owed |= Q(pk__in=Task.objects.owing_line(this, units).values("pk"))
    return rows.filter(owed)


def _sorted(rows: QuerySet[Task], sort: str) -> QuerySet[Task]:
    key, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    if key == "light":
        # Red first: the order of the words, not of their letters.
        return rows.in_light_order(sign == "-")
    return rows.order_by(f"{sign}{SORTS[key]}", "pk")


def _row(task: Task, lines: dict) -> dict:
    line = lines.get(task.pk)
    duties = list(task.duties.all())
    return {
        "task": task,
        "light": TaskLight(task.light).label if task.light else "",
        "light_tone": TONES[task.light],
        "tone": STATE_TONES[task.state],
        "leads": [each.unit for each in duties if each.leads] or [each.unit for each in duties],
        "has_lead": any(each.leads for each in duties),
        "line": line,
        "month": month_label(line.month) if line else "",
    }


@require_http_methods(["GET", "POST"])
@editor
@takes(TaskForm)
def task_new(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        asked = request.GET.get("request", "")
        first = {"request": asked, "source": TaskSource.REQUEST} if asked else {}
        return _form_page(request, TaskForm(user=request.user, initial=first))
    form = TaskForm(request.POST, user=request.user)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        task = tasks.create(by=request.user, **form.cleaned_data)
    except (Invalid, Conflict) as refused:
        return _form_page(request, form, put_errors(form, refused, "title"), refused.status)
    messages.success(request, f"已交办任务 {task.code}，责任单位已收到消息。")
    return redirect("targets:task", task.pk)


@require_http_methods(["GET", "POST"])
@editor
@takes(TaskEditForm)
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    task = visible_task(request, pk)
    if request.method == "GET":
        return _form_page(request, TaskEditForm.of(task), task=task)
    form = TaskEditForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422, task=task)
    values = {name: form.cleaned_data[name] for name in ("title", "text", "source_note")}
    units = {name: form.cleaned_data[name] for name in ("leads", "helpers", "seen")}
    try:
        tasks.update(task=task, values=values, by=request.user, **units)
    except (Invalid, Conflict, NotReady) as refused:
        return _form_page(request, form, put_errors(form, refused, "title"), refused.status, task)
    messages.success(request, "已保存。")
    return redirect("targets:task", pk)


def _form_page(
    request: HttpRequest, form: Form, message: str = "", status: int = 200, task: Task | None = None
) -> HttpResponse:
    context = {"form": form, "task": task, "errors": errors_of([form]), "message": message}
    return render(request, "targets/tasks/form.html", context, status=status)


@require_GET
@reader
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, how far is it, and what may I do?"""
    return page(request, visible_task(request, pk))


@require_http_methods(["GET", "POST"])
@editor
@takes(TaskRuleForm)
def task_rule(request: HttpRequest) -> HttpResponse:
    """When is a task red or amber, and since when?"""
    if request.method == "GET":
        return _rule_page(request, TaskRuleForm.of(rule_on(clock.today())))
    form = TaskRuleForm(request.POST)
    if not form.is_valid():
        return _rule_page(request, form, status=422)
    try:
        rule = tasks.set_rule(by=request.user, **form.cleaned_data)
    except Invalid as refused:
        return _rule_page(request, form, put_errors(form, refused, "valid_from"), refused.status)
    messages.success(request, f"亮灯规则第 {rule.number} 版自 {rule.valid_from} 起生效。")
    return redirect("targets:task-rule")


def _rule_page(request: HttpRequest, form: Form, message: str = "", status: int = 200) -> HttpResponse:
    rules = list(TaskRule.objects.order_by("-number"))
    context = {
        "form": form, "rules": rules, "current": rule_on(clock.today()), "errors": errors_of([form]), "message": message,
    }  # fmt: skip
    return render(request, "targets/tasks/rule.html", context, status=status)
