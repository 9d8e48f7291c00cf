"""The dictionary of indicators."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from unfold.decorators import action

from guandu.accounts.permissions import Permission
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from targets.actions import indicators
from targets.forms_dictionary import NextIndicatorForm
from targets.models import Indicator, IndicatorVersion


class IndicatorVersionInline(ReadOnlyInline):
    model = IndicatorVersion
    fields = readonly_fields = (
        "number", "unit", "scale", "display_decimals", "factor", "caliber", "valid_from", "valid_to",
    )  # fmt: skip


@admin.register(Indicator)
class IndicatorAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = Permission.REFERENCE_EDIT
    list_display = ("name", "kind", "level", "frequency", "certifying_unit", "code")
    list_filter = ("kind", "level", "frequency")
    search_fields = ("name", "code", "caliber")
    fields = (
        "code", "name", "caliber", "kind", "level", "frequency", "direction", "over_space", "over_time",
        "source_words", "feeds_words", "certifying_unit", "note", "position",
    )  # fmt: skip
    readonly_fields = ("source_words", "feeds_words")
    fixed_fields = ("code", "kind", "level", "frequency")
    inlines = (IndicatorVersionInline,)
    actions_detail = ("issue_version",)

    @admin.display(description="取数次序")
    def source_words(self, indicator: Indicator) -> str:
        return indicator.source_words or "—"

    @admin.display(description="用于计划目标")
    def feeds_words(self, indicator: Indicator) -> str:
        return "、".join(indicator.feeds) or "—"

    def change_row(self, request, obj, values, seen):
        return indicators.update(indicator=obj, values=values, seen=seen, by=request.user)

    @action(description="建立新版本", url_path="issue", permissions=["change"], icon="new_label")
    def issue_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Unit, scale, 口径 and formula from a period on."""
        indicator = self.visible_or_404(request, object_id)
        version = indicator.versions.filter(valid_to=None).select_related("indicator").first()
        if version is None:
            raise Http404
        form = NextIndicatorForm(request.POST or None, version=version)

        def run(data: dict) -> str:
            made = indicators.issue(indicator=indicator, by=request.user, **form.values())
            return f"第 {made.number} 版自 {made.valid_from} 起用，现行版本到前一日为止。"

        return self.form_page(request, indicator, form, title="建立指标新版本", verb="建立", run=run)
