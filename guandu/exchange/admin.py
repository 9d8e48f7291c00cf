"""Exporting a list of the officials' admin: the rows the person sees, as a workbook or as text."""

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponseBase
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.import_export.forms import ExportForm

from guandu.core.errors import Invalid
from guandu.exchange.registers import Table
from guandu.exchange.views_exports import export_response
from guandu.web.admin import OfficialAdmin
from guandu.web.posted import refuse_unknown


class ExportAdmin(ExportMixin, OfficialAdmin):
    """Subclasses name `table`. Who may see the list may export it."""

    table: Table
    export_form_class = ExportForm
    formats = (XLSX, CSV)

    def has_export_permission(self, request: HttpRequest) -> bool:
        # ExportMixin stands first and would say yes to whoever enters the admin.
        return self.has_view_permission(request)

    def export_action(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and self.has_export_permission(request):
            form = self.export_form_class(self.get_export_formats(), self.get_export_resource_classes(request))
            refuse_unknown(request, form.fields)
        try:
            return super().export_action(request)
        except IncorrectLookupParameters as error:
            raise Invalid("筛选条件无法识别，没有导出。请回到列表重新筛选。") from error

    def get_export_resource_classes(self, request: HttpRequest) -> list[type]:
        return [self.table.resource]

    def get_resource_kwargs(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {"by": request.user}

    def _do_file_export(
        self, file_format, request: HttpRequest, queryset, export_form=None
    ) -> HttpResponseBase:
        """By our own writer, which keeps texts and numbers apart; the form only asks which kind."""
        rows = (
            self.table.resource(request.user).get_queryset().filter(pk__in=queryset.order_by().values("pk"))
        )
        return export_response(self.table, rows, file_format.get_extension(), by=request.user)
