"""What every page and POST of one return starts with and answers with."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from guandu.core.errors import Conflict, Invalid, NotReady
from guandu.web.views import get_visible_or_404, signed_in
from targets.models import Return
from targets.views.return_pages import Attempt, detail_context

NEEDED = ("cycle__template", "draft", "filed", "approved", "filer", "park")


def visible_return(request: HttpRequest, pk: int) -> Return:
    return get_visible_or_404(Return.objects.select_related(*NEEDED), request.user, pk=pk)


def page_of(
    request: HttpRequest, return_: Return, attempt: Attempt | None = None, status: int = 200
) -> HttpResponse:
    context = detail_context(return_, request.user, attempt, request.GET.get("against", ""))
    return render(request, "targets/return_detail.html", context, status=status)


def refused_page(request: HttpRequest, return_: Return, refused: Invalid, **typed) -> HttpResponse:
    """The page again with what was typed, and each error at its field."""
    attempt = Attempt(message=refused.message, errors=tuple(refused.errors), **typed)
    return page_of(request, visible_return(request, return_.pk), attempt, refused.status)


def moves(view: Callable) -> Callable:
    """A POST that moves one visible return. A page that is out of date, a second click, the back
    button: back to the return with a word on how it stands, nothing done twice."""

    @wraps(view)
    def moved(request: HttpRequest, pk: int) -> HttpResponse:
        return_ = visible_return(request, pk)
        try:
            return view(request, return_)
        except (Conflict, NotReady) as refused:
            messages.warning(request, refused.message)
            return redirect("targets:return", pk)

    return require_POST(signed_in(moved))
