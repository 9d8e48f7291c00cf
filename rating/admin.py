"""Schemes in the officials' admin, to read: they change by their files."""

from django.contrib import admin

from guandu.accounts.permissions import Permission
from guandu.web.admin import OfficialAdmin
from rating.models import Scheme


@admin.register(Scheme)
class SchemeAdmin(OfficialAdmin):
    view_permission = Permission.ASSESSMENT_VIEW
    list_display = ("title", "version", "state", "loaded_at", "code")
    fields = ("code", "version", "title", "state", "loaded_at", "digest", "text")
    readonly_fields = ("loaded_at", "digest")
