"""数据质量: what of the person's register is wrong or wanting, and where to mend it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.web.views import permission_required
from parks.quality import checks, findings

SHOWN = 100  # of one check; the rest is counted
TONES = {"wrong": "late", "wanting": "warn"}
viewer = permission_required(Permission.QUALITY_VIEW, to="查看数据质量")


@viewer
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    day = clock.today()
    found = findings(request.user, day)
    groups = [(each, each.defects[:SHOWN], TONES[each.check.severity]) for each in found]
    total = sum(len(each.defects) for each in found)
    context = {"groups": groups, "total": total, "asked": len(checks()), "day": day}
    return render(request, "parks/changes/quality.html", context)
