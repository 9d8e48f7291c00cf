"""数据查询: any figures by indicator, scope and period, as tables, charts and files."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.exchange.writer import WrittenColumn
from guandu.exchange.written_rows import TYPES, as_csv, as_workbook
from guandu.web.posted import takes
from guandu.web.templatetags.portal import backfilled_words, figure_unit, written_moment
from guandu.web.views import permission_required
from targets.actions.figure_exports import record_export
from targets.enums import Basis, FigureScope
from targets.forms_figures import kind_asked, read_question
from targets.models import Indicator
from targets.queries.explorer import (
    BY_INDICATOR,
    LAYOUTS,
    Answer,
    Key,
    Scope,
    answer,
    indicators_for,
    kinds_for,
    quarters_for,
    reason_of,
    scopes_for,
)
from targets.queries.freshness import quarter_of, waiting_quarters
from targets.queries.layout_of_figures import tables
from targets.queries.scope_names import narrowing_words
from targets.views.explorer_charts import charts

explorer = permission_required(Permission.FIGURE_VIEW, Permission.TOTALS_VIEW, to="查询数据")
MOST = 20_000
COLUMNS = (
    ("指标", 22), ("指标编码", 14), ("范围类型", 10), ("范围", 28), ("范围编码", 14), ("报告期", 16), ("口径状态", 10),
    ("数值", 18), ("单位", 8), ("已核定", 8), ("应报", 8), ("补录", 12), ("没有数的原因", 30), ("是否待更新", 10),
    ("计算批次", 10), ("截至", 18),
)  # fmt: skip
FOOTNOTES = (
    "数值为未经舍入的数；比率以 % 为单位，按分子、分母之和计算，保留六位小数。",
    "没有数不等于零：没有核定数据的单元格留空，并写明原因。",
    "已核定少于应报的，数值只计入已核定的部分。",
)


@dataclass(frozen=True)
class Shown:
    """What the address asks for, within what the person may see, and what there was to choose from."""

    found: Answer
    notes: tuple[str, ...]
    kinds: list[FigureScope]
    indicators: list[Indicator]
    scopes: list[Scope]
    quarters: list[Period]
    waiting: dict


def _shown(request: HttpRequest) -> Shown:
    user: User = request.user
    kinds, indicators, quarters = kinds_for(user), indicators_for(user), quarters_for(user)
    kind = kind_asked(request.GET, kinds)
    scopes = scopes_for(user, kind)
    read = read_question(request.GET, kind, indicators, scopes, quarters)
    found = answer(read.question, user, indicators, scopes)
    return Shown(found, read.notes, kinds, indicators, scopes, quarters, waiting_quarters())


@explorer
@require_GET
def figure_list(request: HttpRequest) -> HttpResponse:
    """Which numbers are there, and how do they compare?"""
    shown = _shown(request)
    laid_out = tables(shown.found, shown.waiting)
    question = shown.found.question
    context = {
        "found": shown.found,
        "question": question,
        "notes": shown.notes,
        "tables": laid_out,
        "charts": charts(shown.found, laid_out) if request.GET.get("chart") != "off" else [],
        "without_charts": request.GET.get("chart") == "off",
        "groups": _groups(shown.indicators),
        "kinds": shown.kinds,
        "scopes": shown.scopes,
        "quarters": shown.quarters,
        "bases": Basis.choices,
        "layouts": LAYOUTS.items(),
        "narrowed": _narrowed(request),
        "narrowing": narrowing_words(question.within),
        "kind_word": FigureScope(question.kind).label,
        "tables_cut": question.by == BY_INDICATOR and len(shown.found.scopes) > len(laid_out),
        "whole_districts": question.kind == FigureScope.DISTRICT,
        "numbers": sum(figure.value is not None for figure in shown.found.figures.values()),
        "stale": [each for each in shown.found.quarters if each.code in shown.waiting],
        "oversees": request.user.may(Permission.RETURN_CONFIRM),
    }
    return render(request, "targets/figures.html", context)


def _groups(indicators: list[Indicator]) -> list[tuple[str, list[Indicator]]]:
    groups: dict[str, list[Indicator]] = {}
    for each in indicators:
        groups.setdefault(each.get_kind_display(), []).append(each)
    return list(groups.items())


def _narrowed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form carries along without showing it."""
    names = ("chain", "street", "area", "department", "sort")
    return [(name, request.GET[name]) for name in names if request.GET.get(name)]


@explorer
@require_POST
@takes("format")
def figure_export(request: HttpRequest) -> HttpResponseBase:
    """The same numbers as a file, one a row; the trail says who took them."""
    kind = request.POST.get("format", "")
    if kind not in TYPES:
        raise Invalid("导出格式只能是 xlsx 或 csv。")
    shown = _shown(request)
    rows = list(_rows(shown))
    if len(rows) > MOST:
        raise Invalid(f"一次最多导出 {MOST} 项，请减少指标、范围或报告期。")
    name = "、".join(each.name for each in shown.found.indicators)[:60] or "数据"
    record_export(name=name, count=len(rows), kind=kind, by=request.user)
    return _as_file([*rows, *_footnotes(request, shown)], kind)


def _as_file(rows: list[list], kind: str) -> HttpResponseBase:
    columns = [WrittenColumn(title, width) for title, width in COLUMNS]
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(as_csv(columns, rows))
    else:
        response = FileResponse(as_workbook("数据查询", columns, rows))
    response["Content-Type"] = TYPES[kind]
    name = quote(f"数据查询-{clock.today():%Y%m%d}.{kind}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


def _rows(shown: Shown) -> Iterator[list[str | int | Decimal | None]]:
    found = shown.found
    for indicator in found.indicators:
        for scope in found.scopes:
            for quarter in found.quarters:
                figure = found.figures.get(Key(indicator.code, scope.code, quarter.code))
                start = [
                    indicator.name,
                    indicator.code,
                    FigureScope(found.question.kind).label,
                    scope.name,
                    scope.code,
                ]
                if figure is None:
                    state = Basis(found.question.basis).label
                    yield [
                        *start,
                        quarter.to_date.label,
                        state,
                        None,
                        "",
                        None,
                        None,
                        "",
                        reason_of(None),
                        "",
                        None,
                        "",
                    ]
                    continue
                yield [
                    *start, Period.parse(figure.period).label, figure.get_basis_display(), figure.value,
                    figure_unit(figure), figure.reported, figure.expected, backfilled_words(figure), reason_of(figure),
                    "待更新" if quarter_of(figure) in shown.waiting else "", figure.run or None,
                    written_moment(figure.computed_at),
                ]  # fmt: skip


def _footnotes(request: HttpRequest, shown: Shown) -> Iterator[list[str]]:
    yield []
    at = clock.now().astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M")
    yield [f"内部资料。{request.user.actor_name}（{request.user.actor_key}）于 {at} 导出。"]
    stale = [each.label for each in shown.found.quarters if each.code in shown.waiting]
    if stale:
        yield [f"{'、'.join(stale)}正在重新汇总，数值待更新。"]
    if shown.found.question.basis == Basis.FILED:
        yield ["初步数据：按已报送、尚未核定的数计算，仅供参考。"]
    for sentence in (*FOOTNOTES, *shown.notes):
        yield [sentence]
