"""Chains and areas: the fixed points of the register."""

from django.contrib import admin
from django.http import HttpRequest

from guandu.accounts.permissions import Permission
from guandu.exchange.admin import ExportAdmin
from parks.actions import register
from parks.exchange.reference import AREAS, CHAINS
from parks.forms import AreaForm
from parks.models import Area, Chain


@admin.register(Chain)
class ChainAdmin(ExportAdmin):
    table = CHAINS
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
class AreaAdmin(ExportAdmin):
    table = AREAS
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = add_permission = Permission.REFERENCE_EDIT
    form = AreaForm
    list_display = ("name", "chain_names", "clause", "code")
    search_fields = ("name", "code")
    fields = ("code", "name", "aliases", "clause", "clusters")

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("chains")

    @admin.display(description="产业链")
    def chain_names(self, area: Area) -> str:
        return "、".join(chain.name for chain in area.chains.all()) or "—"

    @admin.display(description="其他写法")
    def other_names(self, area: Area) -> str:
        return "、".join(area.aliases) or "—"

    def get_fields(self, request: HttpRequest, obj=None):
        """Lists are read as words by whoever may not change them."""
        names = super().get_fields(request, obj)
        if self.has_change_permission(request, obj) or obj is None:
            return names
        return [{"clusters": "chain_names", "aliases": "other_names"}.get(name, name) for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return (*super().get_readonly_fields(request, obj), "chain_names", "other_names")

    def add_row(self, request, values):
        return register.create_area(chains=values.pop("clusters"), by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        chains = values.pop("clusters", None)
        return register.update_area(area=obj, values=values, chains=chains, seen=seen, by=request.user)
