"""Exporting a list of the officials' admin: the rows the person sees, as a workbook or as text."""

from django.http import HttpRequest, HttpResponse
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.import_export.forms import ExportForm

from guandu.core import clock
from guandu.web.admin import OfficialAdmin
from guandu.web.posted import refuse_unknown


class ExportAdmin(ExportMixin, OfficialAdmin):
    """Subclasses name `resource_classes`. Who may see the list may export it."""

    export_form_class = ExportForm
    formats = (XLSX, CSV)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and self.has_export_permission(request):
            form = self.export_form_class(self.get_export_formats(), self.get_export_resource_classes(request))
            refuse_unknown(request, form.fields)
        return super().export_action(request)

    def get_export_filename(self, request, queryset, file_format) -> str:
        return f"{self.opts.model_name}-{clock.today():%Y%m%d}.{file_format.get_extension()}"
