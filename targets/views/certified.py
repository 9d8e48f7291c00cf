"""One 核定值: what it is, who settled it, and every number that it is in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.web.views import get_visible_or_404, permission_required
from targets.models import CertifiedValue, HistoryBatch, Return
from targets.queries.approved import amount_of, anchor_of, subject_of
from targets.queries.feeds import feeds_of
from targets.queries.freshness import quarter_of, waiting_quarters

NEEDED = ("indicator", "indicator_version", "return_version__return_of", "history_line")


@permission_required(Permission.FIGURE_VIEW, Permission.TOTALS_VIEW, to="查看核定值")
@require_GET
def value_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which numbers does this approved cell go into?"""
    value = get_visible_or_404(CertifiedValue.objects.select_related(*NEEDED), request.user, pk=pk)
    feeds, waiting = feeds_of(value, request.user), waiting_quarters()
    context = {
        "value": value,
        "amount": amount_of(value),
        "subject": subject_of(value),
        "cell_url": _cell_url(value, request.user),
        "feeds": feeds,
        "waits": any(quarter_of(figure) in waiting for figure in feeds.figures),
    }
    return render(request, "targets/certified_value.html", context)


def _cell_url(value: CertifiedValue, user: User) -> str:
    """The cell of the return, or the batch of 补录, that said it, where the person may open it."""
    version, line = value.return_version, value.history_line
    if version and Return.objects.visible_to(user).filter(pk=version.return_of_id).exists():
        anchor = anchor_of(value, version.return_of)
        return f"{reverse('targets:return', args=[version.return_of_id])}#{anchor}"
    if line and HistoryBatch.objects.visible_to(user).filter(pk=line.batch_id).exists():
        return reverse("targets:history-batch", args=[line.batch_id])
    return ""
