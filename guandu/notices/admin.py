"""Reminder rules in the officials' admin."""

from django.contrib import admin

from guandu.accounts.permissions import Permission
from guandu.notices.actions import rules
from guandu.notices.forms import ReminderRuleForm
from guandu.notices.models import ReminderRule
from guandu.web.admin import OfficialAdmin


@admin.register(ReminderRule)
class ReminderRuleAdmin(OfficialAdmin):
    view_permission = edit_permission = add_permission = Permission.REMINDER_EDIT
    form = ReminderRuleForm
    list_display = ("name", "series", "event", "offset", "unit", "audience", "grouping", "is_on")
    list_filter = ("event", "audience", "is_on")
    fields = ("code", "name", "series", "event", "offset", "unit", "audience", "grouping", "is_on", "note")

    def add_row(self, request, values):
        return rules.create(by=request.user, **values)

    def change_row(self, request, obj, values, seen):
        return rules.update(rule=obj, values=values, seen=seen, by=request.user)
