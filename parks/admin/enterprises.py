"""Firms, with where they are tenants and their honours."""

from django.contrib import admin

from guandu.accounts.permissions import Permission
from guandu.exchange.admin import ExportAdmin
from guandu.web.admin import ReadOnlyInline
from parks.actions import enterprises
from parks.exchange.enterprises import ENTERPRISES
from parks.models import Enterprise, Honour, Tenancy


class TenancyInline(ReadOnlyInline):
    model = Tenancy
    fields = readonly_fields = ("park", "valid_from", "valid_to")


class HonourInline(ReadOnlyInline):
    model = Honour
    fields = readonly_fields = ("kind", "document", "valid_from", "valid_to")


@admin.register(Enterprise)
class EnterpriseAdmin(ExportAdmin):
    table = ENTERPRISES
    view_permission = Permission.PARK_VIEW
    edit_permission = add_permission = Permission.PARK_EDIT
    list_display = ("name", "credit_code", "is_service_body", "code")
    list_filter = ("is_service_body",)
    search_fields = ("name", "credit_code", "code")
    fields = ("code", "name", "credit_code", "is_service_body", "note")
    inlines = (TenancyInline, HonourInline)

    def add_row(self, request, values):
        return enterprises.create(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return enterprises.update(enterprise=obj, values=values, seen=seen, by=request.user)
