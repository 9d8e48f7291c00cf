"""What a target is held to, as the office keeps it: 目标调整, 基期, 阶段目标, 其他口径; and the plan's rule of status."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.permissions import Permission
from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.core.periods import Period
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required
from targets.actions import plan_terms
from targets.forms_plan_terms import BaselineForm, CheckpointForm, ReadingForm, ReviseForm, RuleForm
from targets.models import Checkpoint, Plan, Target, TargetReading
from targets.queries.plan_terms import revisions_of, stages_of
from targets.views.addresses import terms_url
from targets.views.asked_plan import asked_plan
from targets.views.evidence import put_errors

editor = permission_required(Permission.PLAN_EDIT, to="调整计划目标")
LISTED = ("revisions", "checkpoints", "other_readings__indicator", "other_readings__minus")
REFUSALS = (Conflict, Invalid, NotReady)


def _plan(request: HttpRequest) -> Plan:
    plan = asked_plan(request)
    if plan is None:
        raise Http404
    return plan


def _target(request: HttpRequest, code: str, plan: Plan | None = None) -> Target:
    targets = Target.objects.select_related("plan", "indicator", "minus").prefetch_related(*LISTED)
    return get_visible_or_404(targets.filter(plan=plan or _plan(request)), request.user, code=code)


@require_GET
@editor
def terms_page(request: HttpRequest, code: str) -> HttpResponse:
    """What is this target held to, and by which document?"""
    return _page(request, _target(request, code))


@require_POST
@editor
@takes(ReviseForm)
def target_revise(request: HttpRequest, code: str) -> HttpResponse:
    target, form = _target(request, code), ReviseForm(request.POST, auto_id="revise_%s")
    said = "已登记目标调整，生效以后的各期将重新判断。"
    return _written(request, target, {"revise": form}, lambda by, **given: plan_terms.revise(target=target, by=by, **given), said)


@require_POST
@editor
@takes(BaselineForm)
def target_baseline(request: HttpRequest, code: str) -> HttpResponse:
    target, form = _target(request, code), BaselineForm(request.POST, auto_id="baseline_%s")
    return _written(
        request, target, {"baseline": form},
        lambda by, **given: plan_terms.set_baseline(target=target, by=by, **given), "已登记基期数。",
    )  # fmt: skip


@require_POST
@editor
@takes(CheckpointForm)
def target_checkpoint(request: HttpRequest, code: str) -> HttpResponse:
    target = _target(request, code)
    form = CheckpointForm(request.POST, stages=stages_of(target))
    return _written(
        request, target, {"checkpoint": form},
        lambda by, **given: plan_terms.set_checkpoint(target=target, by=by, **given), "已设置阶段目标。",
    )  # fmt: skip


@require_POST
@editor
@takes()
def checkpoint_drop(request: HttpRequest, pk: int) -> HttpResponse:
    checkpoint = get_visible_or_404(Checkpoint.objects.select_related("target__plan"), request.user, pk=pk)
    try:
        plan_terms.drop_checkpoint(checkpoint=checkpoint, by=request.user)
    except Conflict as refused:
        messages.warning(request, refused.message)
    else:
        messages.success(request, f"已删除{Period.parse(checkpoint.period).label}的阶段目标。")
    return redirect(terms_url(checkpoint.target))


@require_POST
@editor
@takes(ReadingForm)
def reading_choose(request: HttpRequest, pk: int) -> HttpResponse:
    reading = get_visible_or_404(TargetReading.objects.select_related("target__plan"), request.user, pk=pk)
    target, form = _target(request, reading.target.code, reading.target.plan), ReadingForm.of(reading, request.POST)
    return _written(
        request, target, {reading.pk: form},
        lambda by, **given: plan_terms.choose_reading(target=target, reading=reading, by=by, **given),
        f"已采用“{reading.label}”，各期将按新口径重新判断。",
    )  # fmt: skip


def _written(
    request: HttpRequest, target: Target, sent: Mapping[str | int, Form], write: Callable, said: str
) -> HttpResponse:
    """One form of the page acted upon: back to the page, or the page with what is wrong at the form's fields."""
    form = next(iter(sent.values()))
    if not form.is_valid():
        return _page(request, target, sent, status=422)
    try:
        write(by=request.user, **form.cleaned_data)
    except REFUSALS as refused:
        first = next(iter(form.fields))
        return _page(request, target, sent, put_errors(form, refused, first), refused.status)
    messages.success(request, said)
    return redirect(terms_url(target))


def _page(
    request: HttpRequest, target: Target, sent: Mapping[str | int, Form] | None = None, message: str = "", status: int = 200
) -> HttpResponse:
    sent = sent or {}
    stages = stages_of(target)
    context: dict[str, Any] = {
        "target": target,
        "plan": target.plan,
        "revisions": revisions_of(target)[::-1],
        "revise": sent.get("revise") or ReviseForm.of(target),
        "baseline": sent.get("baseline") or BaselineForm.of(target),
        "checkpoints": sorted(target.checkpoints.all(), key=lambda each: Period.parse(each.period)),
        "checkpoint": (sent.get("checkpoint") or CheckpointForm(stages=stages)) if stages else None,
        "readings": [(each, sent.get(each.pk) or ReadingForm.of(each)) for each in target.other_readings.all()],
        "errors": errors_of(sent.values()),
        "message": message,
    }
    return render(request, "targets/terms.html", context, status=status)


def errors_of(forms: Any) -> list[tuple[str, str]]:
    """(anchor, sentence) of everything that is wrong in the forms, for the summary above them."""
    return [
        (form[name].id_for_label, text) for form in forms for name, texts in form.errors.items() for text in texts
    ]


@require_http_methods(["GET", "POST"])
@editor
@takes(RuleForm)
def rule_page(request: HttpRequest) -> HttpResponse:
    """When is a target 正常, 有风险 or 滞后, and since when?"""
    plan = _plan(request)
    rules = list(plan.rules.order_by("-number"))
    if request.method == "GET":
        return _rules(request, plan, rules, RuleForm.of(next(iter(rules), None)))
    form = RuleForm(request.POST)
    if not form.is_valid():
        return _rules(request, plan, rules, form, status=422)
    try:
        rule = plan_terms.set_rule(plan=plan, by=request.user, **form.cleaned_data)
    except Invalid as refused:
        return _rules(request, plan, rules, form, put_errors(form, refused, "normal_from"), refused.status)
    messages.success(request, f"状态规则第 {rule.number} 版自 {rule.valid_from} 起生效。")
    return redirect(f"{reverse('targets:status-rule')}?plan={plan.code}")


def _rules(
    request: HttpRequest, plan: Plan, rules: list, form: RuleForm, message: str = "", status: int = 200
) -> HttpResponse:
    context = {"plan": plan, "rules": rules, "form": form, "errors": errors_of([form]), "message": message}
    return render(request, "targets/status_rule.html", context, status=status)
