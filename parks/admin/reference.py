"""Chains, areas, honours and 四上 standards: the fixed points of the register."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from guandu.accounts.permissions import Permission
from guandu.core.numbers import from_units
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from parks.actions import register, standards
from parks.forms import AreaForm, HonourRuleForm, ThresholdForm
from parks.models import Area, Chain, HonourKind, HonourRule, StatisticalClass, Threshold


@admin.register(Chain)
class ChainAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    list_display = ("name", "park_type", "cluster_name", "task_force", "code")
    list_select_related = ("task_force",)
    fields = ("code", "name", "park_type", "cluster_name", "task_force", "position")

    def add_row(self, request, values):
        return register.create_chain(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return register.update_chain(chain=obj, values=values, seen=seen, by=request.user)


@admin.register(Area)
class AreaAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    form = AreaForm
    list_display = ("name", "chain_names", "clause", "code")
    search_fields = ("name", "code")
    fields = ("code", "name", "clause", "clusters")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("chains")

    @admin.display(description="产业链")
    def chain_names(self, area: Area) -> str:
        return "、".join(chain.name for chain in area.chains.all()) or "—"

    def get_fields(self, request: HttpRequest, obj=None):
        names = super().get_fields(request, obj)
        if self.has_change_permission(request, obj) or obj is None:
            return names
        return [name if name != "clusters" else "chain_names" for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return (*super().get_readonly_fields(request, obj), "chain_names")

    def add_row(self, request, values):
        return register.create_area(chains=values.pop("clusters"), by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        chains = values.pop("clusters", None)
        return register.update_area(area=obj, values=values, chains=chains, seen=seen, by=request.user)


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
    list_display = ("name", "industries", "code")
    fields = ("code", "name", "position")
    inlines = (ThresholdInline,)
    actions_detail = ("change_threshold",)

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
