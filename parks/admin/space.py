"""Buildings, spaces with who uses them, and firms in parks: for the office. Parks keep their own on their pages."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from guandu.accounts.permissions import Permission
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from guandu.web.templatetags.portal import scaled
from parks.actions import spaces, tenancies
from parks.forms import AREA_SCALE, BuildingForm, LeavingForm, SpaceForm, TenancyForm
from parks.models import Building, Occupancy, Space, Tenancy


class SpaceInline(ReadOnlyInline):
    model = Space
    fields = readonly_fields = (
        "name",
        "floor",
        "use",
        "square_metres",
        "available_from",
        "closed_on",
        "code",
    )

    @admin.display(description="面积（平方米）")
    def square_metres(self, space: Space) -> str:
        return scaled(space.area, AREA_SCALE)


class OccupancyInline(ReadOnlyInline):
    model = Occupancy
    ordering = ("-valid_from",)

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("tenancy__enterprise", "space__building")

    @admin.display(description="使用面积（平方米）")
    def square_metres(self, use: Occupancy) -> str:
        return scaled(use.space.area if use.area is None else use.area, AREA_SCALE)

    @admin.display(description="企业")
    def firm(self, use: Occupancy) -> str:
        return use.tenancy.enterprise.name


class UserInline(OccupancyInline):
    fields = readonly_fields = ("firm", "square_metres", "valid_from", "valid_to")


class UseInline(OccupancyInline):
    fields = readonly_fields = ("space", "square_metres", "valid_from", "valid_to")


@admin.register(Building)
class BuildingAdmin(OfficialAdmin):
    view_permission = Permission.PARK_VIEW
    edit_permission = add_permission = Permission.SPACE_EDIT
    form = BuildingForm
    list_display = ("name", "park", "use", "square_metres", "idle_since", "closed_on", "code")
    list_select_related = ("park",)
    list_filter = ("use",)
    search_fields = ("name", "code", "park__name")
    fixed_fields = ("park", "code")
    inlines = (SpaceInline,)
    fields = (
        "park", "name", "code", "use", "address", ("floors_above", "floors_below"), "built_area", "completed_on",
        ("idle_since", "reuse_plan", "reused_on"), "closed_on", "note",
    )  # fmt: skip

    @admin.display(description="建筑面积（平方米）", ordering="built_area")
    def square_metres(self, building: Building) -> str:
        return scaled(building.built_area, AREA_SCALE)

    def add_row(self, request, values):
        return spaces.create_building(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return spaces.update_building(building=obj, values=values, seen=seen, by=request.user)


@admin.register(Space)
class SpaceAdmin(OfficialAdmin):
    view_permission = Permission.PARK_VIEW
    edit_permission = add_permission = Permission.SPACE_EDIT
    form = SpaceForm
    list_display = ("name", "building", "park", "use", "square_metres", "available_from", "closed_on", "code")
    list_select_related = ("building__park",)
    list_filter = ("use",)
    search_fields = ("name", "code", "building__name", "building__park__name")
    fixed_fields = ("building", "code")
    inlines = (UserInline,)
    fields = (
        "building", "name", "code", ("floor", "use"), ("area", "height"), "rent", "available_from", "closed_on", "note"
    )  # fmt: skip

    @admin.display(description="园区", ordering="building__park")
    def park(self, space: Space) -> str:
        return space.building.park.name

    @admin.display(description="面积（平方米）", ordering="area")
    def square_metres(self, space: Space) -> str:
        return scaled(space.area, AREA_SCALE)

    def add_row(self, request, values):
        return spaces.create_space(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return spaces.update_space(space=obj, values=values, seen=seen, by=request.user)


@admin.register(Tenancy)
class TenancyAdmin(OfficialAdmin):
    view_permission = Permission.PARK_VIEW
    edit_permission = add_permission = Permission.TENANCY_EDIT
    form = TenancyForm
    list_display = ("enterprise", "park", "valid_from", "valid_to", "leaving_reason", "in_leading_industry")
    list_select_related = ("enterprise", "park")
    list_filter = ("leaving_reason",)
    search_fields = ("enterprise__name", "enterprise__credit_code", "park__name")
    autocomplete_fields = ("enterprise",)
    fixed_fields = ("park", "enterprise")
    inlines = (UseInline,)
    actions_detail = ("leave",)

    def get_fields(self, request: HttpRequest, obj=None):
        entered = ("park", "enterprise", "valid_from", "in_leading_industry")
        return (*entered, "valid_to", "leaving_reason") if obj else entered

    def add_row(self, request, values):
        return tenancies.enter(on=values.pop("valid_from"), by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return tenancies.correct(tenancy=obj, values=values, seen=seen, by=request.user)

    @action(description="登记离园", url_path="leave", permissions=["change"], icon="logout")
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        stay = self.visible_or_404(request, object_id)

        def run(data: dict) -> str:
            tenancies.leave(tenancy=stay, by=request.user, **data)
            return "离园已登记。"

        form = LeavingForm(request.POST or None)
        return self.form_page(request, stay, form, title="登记离园", verb="登记离园", run=run)
