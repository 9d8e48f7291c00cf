"""The public form: a firm asks by itself, without an account. There is no such page while the office has not opened it."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.web.addresses import client_address
from guandu.web.posted import takes
from parks.actions import public_requests
from parks.actions.requests import Asked
from parks.forms_requests import AskForm
from parks.models import Park, RequestPolicy


@never_cache
@require_http_methods(["GET", "POST"])
@takes(AskForm)
def ask(request: HttpRequest) -> HttpResponse:
    """What do you need, and for which park?"""
    if not RequestPolicy.current().public_form:
        raise Http404
    today = clock.today()
    parks = Park.objects.filter(opened_on__lte=today).filter(Q(closed_on=None) | Q(closed_on__gt=today)).order_by("code")
    form = AskForm(request.POST or None, parks=parks)
    made, status = None, 200
    if request.method == "POST":
        if form.is_valid():
            try:
                made = _asked(form, request)
            except Invalid as refused:
                form.refuse(refused)
                status = refused.status
        else:
            status = 422
    errors = [(f"id_{name}", text) for name, texts in form.errors.items() for text in texts]
    return render(request, "parks/requests/ask.html", {"form": form, "made": made, "errors": errors}, status=status)


def _asked(form: AskForm, request: HttpRequest):
    said = dict(form.cleaned_data)
    park = said.pop("park")
    by = public_requests.Visitor(client_address(request))
    return public_requests.ask(park=park, asked=Asked(**said), by=by)
