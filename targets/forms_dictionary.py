"""Forms of the dictionary and of forms as data in the officials' admin."""

from typing import Any

from django import forms
from unfold import widgets

from guandu.web.admin_fields import choice, count, text
from targets.actions.templates import FILED, STEPS, AskedCell, step_id
from targets.checks.expressions import parsed
from targets.checks.relations import MISSING_WORDS, OPERATOR_WORDS, SEVERITY_WORDS
from targets.enums import SubjectKind
from targets.forms_rows import ExactField, RowsForm
from targets.models import Indicator, IndicatorVersion, ReturnTemplate

YES, NO = "1", "0"
COMPARABLE, NOT_COMPARABLE = "factor", "none"
FORMULA = {"ratio": ("num", "den"), "share": ("num", "den"), "count_over_line": ("at_least", "below")}


def paragraph(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}))


class NextTemplateForm(forms.Form):
    first_period = text("起用报告期", max_length=10, help_text="例如 2027Q1；此前的报告期仍用现行版本")


class NextIndicatorForm(forms.Form):
    """A version from a period on, and how it follows from the one before."""

    first_period = text("起用报告期", max_length=10, help_text="例如 2027Q1，自该期第一天起用")
    unit = text("计量单位", max_length=20)
    scale = count("存储小数位", help_text="最多 6 位")
    display_decimals = count("显示小数位")
    caliber = paragraph("口径")
    comparable = choice("与现行版本", ((COMPARABLE, "可换算"), (NOT_COMPARABLE, "不可比")))
    factor = text(
        "换算系数", required=False, max_length=40, help_text="新数 = 旧数 × 系数，写成小数或分数，例如 0.0001 或 1/10000；单位不变的填 1"
    )

    def __init__(self, data=None, *, version: IndicatorVersion) -> None:
        super().__init__(data)
        self.version = version
        for name in ("unit", "scale", "display_decimals"):
            self.fields[name].initial = getattr(version, name)
        self.fields["scale"].max_value = self.fields["display_decimals"].max_value = 6
        self.fields["caliber"].initial = version.indicator.caliber
        self.fields["comparable"].initial = COMPARABLE
        for name in FORMULA.get(version.definition.get("op"), ()):
            self.fields[name] = self._formula_field(name)
            self.fields[name].initial = version.definition.get(name)

    def _formula_field(self, name: str) -> forms.Field:
        if name in ("num", "den"):
            others = Indicator.objects.exclude(pk=self.version.indicator_id).filter(kind__in=FILED)
            return choice({"num": "分子", "den": "分母"}[name], list(others.values_list("code", "name")))
        field = ExactField(label={"at_least": "不低于", "below": "低于（可不填）"}[name])
        field.required = name == "at_least"
        return field

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("comparable") == COMPARABLE and not data.get("factor"):
            self.add_error("factor", "可换算的须写明换算系数；单位和口径都可比的填 1。")
        if data.get("comparable") == NOT_COMPARABLE:
            data["factor"] = ""
        for name in ("scale", "display_decimals"):
            if (data.get(name) or 0) > 6:
                self.add_error(name, "小数位最多 6 位。")
        return data

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        data = dict(self.cleaned_data)
        del data["comparable"]
        parts = {name: data.pop(name) for name in FORMULA.get(self.version.definition.get("op"), ())}
        written = {name: part if isinstance(part, str) or part is None else f"{part:f}" for name, part in parts.items()}
        return data | {"definition": self.version.definition | written}


class CellsForm(RowsForm):
    """What the form asks, line by line."""

    key = "indicator"
    most = 60

    def __init__(self, data=None, *, template: ReturnTemplate) -> None:
        self.template = template
        levels = {template.subject_kind, *((SubjectKind.PARK,) if template.lines_kind else ())}
        filed = Indicator.objects.filter(kind__in=FILED, level__in=levels)
        offered = [("", "—"), *filed.values_list("code", "name")]
        self.columns = {
            "indicator": lambda: choice("指标", offered),
            "section": lambda: text("分组", max_length=40),
            "is_required": lambda: choice("必填", ((YES, "必填"), (NO, "选填"))),
            "asks_base": lambda: choice("上年同期", ((NO, "不填"), (YES, "另填可比数"))),
            "of_lines": lambda: choice("逐行", ((NO, "不逐行"), (YES, "逐行填报"))),
            "minimum": lambda: ExactField(label="下限"),
            "maximum": lambda: ExactField(label="上限"),
            "help_text": lambda: text("填报说明", max_length=120),
        }
        cells = template.cells.select_related("indicator").order_by("position")
        super().__init__(data, rows=[_row_of(cell) for cell in cells])

    def cells(self) -> list[AskedCell]:
        known = Indicator.objects.in_bulk([row["indicator"] for row in self.said], field_name="code")
        return [
            AskedCell(
                known[row["indicator"]], row["section"] or "", row["is_required"] != NO, row["asks_base"] == YES,
                row["minimum"], row["maximum"], row["help_text"] or "", row["of_lines"] == YES,
            )
            for row in self.said
        ]  # fmt: skip


def _row_of(cell) -> dict[str, Any]:
    bounds = {name: getattr(cell, name) for name in ("minimum", "maximum")}
    return {
        "indicator": cell.indicator.code,
        "section": cell.section,
        "is_required": YES if cell.is_required else NO,
        "asks_base": YES if cell.asks_base else NO,
        "of_lines": YES if cell.of_lines else NO,
        **{name: "" if value is None else f"{value.normalize():f}" for name, value in bounds.items()},
        "help_text": cell.help_text,
    }


class ChecksForm(RowsForm):
    """The relations between cells, written in the names that the form prints."""

    key = "left"

    def __init__(self, data=None, *, template: ReturnTemplate) -> None:
        self.columns = {
            "left": lambda: text("左边", max_length=300),
            "op": lambda: choice("关系", list(OPERATOR_WORDS.items())),
            "right": lambda: text("右边", max_length=300),
            "severity": lambda: choice("性质", list(SEVERITY_WORDS.items())),
            "missing": lambda: choice("有未填时", list(MISSING_WORDS.items())),
            "message": lambda: text("提示语", max_length=200),
        }
        names = _written_names(template)
        rows = []
        for rule in template.checks:
            sides = {side: parsed(rule[side]).in_names(names) for side in ("left", "right")}
            kept = {name: rule.get(name) or "" for name in ("op", "severity", "message")}
            rows.append(sides | kept | {"missing": rule.get("missing") or "skip_any"})
        super().__init__(data, rows=rows)

    def checks(self) -> list[dict[str, Any]]:
        return [{name: row[name] or "" for name in self.columns} for row in self.said]


def _written_names(template: ReturnTemplate) -> dict[str, str]:
    """Code → the name as an expression may write it; a name that two cells share stays a code."""
    pairs = list(template.cells.values_list("indicator__code", "indicator__name"))
    names = [name for _, name in pairs]
    return {code: name for code, name in pairs if names.count(name) == 1 and "]" not in name}


class RouteForm(RowsForm):
    """Who reviews and settles, in their order."""

    key = "step"
    blank = 1
    most = len(STEPS)

    def __init__(self, data=None, *, template: ReturnTemplate) -> None:
        self.columns = {
            "step": lambda: choice("环节", [("", "—"), *STEPS.items()]),
            "label": lambda: text("名称", max_length=20),
            "by": lambda: text("由谁办理", max_length=40),
            "days": lambda: text("意见期限（工作日）", max_length=2),
        }
        rows = [
            {name: step.get(name, "") for name in self.columns} | {"step": step_id(step)} for step in template.route
        ]
        super().__init__(data, rows=rows)

    def steps(self) -> list[dict[str, str]]:
        return [self._step(row) for row in self.said]

    @staticmethod
    def _step(row: dict[str, Any]) -> dict[str, str]:
        step, _, side = (row["step"] or "").partition(":")
        days = str(row["days"] or "")
        return {
            "step": step, "label": row["label"] or "", "by": row["by"] or "", "side": side,
            "days": days if days.isascii() and days.isdigit() else "",
        }  # fmt: skip
