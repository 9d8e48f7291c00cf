"""Forms as data: the identity of a version, what it asks and checks, and the next version."""

from collections.abc import Callable

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.decorators import action

from guandu.accounts.permissions import Permission
from guandu.core.errors import PortalError
from guandu.web.admin import OfficialAdmin, ReadOnlyInline
from guandu.web.posted import refuse_unknown
from targets.actions import templates
from targets.checks.relations import Check
from targets.forms_dictionary import CellsForm, ChecksForm, NextTemplateForm, RouteForm
from targets.forms_rows import RowsForm
from targets.models import ReturnTemplate, TemplateCell
from targets.models.template import SURVEY_FIELDS
from targets.queries.check_trial import Trial, try_checks

TRY = "_try"


class TemplateCellInline(ReadOnlyInline):
    model = TemplateCell
    fields = readonly_fields = (
        "position", "section", "indicator", "is_required", "asks_base", "of_lines", "minimum", "maximum",
        "help_text",
    )  # fmt: skip


@admin.register(ReturnTemplate)
class ReturnTemplateAdmin(OfficialAdmin):
    view_permission = Permission.REFERENCE_VIEW
    edit_permission = Permission.REFERENCE_EDIT
    list_display = ("name", "number", "valid_from", "valid_to", "kind", "subject_kind", "frequency", "filer", "code")
    list_filter = ("kind", "subject_kind", "frequency")
    list_select_related = ("filer",)
    fields = (
        "code", ("series", "number"), "name", "kind", *SURVEY_FIELDS, "subject_kind", "filer", "frequency",
        ("valid_from", "valid_to"), "opens_days", "due_days", "closes_days", "opens_itself", "lines_kind",
        "shows_values", "needs_scan", "printed_line",
        "route_words", "check_words",
    )  # fmt: skip
    readonly_fields = ("route_words", "check_words")
    fixed_fields = ("code", "series", "number", "subject_kind", "frequency", "valid_from", "valid_to")
    inlines = (TemplateCellInline,)
    actions_detail = ("edit_cells", "edit_checks", "edit_route", "issue_version")

    @admin.display(description="审核流程")
    def route_words(self, template: ReturnTemplate) -> str:
        return " → ".join(f"{step.get('by', '')}{step.get('label', '')}" for step in template.route) or "—"

    @admin.display(description="审核关系")
    def check_words(self, template: ReturnTemplate) -> str:
        names = dict(template.cells.values_list("indicator__code", "indicator__name"))
        return "；".join(Check.of(rule).sentence(names) for rule in template.checks) or "—"

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        fixed = ("kind", "lines_kind", "shows_values", *SURVEY_FIELDS) if obj is not None and obj.is_used else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def change_row(self, request, obj, values, seen):
        return templates.update(template=obj, values=values, seen=seen, by=request.user)

    @action(description="编辑指标", url_path="cells", permissions=["change"], icon="table_rows")
    def edit_cells(self, request: HttpRequest, object_id: str) -> HttpResponse:
        template = self.visible_or_404(request, object_id)
        form = CellsForm(request.POST or None, template=template)

        def run() -> str:
            templates.compose(template=template, cells=form.cells(), by=request.user)
            return "报表指标已保存。"

        help_text = "清空“指标”一栏即删去该行；次序从小到大排列。上下限按指标的计量单位填写，超出时请填报单位说明原因。"
        return self._rows_page(request, template, form, "编辑报表指标", run, {"help_text": help_text})

    @action(description="编辑审核关系", url_path="checks", permissions=["change"], icon="rule")
    def edit_checks(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Saved, or with the other button only tried on what was last filed."""
        template = self.visible_or_404(request, object_id)
        form = ChecksForm(request.POST or None, template=template)
        context = {
            "help_text": "两边写本表指标的名称或编码，可用 + - * /、数字和百分数，例如 0.1*入驻企业数；@上期、@上年同期 取该指标上期数、"
            "上年同期可比数。清空“左边”即删去该行。",
            "try_name": TRY,
        }
        if TRY in request.POST and form.is_valid():
            context["trial"] = self._trial(request, template, form)

        def run() -> str:
            templates.set_checks(template=template, checks=form.checks(), by=request.user)
            return "审核关系已保存。"

        return self._rows_page(request, template, form, "编辑审核关系", run, context)

    def _trial(self, request: HttpRequest, template: ReturnTemplate, form: ChecksForm) -> Trial | None:
        try:
            return try_checks(template, templates.read_checks(template, form.checks()), request.user)
        except PortalError as refusal:
            form.refuse(refusal)
            return None

    @action(description="编辑审核流程", url_path="route", permissions=["change"], icon="route")
    def edit_route(self, request: HttpRequest, object_id: str) -> HttpResponse:
        template = self.visible_or_404(request, object_id)
        form = RouteForm(request.POST or None, template=template)

        def run() -> str:
            templates.set_route(template=template, steps=form.steps(), by=request.user)
            return "审核流程已保存。"

        help_text = "审核在前、核定在后，核定不能没有。清空“环节”一栏即删去该行。"
        return self._rows_page(request, template, form, "编辑审核流程", run, {"help_text": help_text})

    @action(description="建立新版本", url_path="issue", permissions=["change"], icon="new_label")
    def issue_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        template = self.visible_or_404(request, object_id)
        form = NextTemplateForm(request.POST or None)

        def run(data: dict) -> str:
            made = templates.issue(template=template, by=request.user, **data)
            return f"第 {made.number} 版（{made.code}）自 {made.valid_from} 起用，布置之前可以修改其指标、审核关系和流程。"

        return self.form_page(request, template, form, title="建立报表模板新版本", verb="建立", run=run)

    def _rows_page(
        self, request: HttpRequest, template: ReturnTemplate, form: RowsForm, title: str, run: Callable[[], str], context: dict
    ) -> HttpResponse:
        """A table of rows whose data go to one action; a refusal is shown at its row."""
        if request.method == "POST" and form.is_valid():
            try:
                refuse_unknown(request, {*form.fields, TRY})
                if TRY not in request.POST:
                    self.message_user(request, run())
                    return redirect(self.address_of(template))
            except PortalError as refusal:
                form.refuse(refusal)
        given = {
            "title": title,
            "subtitle": str(template),
            "original": template,
            "form": form,
            "used": template.is_used,
            "back": self.address_of(template),
            "media": self.media + form.media,
            **context,
        }
        return self.page(request, "admin/rows_form.html", given)
