"""Home by role, search and the gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from guandu.accounts.permissions import Permission
from guandu.portal.samples import gallery_samples
from guandu.web.registry import changes_for, search, todos_for
from guandu.web.views import permission_required, signed_in


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what changed, his figures."""
    context = {"todos": todos_for(request.user), "changes": changes_for(request.user)}
    return render(request, "portal/home.html", context)


@signed_in
def search_page(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:60]
    hits = list(search(request.user, text)) if text else []
    return render(request, "portal/search.html", {"text": text, "hits": hits})


@permission_required(Permission.REFERENCE_EDIT, to="查看组件样例")
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component once, with the worst data there is."""
    return render(request, "portal/gallery.html", gallery_samples())
