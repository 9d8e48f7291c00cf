"""Projects in the officials' admin; stages move on the project's own page."""

from django.contrib import admin

from guandu.accounts.permissions import Permission
from guandu.web.admin import OfficialAdmin, OfficialForm, ReadOnlyInline
from guandu.web.admin_fields import UnitsField
from investment.actions import projects
from investment.models import Project, StageMove


class ProjectForm(OfficialForm):
    promised_investment = UnitsField(scale=2, label="计划总投资", help_text="万元，最多两位小数；未定请留空")

    class Meta:
        model = Project
        fields = ("code", "name", "chain", "park", "street", "note")


class StageMoveInline(ReadOnlyInline):
    model = StageMove
    fields = readonly_fields = ("on", "from_stage", "to_stage", "comment", "actor_name")


@admin.register(Project)
class ProjectAdmin(OfficialAdmin):
    view_permission = Permission.PROJECT_VIEW
    edit_permission = Permission.PROJECT_EDIT
    form = ProjectForm
    list_display = ("name", "chain", "park", "stage", "code")
    list_filter = ("stage", "chain")
    list_select_related = ("chain", "park")
    search_fields = ("name", "code")
    fields = ("code", "name", "chain", "park", "street", "stage", "promised_investment", "note")
    fixed_fields = ("code", "stage")
    inlines = (StageMoveInline,)

    def change_row(self, request, obj, values, seen):
        return projects.update(project=obj, values=values, version=seen["version"], by=request.user)
