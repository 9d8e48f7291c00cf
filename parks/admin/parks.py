"""Parks, with where they belong, who sponsors them and their titles."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from guandu.accounts.permissions import Permission
from guandu.core import clock
from guandu.exchange.admin import ExportAdmin
from guandu.web.admin import ReadOnlyInline
from parks.actions import bulk, parks, placements, titles
from parks.admin.bulk import BulkEditMixin
from parks.exchange.parks import PARKS
from parks.forms import NewParkForm, ParkForm, PlacementForm, SponsorshipForm, TitleForm
from parks.models import Park, Placement, Sponsorship, Title


class PlacementInline(ReadOnlyInline):
    model = Placement
    fields = readonly_fields = ("chain", "area", "street", "operator", "valid_from", "valid_to")
    ordering = ("-valid_from",)


class SponsorshipInline(ReadOnlyInline):
    model = Sponsorship
    fields = readonly_fields = (
        "department",
        "leader",
        "deputy_head",
        "staff_member",
        "valid_from",
        "valid_to",
    )
    ordering = ("-valid_from",)


class TitleInline(ReadOnlyInline):
    model = Title
    fields = readonly_fields = ("level", "name", "state", "applied_on", "awarded_on", "lapsed_on", "document")


@admin.register(Park)
class ParkAdmin(BulkEditMixin, ExportAdmin):
    view_permission = Permission.PARK_VIEW
    edit_permission = add_permission = Permission.PARK_EDIT
    bulk_fields, bulk_action = bulk.PARK_FIELDS, bulk.change_parks
    form = ParkForm
    table = PARKS
    list_display = ("name", "chain_name", "area_name", "street_name", "department_name", "opened_on", "code")
    list_filter = ("carrier", "operating_model")
    search_fields = ("name", "short_name", "code")
    inlines = (PlacementInline, SponsorshipInline, TitleInline)
    actions_detail = ("change_placement", "change_sponsorship", "record_title")
    fieldsets = (
        (None, {"fields": ("code", ("name", "short_name"), "park_type", ("carrier", "operating_model"))}),
        ("时间", {"fields": ("approved_on", "opened_on", "closed_on")}),
        ("位置和产业", {"fields": ("address", "leading_industry")}),
        ("面积", {"fields": (("land_area", "floor_area"), ("built_area", "lettable_area"), "let_area")}),
        ("服务", {"fields": (("has_service_station", "has_one_stop"), "other_services")}),
        ("来源", {"fields": (("clause", "note"),)}),
    )
    beginning = ("归属", {"fields": (("chain", "on"), ("area", "street"), "operator")})

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).placed_on(clock.today())

    def get_form(self, request: HttpRequest, obj=None, change: bool = False, **kwargs):
        form = self.form if obj else NewParkForm
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj=None):
        return self.fieldsets if obj else (self.fieldsets[0], self.beginning, *self.fieldsets[1:])

    @admin.display(description="产业链", ordering="chain_name")
    def chain_name(self, park: Park) -> str:
        return park.chain_name or "—"

    @admin.display(description="片区", ordering="area_name")
    def area_name(self, park: Park) -> str:
        return park.area_name or "—"

    @admin.display(description="街道", ordering="street_name")
    def street_name(self, park: Park) -> str:
        return park.street_name or "—"

    @admin.display(description="包保部门", ordering="department_name")
    def department_name(self, park: Park) -> str:
        return park.department_name or "—"

    def add_row(self, request, values):
        return parks.create(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return parks.update(park=obj, values=values, seen=seen, by=request.user)

    @action(description="调整归属", url_path="placement", permissions=["change"], icon="swap_horiz")
    def change_placement(self, request: HttpRequest, object_id: str) -> HttpResponse:
        park = self.visible_or_404(request, object_id)
        form = PlacementForm(request.POST or None, initial=PlacementForm.current(park))

        def run(data: dict) -> str:
            placements.place(park=park, by=request.user, **data)
            return "归属已调整。"

        return self.form_page(request, park, form, title="调整归属", verb="保存", run=run)

    @action(description="调整包保", url_path="sponsorship", permissions=["change"], icon="diversity_3")
    def change_sponsorship(self, request: HttpRequest, object_id: str) -> HttpResponse:
        park = self.visible_or_404(request, object_id)
        form = SponsorshipForm(request.POST or None, initial=SponsorshipForm.current(park))

        def run(data: dict) -> str:
            placements.sponsor(park=park, by=request.user, **data)
            return "包保已调整。"

        return self.form_page(request, park, form, title="调整包保", verb="保存", run=run)

    @action(description="登记称号", url_path="title", permissions=["change"], icon="military_tech")
    def record_title(self, request: HttpRequest, object_id: str) -> HttpResponse:
        park = self.visible_or_404(request, object_id)

        def run(data: dict) -> str:
            titles.record(park=park, by=request.user, **data)
            return "称号已登记。"

        return self.form_page(
            request, park, TitleForm(request.POST or None), title="登记称号", verb="保存", run=run
        )
