"""工作交接: what will move is shown first, then everything moves at once, and a slip is kept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from guandu.accounts.actions import handovers
from guandu.accounts.forms_officers import HandoverForm
from guandu.accounts.models import Handover, User
from guandu.accounts.permissions import Permission
from guandu.accounts.reauthentication import recently_authenticated
from guandu.accounts.roles import ADMINISTRATORS
from guandu.core.errors import Conflict, Invalid, NotReady, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required, signed_in

viewer = permission_required(Permission.ACCOUNT_VIEW, to="查看工作交接")
granter = permission_required(Permission.GRANT_EDIT, to="办理工作交接")


@viewer
@require_GET
def handover_list(request: HttpRequest) -> HttpResponse:
    slips = Handover.objects.visible_to(request.user).select_related("from_user", "to_user")[:200]
    context = {"slips": list(slips), "may_hand_over": request.user.may(Permission.GRANT_EDIT)}
    return render(request, "accounts/officers/handovers.html", context)


@granter
@require_http_methods(["GET", "POST"])
@recently_authenticated
@takes(HandoverForm, "seen")
def handover_new(request: HttpRequest) -> HttpResponse:
    """The two people (GET), what will move (POST without a word of it seen), then the hand-over itself."""
    if request.method == "GET":
        return _page(request, HandoverForm())
    form = HandoverForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    if not request.POST.get("seen"):
        return _page(request, form, preview=True)
    try:
        slip = handovers.hand_over(seen=request.POST["seen"], by=request.user, **form.cleaned_data)
    except (Conflict, Invalid, NotReady) as refusal:
        return _page(request, form, preview=True, refusal=refusal)
    messages.success(request, f"已办理，{slip.number}。请打印交接单，由三方签字。")
    return redirect("officers:handover", pk=slip.pk)


@signed_in
@require_GET
def handover_slip(request: HttpRequest, pk: int) -> HttpResponse:
    slip = get_visible_or_404(Handover.objects.all(), request.user, pk=pk)
    sections: dict[str, list] = {}
    for item in slip.items.order_by("position"):
        sections.setdefault(item.section, []).append(item)
    context = {
        "slip": slip,
        "sections": list(sections.items()),
        "count": sum(map(len, sections.values())),
        # The three administrators see what moved, not what is in it.
        "with_links": not any(grant.role in ADMINISTRATORS for grant in request.user.grants_today()),
    }
    return render(request, "accounts/officers/handover.html", context)


def _page(
    request: HttpRequest, form: HandoverForm, *, preview: bool = False, refusal: PortalError | None = None
) -> HttpResponse:
    errors = [(f"id_{name}", f"{form[name].label}：{text}") for name, texts in form.errors.items() for text in texts]
    errors += [("", text) for text in getattr(refusal, "missing", ())]
    context = {
        "form": form,
        "contents": handovers.contents(form.cleaned_data["from_user"], form.cleaned_data["to_user"]) if preview else None,
        "people": User.objects.filter(is_active=True).select_related("unit").order_by("username"),
        "errors": errors,
        "message": refusal.message if refusal else "",
    }
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, "accounts/officers/handover_new.html", context, status=status)
