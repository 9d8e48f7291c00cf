"""Cycles: opened by the office, their days moved by it."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from guandu.accounts.permissions import Permission
from guandu.web.admin import OfficialAdmin
from targets.actions import cycles
from targets.forms_plan import CycleForm
from targets.models import Cycle


@admin.register(Cycle)
class CycleAdmin(OfficialAdmin):
    view_permission = add_permission = edit_permission = Permission.CYCLE_OPEN
    form = CycleForm
    list_display = ("period", "template", "opens_on", "due_on", "closes_on", "opened_at")
    list_filter = ("period", "template")
    list_select_related = ("template",)
    fields = ("template", "period", "opens_on", "due_on", "closes_on", "opened_at")
    readonly_fields = ("opened_at",)
    fixed_fields = ("template", "period")

    def get_fields(self, request: HttpRequest, obj=None):
        return super().get_fields(request, obj) if obj else ["template", "quarter"]

    def add_row(self, request, values):
        opening = cycles.open_counted(
            template=values["template"], period=values["quarter"], by=request.user
        )
        self.message_user(request, opening.sentence)
        return opening.cycle

    def change_row(self, request, obj, values, seen):
        return cycles.reschedule(cycle=obj, values=values, seen=seen, by=request.user)

    def response_add(self, request: HttpRequest, obj: Cycle, post_url_continue=None) -> HttpResponse:
        return redirect(self.address_of(obj))
