"""Loading a plan's targets, aims and rule of status from its data files."""

from guandu.accounts.models import Unit
from guandu.exchange.loaded_rows import Part, RowLoader, members
from guandu.exchange.marked_yaml import Row
from parks.actions.load_register import ordered
from targets.enums import Operator
from targets.enums_plan import Counts, Path
from targets.models import Indicator, Plan, QualitativeAim, StatusRule, Target, TargetReading, TargetUnit
from targets.plan_files import PlanFiles

OPERATORS = {">=": Operator.AT_LEAST, ">": Operator.MORE_THAN, "<=": Operator.AT_MOST, "done": Operator.DONE}


def put_targets(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    positions = {row.code: number for number, row in enumerate(files.rows("targets"), start=1)}
    put: dict[str, Target] = {}
    for row in ordered(files.rows("targets")):
        values = _target_values(files, row) | {
            "parent": put.get(row["parent"]),
            "position": positions[row.code],
        }
        parts = [_duties_part(files, row), _readings_part(row)]
        put[row.code] = loader.put(row, Target, key={"plan": plan, "code": row.code}, values=values, parts=parts)


def _target_values(files: PlanFiles, row: Row) -> dict:
    goal, computes = files.get("goals", row["goal"]), row["computes"] or {}
    scope_kind, scope_code = computes.get("scope_kind") or "district", computes.get("scope_code") or ""
    return {
        "clause": row["clause"],
        "goal": goal["title"],
        "title": row["title"],
        "metric": f"{row['metric']}（{row['scope']}）",
        "chain_code": scope_code if scope_kind == "chain" else goal["chain"] or "",
        "scope_kind": scope_kind,
        "scope_code": scope_code,
        "operator": OPERATORS[row["op"]],
        "value": "" if row["value"] is None else str(row["value"]),
        "unit": row["unit"] or "",
        "deadline": row["deadline"],
        "deadline_note": row["deadline_note"] or "",
        "shape": row["shape"],
        "verb": row["verb"],
        "force": row["force"],
        "baseline_note": row["baseline_note"],
        "baseline_value": "" if row["baseline"] is None else str(row["baseline"]),
        "baseline_period": "" if row["baseline"] is None else _year_before(files),
        "baseline_source": "" if row["baseline"] is None else f"《{files.plan['short']}》",
        "caliber": _caliber(files, row),
        "ambiguities": row["ambiguities"],
        "indicator": Indicator.objects.filter(code=computes.get("indicator")).first(),
        "minus": Indicator.objects.filter(code=computes.get("minus")).first(),
        "counts": computes.get("counts") or Counts.VALUE,
        "reading": row["reading"] or "",
        "path": row["path"] or Path.LINEAR,
        "waits_for": row["waits_for"] or "",
    }


def _year_before(files: PlanFiles) -> str:
    return str(files.plan["starts_on"].year - 1)


def _caliber(files: PlanFiles, row: Row) -> str:
    """The reading of each doubt in force by default, for the officials to edit on the target."""
    readings = [f"{files.get('ambiguities', code)['default']}（{code}）" for code in row["ambiguities"]]
    if row["feeds"]:
        readings.append(f"同时计入 {row['feeds']}")
    return "；".join(readings) + ("。" if readings else "")


def _duties_part(files: PlanFiles, row: Row) -> Part:
    lead, responsible = files.duty(row)
    inferred = bool(row["inferred"])
    leads = dict.fromkeys(responsible, False) | dict.fromkeys(lead, True)
    wanted = sorted([code, is_lead, inferred] for code, is_lead in leads.items())

    def read(target: Target) -> list[list]:
        return sorted(list(each) for each in target.duties.values_list("unit__code", "leads", "inferred"))

    def write(target: Target) -> None:
        target.duties.all().delete()
        units = Unit.objects.in_bulk(leads, field_name="code")
        TargetUnit.objects.bulk_create(
            TargetUnit(target=target, unit=units[code], leads=is_lead, inferred=inferred)
            for code, is_lead in leads.items()
        )

    return Part("duties", wanted, read, write)


def _readings_part(row: Row) -> Part:
    """The other ways to count it, in the order of the file."""
    columns = ("code", "label", "ambiguity", "indicator", "minus", "scope_kind", "scope_code", "counts")
    wanted = [
        [(Counts.VALUE.value if name == "counts" else "") if each[name] is None else each[name] for name in columns]
        for each in row["readings"] or ()
    ]

    def read(target: Target) -> list[list]:
        rows = target.other_readings.values_list(
            "code", "label", "ambiguity", "indicator__code", "minus__code", "scope_kind", "scope_code", "counts"
        )
        return [[each or "" for each in values] for values in rows.order_by("position")]

    def write(target: Target) -> None:
        target.other_readings.all().delete()
        indicators = Indicator.objects.in_bulk({each[3] for each in wanted} | {each[4] for each in wanted}, field_name="code")
        for position, values in enumerate(wanted, start=1):
            named = dict(zip(columns, values, strict=True))
            named |= {name: indicators.get(named[name]) for name in ("indicator", "minus")}
            TargetReading.objects.create(target=target, position=position, **named)

    return Part("readings", wanted, read, write)


def put_aims(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    for position, row in enumerate(files.rows("qualitative"), start=1):
        lead, responsible = files.duty(row)
        values = {
            "clause": row["clause"],
            "title": row["title"],
            "proof": row["proof"],
            "is_yearly": "每年" in row["proof"],
            "inferred": bool(row["inferred"]),
            "position": position,
        }
        parts = [
            members("leads", Unit.objects.filter(code__in=lead)),
            members("responsible", Unit.objects.filter(code__in=responsible)),
        ]
        loader.put(row, QualitativeAim, key={"plan": plan, "code": row.code}, values=values, parts=parts)


def put_rules(files: PlanFiles, plan: Plan, loader: RowLoader) -> None:
    for row in files.rows("rules"):
        values = {
            "normal_from": row["normal_from"], "risk_from": row["risk_from"], "valid_from": plan.starts_on, "valid_to": None
        }  # fmt: skip
        loader.put(row, StatusRule, key={"plan": plan, "number": int(row.code)}, values=values)
