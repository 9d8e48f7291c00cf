"""Standards of the register: the classification of industries, kept by the office; the rest, shipped as
files, to look at."""

from django.contrib import admin

from guandu.accounts.permissions import Permission
from guandu.core.numbers import from_units
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from parks.actions import industries
from parks.models import HonourKind, HonourRule, Industry, ParkType, StatisticalClass, Threshold

REVENUE_SCALE = 2


class StandardAdmin(OfficialAdmin):
    """Shipped with the portal as a dated file: seen here, changed by loading the file."""

    view_permission = Permission.REFERENCE_VIEW


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


class ThresholdInline(ReadOnlyInline):
    model = Threshold
    fields = readonly_fields = ("yearly_revenue", "condition", "document", "valid_from", "valid_to")

    @admin.display(description="年营业收入标准（万元）")
    def yearly_revenue(self, threshold: Threshold) -> str:
        return "—" if threshold.revenue is None else f"{from_units(threshold.revenue, REVENUE_SCALE):,f}"


@admin.register(StatisticalClass)
class StatisticalClassAdmin(StandardAdmin):
    list_display = ("name", "industry_codes", "code")
    fields = readonly_fields = ("code", "name", "industry_codes")
    inlines = (ThresholdInline,)

    @admin.display(description="行业范围")
    def industry_codes(self, row: StatisticalClass) -> str:
        return "、".join(row.industries)


class HonourRuleInline(ReadOnlyInline):
    model = HonourRule
    fields = readonly_fields = (
        "name",
        "issuer",
        "years",
        "renewal",
        "to_confirm",
        "document",
        "valid_from",
        "valid_to",
    )


@admin.register(HonourKind)
class HonourKindAdmin(StandardAdmin):
    list_display = ("name", "family", "level", "code")
    list_filter = ("level",)
    fields = readonly_fields = ("code", "name", "short_name", "family", "rank", "level", "note")
    inlines = (HonourRuleInline,)


@admin.register(ParkType)
class ParkTypeAdmin(StandardAdmin):
    list_display = ("name", "parent", "code")
    list_select_related = ("parent__parent",)
    fields = readonly_fields = ("code", "name", "parent")
