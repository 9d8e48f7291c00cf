"""完整提供: which clients of the government read also what stands on few firms."""

from django.contrib import admin
from django.http import HttpRequest

from guandu.accounts.models import Grant
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.web.admin import OfficialAdmin
from targets.actions import disclosures
from targets.forms_disclosures import DisclosureForm
from targets.models import Disclosure


@admin.register(Disclosure)
class DisclosureAdmin(OfficialAdmin):
    view_permission = add_permission = edit_permission = Permission.PUBLICATION_ISSUE
    form = DisclosureForm
    list_display = ("client", "valid_from", "valid_to", "reason", "given_by")
    list_select_related = ("client",)
    readonly_fields = ("valid_from", "valid_to", "given_by", "given_at", "ended_by")
    fixed_fields = ("client", "reason")

    def get_fields(self, request: HttpRequest, obj=None):
        return ["client", "reason", *self.readonly_fields, "stop"] if obj else ["client", "reason"]

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        clients = Grant.objects.on(clock.today()).filter(role=RoleCode.API_CLIENT)
        field.queryset = field.queryset.filter(pk__in=clients.values("user"))
        return field

    def add_row(self, request, values):
        return disclosures.give(client=values["client"], reason=values["reason"], by=request.user)

    def change_row(self, request, obj, values, seen):
        return disclosures.end(disclosure=obj, by=request.user) if values.get("stop") else obj
