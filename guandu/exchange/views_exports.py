"""A list of the register as a download: the rows that the person sees, by the columns of its table."""

from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from guandu.accounts.models import User
from guandu.core import clock
from guandu.core.errors import Invalid
from guandu.exchange.actions import record_export
from guandu.exchange.registers import Table, table_of
from guandu.exchange.written_rows import TYPES, as_csv, as_workbook
from guandu.web.views import signed_in


def export_response(table: Table, rows: QuerySet, kind: str, *, by: User) -> HttpResponseBase:
    """`rows` as `kind` (xlsx or csv), sent while they are read. Raises NotAllowed, Invalid."""
    if kind not in TYPES:
        raise Invalid("导出格式只能是 xlsx 或 csv。")
    record_export(table=table, kind=kind, count=rows.count(), by=by)
    cells = table.resource(by).cells(rows)
    if kind == "csv":
        response: HttpResponseBase = StreamingHttpResponse(as_csv(table.plain_heads(), cells))
    else:
        response = FileResponse(as_workbook(table.name, table.plain_heads(), cells))
    response["Content-Type"] = TYPES[kind]
    name = quote(f"{table.name}-{clock.today():%Y%m%d}.{kind}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@signed_in
@require_GET
def export(request: HttpRequest, table: str) -> HttpResponseBase:
    """The list as the query narrows it on its page; `format` is xlsx or csv."""
    try:
        declared = table_of(table)
    except KeyError as error:
        raise Http404 from error
    kind = request.GET.get("format", "xlsx")
    return export_response(declared, declared.rows(request.user, request.GET), kind, by=request.user)
