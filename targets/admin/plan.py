"""The plan's rows: the office edits them, nobody adds one by hand."""

from django.contrib import admin
from django.http import HttpRequest

from guandu.accounts.permissions import Permission
from guandu.web.admin import OfficialAdmin
from targets.actions import plan
from targets.forms_plan import MechanismForm, TargetForm
from targets.models import Ambiguity, Mechanism, Plan, QualitativeAim, Target


@admin.register(Plan)
class PlanAdmin(OfficialAdmin):
    view_permission = Permission.PLAN_VIEW
    edit_permission = Permission.PLAN_EDIT
    list_display = ("title", "issuer", "issued_on", "starts_on", "ends_on")
    fields = ("code", "title", "issuer", "issued_on", "starts_on", "ends_on")
    fixed_fields = ("code", "issued_on", "starts_on", "ends_on")

    def change_row(self, request, obj, values, seen):
        return plan.update_plan(plan=obj, values=values, seen=seen, by=request.user)


class OfPlanAdmin(OfficialAdmin):
    """A numbered row of a plan: the office edits it, nobody adds one by hand."""

    view_permission = Permission.PLAN_VIEW
    edit_permission = Permission.PLAN_EDIT
    search_fields = ("code", "title")
    # Which names of the form are sets of units and go to the action beside the values.
    unit_sets: tuple[str, ...] = ()

    def get_fields(self, request: HttpRequest, obj=None):
        names = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return [name for name in names if name != "units_text"]
        return [name for name in names if name not in self.unit_sets]

    def split(self, form_values: dict) -> tuple[dict, dict]:
        """The values of the row, and the sets of units beside it."""
        units = {name: form_values.pop(name) for name in self.unit_sets if name in form_values}
        return form_values, units


@admin.register(Target)
class TargetAdmin(OfPlanAdmin):
    form = TargetForm
    list_display = ("code", "title", "operator", "value", "unit", "deadline", "indicator", "waits_for")
    list_display_links = ("code", "title")
    list_filter = ("goal", "force", "shape")
    list_select_related = ("indicator",)
    fields = (
        "code", "clause", "goal", "title", "metric", "operator", "value", "unit", "deadline", "deadline_note",
        "force", "shape", "indicator", "baseline_note", "caliber", "waits_for", "leads", "responsible",
        "units_text",
    )  # fmt: skip
    # Value and deadline change by a document, on the page 目标调整.
    fixed_fields = (
        "code", "clause", "goal", "operator", "value", "deadline", "force", "shape", "indicator", "units_text",
    )  # fmt: skip
    unit_sets = ("leads", "responsible")

    @admin.display(description="责任单位")
    def units_text(self, target: Target) -> str:
        duties = target.duties.select_related("unit")
        return "、".join(f"{duty.unit.name}{'（牵头）' if duty.leads else ''}" for duty in duties) or "—"

    def change_row(self, request, obj, values, seen):
        said = self.both_sets(request, obj, values)
        return plan.update_target(target=obj, seen=seen, by=request.user, **said)

    def both_sets(self, request: HttpRequest, obj: Target, values: dict) -> dict:
        """Leads and responsible units together, since a unit stands in one of them only."""
        values, units = self.split(values)
        if not units:
            return {"values": values}
        duties = obj.duties.select_related("unit")
        known = {
            "leads": [duty.unit for duty in duties if duty.leads],
            "responsible": [duty.unit for duty in duties if not duty.leads],
        }
        return {"values": values, **known, **units}


@admin.register(QualitativeAim)
class QualitativeAimAdmin(OfPlanAdmin):
    list_display = ("code", "title", "clause")
    list_display_links = ("code", "title")
    fields = ("code", "clause", "title")
    fixed_fields = ("code", "clause")

    def change_row(self, request, obj, values, seen):
        return plan.update_aim(aim=obj, values=values, seen=seen, by=request.user)


@admin.register(Mechanism)
class MechanismAdmin(OfPlanAdmin):
    form = MechanismForm
    list_display = ("code", "title", "clause")
    list_display_links = ("code", "title")
    fields = ("code", "clause", "title", "content", "leads", "responsible", "units_text")
    fixed_fields = ("code", "clause", "units_text")
    unit_sets = ("leads", "responsible")

    @admin.display(description="单位")
    def units_text(self, mechanism: Mechanism) -> str:
        leads = [f"{unit.name}（牵头）" for unit in mechanism.leads.all()]
        return "、".join([*leads, *(unit.name for unit in mechanism.responsible.all())]) or "—"

    def change_row(self, request, obj, values, seen):
        values, units = self.split(values)
        return plan.update_mechanism(mechanism=obj, values=values, seen=seen, by=request.user, **units)


@admin.register(Ambiguity)
class AmbiguityAdmin(OfPlanAdmin):
    list_display = ("code", "place", "question", "reading")
    list_display_links = ("code", "place")
    search_fields = ("code", "place", "question", "reading")
    fields = ("code", "place", "question", "reading")
    fixed_fields = ("code", "place")

    def change_row(self, request, obj, values, seen):
        return plan.update_ambiguity(ambiguity=obj, values=values, seen=seen, by=request.user)
