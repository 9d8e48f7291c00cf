"""The machinery rooms in the officials' admin: the trail for the audit administrator."""

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string

from guandu.accounts.permissions import Permission
from guandu.audit.models import AuditEvent
from guandu.audit.queries import changes_of
from guandu.audit.words import type_in_words, verb_in_words
from guandu.web.admin import OfficialAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(OfficialAdmin):
    view_permission = Permission.AUDIT_VIEW
    list_display = ("seq", "at", "actor_name", "verb_text", "object_name", "outcome", "reason")
    list_filter = ("outcome",)
    date_hierarchy = "at"
    search_fields = ("actor_name", "actor_key", "object_name", "object_key", "reason", "request_id")
    fields = (
        "seq", "at", "actor_name", "actor_key", "address", "request_id", "verb_text", "outcome", "reason",
        "type_text", "object_name", "object_key", "changes_text", "previous_hash", "hash",
    )  # fmt: skip
    readonly_fields = ("verb_text", "type_text", "changes_text")

    def get_queryset(self, request: HttpRequest):
        rows = AuditEvent.objects.all()
        return rows if request.user.may(self.view_permission) else rows.none()

    @admin.display(description="操作", ordering="verb")
    def verb_text(self, event: AuditEvent) -> str:
        return verb_in_words(event.verb)

    @admin.display(description="对象类型")
    def type_text(self, event: AuditEvent) -> str:
        return type_in_words(event.object_type) or "—"

    @admin.display(description="变更明细")
    def changes_text(self, event: AuditEvent) -> str:
        return render_to_string("admin/audit_changes.html", {"entries": changes_of(event)})
