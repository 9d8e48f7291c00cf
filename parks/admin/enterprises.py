"""Firms, with where they are tenants, what they were called and their honours."""

from django.contrib import admin, messages

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.exchange.admin import ExportAdmin
from guandu.web.admin import ReadOnlyInline
from parks.actions import bulk, enterprises
from parks.admin.bulk import BulkEditMixin
from parks.exchange.enterprises import ENTERPRISES
from parks.forms_enterprises import FACTS, EnterpriseForm
from parks.models import Enterprise, EnterpriseName, Honour, Tenancy
from parks.validators import credit_code_warning


class TenancyInline(ReadOnlyInline):
    model = Tenancy
    fields = readonly_fields = ("park", "valid_from", "valid_to", "leaving_reason")


class NameInline(ReadOnlyInline):
    model = EnterpriseName
    fields = readonly_fields = ("name", "credit_code", "document", "valid_from", "valid_to")


class HonourInline(ReadOnlyInline):
    model = Honour
    fields = readonly_fields = ("kind", "document", "valid_from", "valid_to")


@admin.register(Enterprise)
class EnterpriseAdmin(BulkEditMixin, ExportAdmin):
    table = ENTERPRISES
    view_permission = Permission.PARK_VIEW
    edit_permission = add_permission = Permission.PARK_EDIT
    form = EnterpriseForm
    bulk_fields, bulk_action = bulk.ENTERPRISE_FIELDS, bulk.change_enterprises
    list_display = ("name", "credit_code", "credit_code_state", "kind", "industry", "code")
    list_select_related = ("industry",)
    list_filter = ("credit_code_state", "kind", "is_service_body")
    search_fields = ("name", "credit_code", "code")
    # A district has more firms than a list to choose from can hold.
    raw_id_fields = ("head_office",)
    inlines = (TenancyInline, NameInline, HonourInline)

    def get_fields(self, request, obj=None):
        """The reason stands beside a row that somebody may correct."""
        may_correct = obj is not None and self.has_change_permission(request, obj)
        return (*FACTS, "reason") if may_correct else FACTS

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in {"registered_street", "operating_street"}:
            kwargs["queryset"] = Unit.objects.filter(kind=Unit.Kind.STREET)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def add_row(self, request, values):
        return self._told(request, enterprises.create(by=request.user, **values))

    def change_row(self, request, obj, values, seen):
        reason = values.pop("reason", "")
        row = enterprises.update(enterprise=obj, values=values, seen=seen, reason=reason, by=request.user)
        return self._told(request, row)

    def _told(self, request, firm: Enterprise) -> Enterprise:
        """What is odd about the code, beside the word that it is saved."""
        if warning := credit_code_warning(firm.credit_code):
            self.message_user(request, warning, messages.WARNING)
        return firm
