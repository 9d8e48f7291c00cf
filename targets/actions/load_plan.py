"""Loading the plan from its data files, without treading on what officials have edited."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

from guandu.accounts.models import Unit
from guandu.accounts.permissions import Permission
from guandu.audit.actions import about, action
from guandu.audit.changes import snapshot
from guandu.core.actors import Actor
from guandu.core.errors import Invalid, NotAllowed
from guandu.exchange.loaded_rows import Part, RowLoader, Tally, members
from guandu.exchange.marked_yaml import Row
from parks.actions.load_register import load_register
from targets.actions.load_targets import put_aims, put_rules, put_targets
from targets.actions.load_tasks import put_tasks
from targets.enums import TemplateKind
from targets.models import (
    Ambiguity,
    CertifiedValue,
    Figure,
    Indicator,
    IndicatorVersion,
    Mechanism,
    Plan,
    ReturnLine,
    ReturnTemplate,
    TemplateCell,
)
from targets.plan_arithmetic import kept_findings
from targets.plan_files import PlanFiles, read_plan_files, rule_of
from targets.plan_shapes import PLAN_FILE

FIRST_DAY = date(2020, 1, 1)  # of version 1 of an indicator: before any baseline that may be 补录
FORMS = {"工作调度表": TemplateKind.WORK, "统计调查表": TemplateKind.SURVEY}
FILED = frozenset({"flow", "stock"})


class _NothingToWrite(Exception):
    """Undoes a load that wrote nothing, so that the trail gets no empty event."""


def load_plan(*, root: Path, plan: str = PLAN_FILE, force: bool = False, by: Actor) -> tuple[PlanFiles, Tally]:
    """Load the files below `root`, of them the plan `plan`; what they hold and what was done.

    Raises BrokenFiles (nothing is written) with every wrong file and line.
    """
    files = read_plan_files(root, plan)
    loader = RowLoader(force=force)
    with suppress(_NothingToWrite):
        write_plan(files=files, loader=loader, by=by)
    return files, loader.tally


@action("plan.load")
def write_plan(*, files: PlanFiles, loader: RowLoader, by: Actor) -> None:
    """Write the records of `files` through `loader`, in one transaction and one audit event."""
    if by.actor_kind == "user" and not by.may(Permission.PLAN_EDIT):
        raise NotAllowed("只有园区发展办可以载入行动计划。")
    plan = _put_plan(files, loader)
    about(plan)
    if not files.is_another:
        load_register(rows=files.sections, loader=loader, since=plan.starts_on, by=by)
    for put_section in OF_A_PLAN if files.is_another else SECTIONS:
        put_section(files, plan, loader)
    if not loader.tally.wrote:
        raise _NothingToWrite


def _put_plan(files: PlanFiles, loader: RowLoader) -> Plan:
    row = files.plan
    values = {
        "title": row["title"],
        "issuer": files.get("units", row["issuer"])["name"],
        "issued_on": row["issued_on"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "findings": kept_findings(files),
    }
    return loader.put(row, Plan, key={"code": row.code}, values=values)


def _put_indicators(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    for position, row in enumerate(files.rows("indicators"), start=1):
        certifier = files.get("units", row["certifier"])
        values = {
            "name": row["name"],
            "caliber": row["meaning"],
            "kind": row["kind"],
            # What is not filed is collected nowhere.
            "level": row["level"] if row["kind"] in FILED else "",
            "frequency": row["frequency"],
            "direction": row["direction"],
            "over_space": row["over_space"],
            "over_time": row["over_time"],
            "certifying_unit": certifier["name"] if certifier else row["certifier_note"] or "",
            "sources": row["sources"],
            "feeds": row["feeds"],
            "note": row["note"] or "",
            "position": position,
        }
        loader.put(row, Indicator, key={"code": row.code}, values=values, parts=[_version_part(row)])


def _version_part(row: Row) -> Part:
    """Unit, scale and formula: the indicator's open version."""
    wanted = {
        "unit": row["unit"],
        "scale": row["decimals"],
        "display_decimals": row["display_decimals"],
        "definition": row["definition"] or {},
    }

    def read(indicator: Indicator) -> dict | None:
        version = indicator.versions.filter(valid_to=None).first()
        return version and {name: getattr(version, name) for name in wanted}

    def write(indicator: Indicator) -> None:
        version = indicator.versions.filter(valid_to=None).first()
        if version is None:
            IndicatorVersion.objects.create(indicator=indicator, valid_from=FIRST_DAY, **wanted)
            return
        _refuse_if_used(row, version, wanted)
        for name, value in wanted.items():
            setattr(version, name, value)
        version.save()

    return Part("version", wanted, read, write)


def _refuse_if_used(row: Row, version: IndicatorVersion, wanted: dict) -> None:
    fixed = ("unit", "scale", "definition")
    if all(getattr(version, name) == wanted[name] for name in fixed):
        return
    used = (
        CertifiedValue.objects.filter(indicator_version=version).exists()
        or Figure.objects.filter(indicator_version=version).exists()
        or ReturnLine.objects.filter(values__has_key=row.code).exists()
    )
    if used:
        raise Invalid(
            f"{row.path} 第 {row.line} 行：指标 {row.code} 已有数据，计量单位、小数位和计算方法不能改动，"
            "请在后台为该指标新建一个版本。"
        )


def _put_templates(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    for row in files.rows("templates"):
        fixed = _fixed_of_template(row)
        values = {
            "name": row["name"],
            "filer": Unit.objects.filter(code=row["filer"]).first(),
            "printed_line": row["printed_line"],
            "opens_days": 1 if row["opens_days"] is None else row["opens_days"],
            "due_days": row["due_days"],
            "closes_days": row["closes_days"] or 0,
            "opens_itself": bool(row["opens_itself"]),
        }
        if row["last_period"]:
            values["valid_to"] = row["last_period"]
        parts = [_fixed_part(row, fixed), _cells_part(row)]
        loader.put(row, ReturnTemplate, key={"code": row.code}, values=values, parts=parts, initial=fixed)


def _fixed_of_template(row: Row) -> dict:
    """What a form that was asked keeps."""
    survey = row["survey"][0].values if row["survey"] else {}
    return {
        "series": row["series"] or row.code,
        "number": row["number"] or 1,
        "kind": FORMS[row["form"]],
        "subject_kind": row["subject"],
        "frequency": row["frequency"],
        "valid_from": row["first_period"],
        "route": [{k: v for k, v in step.values.items() if v is not None} for step in row["route"]],
        "lines_kind": row["lines"] or "",
        "shows_values": row["shows_values"] is not False,
        "needs_scan": bool(row["needs_scan"]),
        "checks": [rule_of(check) for check in row["checks"]],
        "survey_number": survey.get("number", ""),
        "survey_issuer": survey.get("issuer", ""),
        "survey_approval": survey.get("approval", ""),
        "survey_valid_until": survey.get("valid_until"),
    }


def _fixed_part(row: Row, fixed: dict) -> Part:
    def read(template: ReturnTemplate) -> dict:
        plain = snapshot(template)
        return {name: plain[name] for name in fixed}

    def write(template: ReturnTemplate) -> None:
        if template.pk and read(template) == wanted:
            return
        _refuse_if_asked(row, template)
        for name, value in fixed.items():
            setattr(template, name, value)
        template.save()

    plain = snapshot(ReturnTemplate(**fixed))
    wanted = {name: plain[name] for name in fixed}
    return Part("fixed", wanted, read, write)


def _refuse_if_asked(row: Row, template: ReturnTemplate) -> None:
    if template.is_used:
        raise Invalid(
            f"{row.path} 第 {row.line} 行：《{row['name']}》已布置过，指标、审核关系、流程和标识不能改动，"
            "请为该表新建一个版本。"
        )


def _cells_part(row: Row) -> Part:
    sections = {each.code: each["name"] for each in row["sections"]}
    wanted = [
        {
            "indicator": cell["indicator"],
            "section": sections[cell["section"]],
            "position": cell["order"],
            "is_required": cell["required"],
            "asks_base": cell["compare"],
            "of_lines": bool(cell["lines"]),
            "minimum": _bound(cell["minimum"]),
            "maximum": _bound(cell["maximum"]),
            "help_text": cell["help"] or "",
        }
        for cell in sorted(row["cells"], key=lambda cell: cell["order"])
    ]

    def read(template: ReturnTemplate) -> list[dict]:
        cells = template.cells.select_related("indicator").order_by("position")
        return [
            {
                "indicator": c.indicator.code,
                "section": c.section,
                "position": c.position,
                "is_required": c.is_required,
                "asks_base": c.asks_base,
                "of_lines": c.of_lines,
                "minimum": _bound(c.minimum),
                "maximum": _bound(c.maximum),
                "help_text": c.help_text,
            }
            for c in cells
        ]

    def write(template: ReturnTemplate) -> None:
        _refuse_if_asked(row, template)
        template.cells.all().delete()
        indicators = Indicator.objects.in_bulk(field_name="code")
        TemplateCell.objects.bulk_create(
            TemplateCell(template=template, **(cell | {"indicator": indicators[cell["indicator"]]}))
            for cell in wanted
        )

    return Part("cells", wanted, read, write)


def _bound(value: Decimal | None) -> str | None:
    """Plain enough for JSON, and one text for one number."""
    return None if value is None else f"{value.normalize():f}"


def _put_mechanisms(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    for position, row in enumerate(files.rows("mechanisms"), start=1):
        lead, responsible = files.duty(row)
        values = {
            "clause": row["clause"],
            "title": row["title"],
            "content": "。".join(each for each in (row["content"], row["note"]) if each) + "。",
            "position": position,
        }
        parts = [
            members("leads", Unit.objects.filter(code__in=lead)),
            members("responsible", Unit.objects.filter(code__in=responsible)),
        ]
        loader.put(row, Mechanism, key={"plan": plan, "code": row.code}, values=values, parts=parts)


def _put_ambiguities(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    for position, row in enumerate(files.rows("ambiguities"), start=1):
        values = {
            "place": row["where"],
            "question": row["question"],
            "reading": row["default"],
            "position": position,
        }
        loader.put(row, Ambiguity, key={"plan": plan, "code": row.code}, values=values)


PutSection = Callable[[PlanFiles, Plan, RowLoader], None]
OF_A_PLAN: tuple[PutSection, ...] = (put_targets, put_aims, put_rules, _put_mechanisms, put_tasks, _put_ambiguities)
SECTIONS: tuple[PutSection, ...] = (_put_indicators, _put_templates, *OF_A_PLAN)
