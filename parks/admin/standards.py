"""Standards of the register: industries, honours with their rules, 四上 classes with their thresholds, types
of park. Loaded from files, kept by the office."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from guandu.accounts.permissions import Permission
from guandu.core.numbers import from_units
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from parks.actions import industries, standards
from parks.forms import HonourRuleForm, StatisticalClassForm, ThresholdForm
from parks.models import HonourKind, HonourRule, Industry, ParkType, StatisticalClass, Threshold


@admin.register(Industry)
class IndustryAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    list_display = ("code", "name", "level", "parent")
    list_select_related = ("parent",)
    list_filter = ("level", "section")
    search_fields = ("code", "name")
    fixed_fields = ("code", "level", "parent")

    def get_fields(self, request, obj=None):
        """Level and parent follow from the code."""
        return ("code", "name", "level", "parent") if obj else ("code", "name")

    def add_row(self, request, values):
        return industries.create(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return industries.update(industry=obj, values=values, seen=seen, by=request.user)


class HonourRuleInline(ReadOnlyInline):
    model = HonourRule
    fields = readonly_fields = ("name", "issuer", "years", "renewal", "document", "valid_from", "valid_to", "to_confirm")


@admin.register(HonourKind)
class HonourKindAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    list_display = ("name", "short_name", "family", "rank", "level", "code")
    fields = ("code", ("name", "short_name"), ("family", "rank"), "level", "position", "note")
    inlines = (HonourRuleInline,)
    actions_detail = ("change_rule",)

    def add_row(self, request, values):
        return standards.create_honour_kind(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return standards.update_honour_kind(kind=obj, values=values, seen=seen, by=request.user)

    @action(description="调整规则", url_path="rule", permissions=["change"], icon="rule")
    def change_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        kind = self.visible_or_404(request, object_id)
        form = HonourRuleForm(request.POST or None, initial=HonourRuleForm.current(kind))

        def run(data: dict) -> str:
            standards.change_honour_rule(kind=kind, by=request.user, **data)
            return "规则已调整，原规则到起始日期前一日为止。"

        return self.form_page(request, kind, form, title="调整规则", verb="保存", run=run)


class ThresholdInline(ReadOnlyInline):
    model = Threshold
    fields = readonly_fields = ("revenue_shown", "condition", "document", "valid_from", "valid_to")

    @admin.display(description="年营业收入标准（万元）")
    def revenue_shown(self, row: Threshold) -> str:
        return "—" if row.revenue is None else f"{from_units(row.revenue, standards.REVENUE_SCALE):,f}"


@admin.register(StatisticalClass)
class StatisticalClassAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    list_display = ("name", "industry_codes", "code")
    form = StatisticalClassForm
    fields = ("code", "name", "industries", "position")
    inlines = (ThresholdInline,)
    actions_detail = ("change_threshold",)

    @admin.display(description="行业范围")
    def industry_codes(self, row: StatisticalClass) -> str:
        return "、".join(row.industries) or "—"

    def add_row(self, request, values):
        return standards.create_class(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return standards.update_class(of_class=obj, values=values, seen=seen, by=request.user)

    @action(description="调整标准", url_path="threshold", permissions=["change"], icon="rule")
    def change_threshold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        of_class = self.visible_or_404(request, object_id)
        form = ThresholdForm(request.POST or None, initial=ThresholdForm.current(of_class))

        def run(data: dict) -> str:
            standards.change_threshold(of_class=of_class, by=request.user, **data)
            return "标准已调整，原标准到起始日期前一日为止。"

        return self.form_page(request, of_class, form, title="调整标准", verb="保存", run=run)


@admin.register(ParkType)
class ParkTypeAdmin(OfficialAdmin):
    """Shipped as a file: seen here, changed by loading the file."""

    view_permission = Permission.REFERENCE_VIEW
    list_display = ("name", "parent", "code")
    list_select_related = ("parent__parent",)
    fields = readonly_fields = ("code", "name", "parent")
