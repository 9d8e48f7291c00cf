"""What the office sets for 企业诉求: terms, kinds, the public form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid
from guandu.web.posted import takes
from guandu.web.views import permission_required
from parks.actions import request_rules
from parks.forms_requests import ClockForm, KindForm, PolicyForm
from parks.models import RequestKind, RequestPolicy
from parks.queries.request_clocks import clocks_on

setter = permission_required(Permission.REQUEST_ASSIGN, to="设置企业诉求的受理")


@setter
@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    """How long may each stage take, who usually handles what, and is the public form open?"""
    return _page(request)


@setter
@require_POST
@takes(ClockForm)
def clock_set(request: HttpRequest) -> HttpResponse:
    form = ClockForm(request.POST)

    def write() -> str:
        rule = request_rules.set_clock(by=request.user, **form.cleaned_data)
        return f"{rule}，自 {rule.valid_from} 起。"

    return _written(request, "clock", form, write)


@setter
@require_POST
@takes(KindForm)
def kind_put(request: HttpRequest) -> HttpResponse:
    form = KindForm(request.POST)
    return _written(request, "kind", form, lambda: f"已保存诉求类别“{request_rules.put_kind(by=request.user, **form.cleaned_data)}”。")


@setter
@require_POST
@takes(PolicyForm)
def policy_update(request: HttpRequest) -> HttpResponse:
    form = PolicyForm(request.POST, instance=RequestPolicy.current())

    def write() -> str:
        values = dict(form.cleaned_data)
        policy = request_rules.update_policy(version=values.pop("version"), values=values, by=request.user)
        return "已保存。企业现在可以自行提出诉求。" if policy.public_form else "已保存。公开填写页面没有开放。"

    return _written(request, "policy", form, write)


def _written(request: HttpRequest, name: str, form, write) -> HttpResponse:
    """Back to the page, or the page with what is wrong at the form's fields."""
    if not form.is_valid():
        return _page(request, {name: form}, status=422)
    try:
        told = write()
    except (Conflict, Invalid) as refused:
        form.refuse(refused)
        return _page(request, {name: form}, refused.status)
    messages.success(request, told)
    return redirect("requests:settings")


def _page(request: HttpRequest, sent: dict | None = None, status: int = 200) -> HttpResponse:
    sent = sent or {}
    errors = [(f"{name}_{field}", text) for name, form in sent.items() for field, texts in form.errors.items() for text in texts]
    context = {
        "clocks": clocks_on(clock.today()),
        "kinds": RequestKind.objects.select_related("usual_unit"),
        "policy": RequestPolicy.current(),
        "clock_form": sent.get("clock") or ClockForm(initial={"on": clock.today()}),
        "kind_form": sent.get("kind") or KindForm(),
        "policy_form": sent.get("policy") or PolicyForm(instance=RequestPolicy.current()),
        "errors": errors,
    }
    return render(request, "parks/requests/settings.html", context, status=status)
