"""岗位与AB角, who is away, which accounts lie unused, and who one is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guandu.accounts.actions import grants, persons
from guandu.accounts.actions.vacancies import WATCH
from guandu.accounts.forms_officers import AwayForm, OwnForm, SeatForm
from guandu.accounts.models import AccessPolicy, Grant, User
from guandu.accounts.permissions import Permission
from guandu.accounts.queries_dormant import closing_soon, lately_closed
from guandu.accounts.queries_duties import deputised_by, duties, is_away, unheld
from guandu.accounts.reauthentication import recently_authenticated
from guandu.core import clock
from guandu.core.errors import Invalid, NotReady, PortalError
from guandu.web.posted import takes
from guandu.web.views import get_visible_or_404, permission_required, signed_in

viewer = permission_required(Permission.ACCOUNT_VIEW, to="查看岗位与AB角")
granter = permission_required(Permission.GRANT_EDIT, to="确定AB角")
keeper = permission_required(Permission.ACCOUNT_EDIT, Permission.BATCH_REQUEST, to="登记他人离岗")


@viewer
@require_GET
def duty_list(request: HttpRequest) -> HttpResponse:
    return _duties(request)


@granter
@require_POST
@recently_authenticated
@takes(SeatForm)
def duty_seat(request: HttpRequest, pk: int) -> HttpResponse:
    grant = get_visible_or_404(Grant.objects.select_related("user"), request.user, Permission.GRANT_EDIT, pk=pk)
    form = SeatForm(request.POST)
    if not form.is_valid():
        return _duties(request, message="请从“不分、A角、B角”中选择。", status=422)
    try:
        grants.set_seat(grant=grant, seat=form.cleaned_data["seat"], by=request.user)
    except (Invalid, NotReady) as refusal:
        return _duties(request, message=refusal.message, status=refusal.status)
    messages.success(request, f"已调整{grant.user.name}的AB角。")
    return redirect("officers:duties")


@signed_in
@require_http_methods(["GET", "POST"])
@takes(AwayForm)
def own_away(request: HttpRequest) -> HttpResponse:
    return _away(request, request.user)


@keeper
@require_http_methods(["GET", "POST"])
@takes(AwayForm)
def others_away(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_visible_or_404(User.objects.select_related("unit"), request.user, Permission.ACCOUNT_VIEW, pk=pk)
    return _away(request, user)


@signed_in
@require_http_methods(["GET", "POST"])
@takes(OwnForm)
def own_details(request: HttpRequest) -> HttpResponse:
    """An administrator set up on the server says who he is, once."""
    user = request.user
    if not persons.must_complete(user):
        messages.info(request, "您的姓名和人员编号已经登记；需要更改的，请联系系统管理员。")
        return redirect("portal:home")
    form = OwnForm(request.POST or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            persons.complete_own(by=user, **form.cleaned_data)
        except Invalid as wrong:
            refusal = wrong
        else:
            messages.success(request, "已登记。")
            return redirect("portal:home")
    return _form_page(request, form, "accounts/officers/own.html", refusal, {})


@viewer
@require_GET
def dormant_list(request: HttpRequest) -> HttpResponse:
    days = AccessPolicy.current().dormant_days
    soon = [(row, row.closes_at(days)) for row in closing_soon()]
    context = {"days": days, "soon": soon, "closed": lately_closed(WATCH.actor_key)}
    return render(request, "accounts/officers/dormant.html", context)


def _duties(request: HttpRequest, *, message: str = "", status: int = 200) -> HttpResponse:
    day, user = clock.today(), request.user
    rows = [(duty, duty.gaps(day), duty.acting(day)) for duty in duties(day)]
    context = {
        "rows": rows,
        "gap_count": sum(bool(gaps) for _, gaps, _ in rows),
        "unheld": unheld(day),
        "may_seat": user.may(Permission.GRANT_EDIT),
        "may_set_away": user.may(Permission.ACCOUNT_EDIT) or user.may(Permission.BATCH_REQUEST),
        "seats": SeatForm.base_fields["seat"].choices,
        "message": message,
    }
    return render(request, "accounts/officers/duties.html", context, status=status)


def _away(request: HttpRequest, user: User) -> HttpResponse:
    form = AwayForm(request.POST or None, initial={"since": user.away_from, "until": user.away_until})
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            persons.set_away(user=user, by=request.user, **form.cleaned_data)
        except Invalid as wrong:
            refusal = wrong
        else:
            messages.success(request, f"已登记{user.name}的在岗情况。")
            return redirect("officers:away" if user == request.user else "officers:duties")
    context = {
        "account": user,
        "is_away": is_away(user, clock.today()),
        "standing_in": deputised_by(user),
        "own": user == request.user,
    }
    return _form_page(request, form, "accounts/officers/away.html", refusal, context)


def _form_page(request: HttpRequest, form, template: str, refusal: PortalError | None, context: dict) -> HttpResponse:
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    errors += [(f"id_{name}", text) for name, text in getattr(refusal, "errors", ())]
    given = {**context, "form": form, "errors": errors, "message": refusal.message if refusal else ""}
    status = refusal.status if refusal else 422 if errors else 200
    return render(request, template, given, status=status)
