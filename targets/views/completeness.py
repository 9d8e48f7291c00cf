"""报送进度: who has filed and who has not, the text and the file to chase them with, and the message."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import NotReady
from guandu.core.periods import Period
from guandu.exchange.streamed import stream_workbook
from guandu.exchange.writer import TYPE, WrittenColumn
from guandu.web.posted import takes
from guandu.web.views import permission_required
from targets.actions import reminders
from targets.forms import picks
from targets.forms_completeness import ProgressFilter
from targets.models import Cycle, Return
from targets.queries.completeness import DIMENSIONS, Dimension, Progress, progress
from targets.queries.missing import Missing, days_words, missing_lines, ready_text, urgeable

COLUMNS = (
    ("序号", 6), ("填报对象", 30), ("报表", 26), ("报告期", 16), ("状态", 10), ("截止日期", 12), ("逾期情况", 16),
    ("填报单位", 30), ("联系人", 18), ("电话", 16),
)  # fmt: skip

reader = permission_required(Permission.RETURN_VIEW, to="查看报送进度")
urger = permission_required(Permission.RETURN_URGE, to="催报")


@dataclass(frozen=True)
class Shown:
    """What the query asks for, within what the person may see."""

    form: ProgressFilter
    period: str
    template: str
    by: str
    group: str
    progress: Progress | None

    @property
    def query(self) -> str:
        asked = {"period": self.period, "template": self.template, "by": self.by, "group": self.group}
        return urlencode({name: value for name, value in asked.items() if value})


def _shown(request: HttpRequest) -> Shown:
    cycles = Cycle.objects.filter(pk__in=Return.objects.visible_to(request.user).values("cycle"))
    pairs = list(cycles.order_by("-period", "template").values_list("period", "template__code", "template__name"))
    periods = [(code, Period.parse(code).label) for code in dict.fromkeys(period for period, _, _ in pairs)]
    templates = list({code: name for _, code, name in pairs}.items())
    form = ProgressFilter(request.GET, periods=periods, templates=templates)
    chosen = form.chosen()
    group = request.GET.get("group", "")
    found = None
    if chosen["period"]:
        found = progress(
            request.user, chosen["period"], template=chosen["template"], by=chosen["by"], group=group
        )
    group = found.group.code if found and found.group else ""
    return Shown(form, chosen["period"], chosen["template"], chosen["by"], group, found)


@reader
@require_GET
def progress_page(request: HttpRequest) -> HttpResponse:
    """How many of the period's returns have come, in time or not, and which are missing?"""
    shown = _shown(request)
    found = shown.progress
    lines = missing_lines(request.user, found.missing) if found else []
    counts = found.group.counts if found and found.group else found.whole if found else None
    context = {
        "shown": shown,
        "progress": found,
        "counts": counts,
        "period": Period.parse(shown.period) if shown.period else None,
        "dimension": DIMENSIONS[Dimension(shown.by)],
        "lines": [(each, days_words(each.deadline, clock.today())) for each in lines],
        "today": clock.today(),
        "may_urge": any(each.may_urge for each in lines),
        "text": _text(request, lines, counts, shown.period) if lines else "",
    }
    return render(request, "targets/completeness.html", context)


def _text(request: HttpRequest, lines: list[Missing], counts, period: str) -> str:
    user = request.user
    path = f"{reverse('targets:returns')}?period={period}"
    link = f"{settings.PORTAL_URL}{path}" if settings.PORTAL_URL else request.build_absolute_uri(path)
    return ready_text(lines, counts, period=period, signer=f"{user.unit.name} {user.name}", link=link)


@reader
@require_POST
@takes()
def progress_export(request: HttpRequest) -> FileResponse | HttpResponse:
    """The missing ones as a workbook, each page printed with 内部资料; the trail says who took it."""
    shown = _shown(request)
    lines = missing_lines(request.user, shown.progress.missing) if shown.progress else []
    if not lines:
        messages.warning(request, "没有未报送的报表，不需要导出。")
        return _back(shown)
    name = f"{Period.parse(shown.period).label}未报送清单"
    rows = [_cells(number, each) for number, each in enumerate(lines, start=1)]
    stream = stream_workbook(
        "未报送清单", [WrittenColumn(title, width) for title, width in COLUMNS], rows, mark=_mark(request)
    )
    reminders.export_missing(name=name, count=len(rows), by=request.user)
    return FileResponse(stream, as_attachment=True, filename=f"{name}-{clock.today():%Y%m%d}.xlsx", content_type=TYPE)


def _cells(number: int, each: Missing) -> list[str | int]:
    return_ = each.return_
    return [
        number, return_.subject_name, return_.cycle.template.name, Period.parse(return_.cycle.period).label,
        return_.get_state_display(), f"{each.deadline:%Y-%m-%d}", days_words(each.deadline, clock.today()), each.filer,
        each.contact, each.phone,
    ]  # fmt: skip


def _mark(request: HttpRequest) -> str:
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return f"内部资料。{request.user.actor_name}（{request.user.actor_key}）于 {at} 导出。"


@urger
@require_POST
@takes("pick")
def progress_urge(request: HttpRequest) -> HttpResponse:
    """A message to the filers of what was ticked; what cannot be urged is said one by one."""
    shown, wanted = _shown(request), picks(request.POST)
    if not wanted:
        messages.warning(request, "请先勾选要催报的报表。")
        return _back(shown)
    chosen = list(urgeable(request.user).filter(pk__in=wanted))
    if not chosen:
        raise Http404
    try:
        report = reminders.urge(returns=chosen, by=request.user)
    except NotReady as refused:
        messages.warning(request, " ".join([refused.message, *refused.missing]))
        return _back(shown)
    messages.success(request, f"已向 {len(report.told)} 张报表的填报人员发出站内催报。")
    for sentence in report.sentences:
        messages.warning(request, sentence)
    return _back(shown)


def _back(shown: Shown) -> HttpResponse:
    return redirect(f"{reverse('targets:progress')}?{shown.query}#missing")
