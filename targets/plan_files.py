"""The plan's data files: which they are, what each record holds, and whether they agree.

`read_plan_files(root)` reads all of them or raises BrokenFiles naming every file and line that is
wrong. It touches no database. What a record holds stands in targets.plan_shapes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from guandu.core.errors import Invalid
from guandu.core.periods import Period
from guandu.exchange.marked_yaml import BrokenFiles, FileError, Reader, Row
from targets.checks.relations import Missing, read_rule
from targets.definitions.graph import graph_errors, operands
from targets.definitions.shapes import Part, definition_errors
from targets.enums_plan import Counts
from targets.frequency import EXAMPLES, MONTHS, fits
from targets.plan_shapes import FILES, PLAN_FILE, REFERENCES

PREAMBLE = "发文"  # the notice itself, before the first numbered part
MOST_CELLS = 12

Wrong = Iterator[FileError]


@dataclass(frozen=True)
class PlanFiles:
    """All records of the plan's files, by section, in the order of the files. `is_another`: the plan is not the one that
    register, indicators and forms came with."""

    sections: dict[str, tuple[Row, ...]]
    is_another: bool = False

    def rows(self, section: str) -> tuple[Row, ...]:
        return self.sections[section]

    def get(self, section: str, code: str | None) -> Row | None:
        return next((row for row in self.sections[section] if row.code == code), None)

    @property
    def plan(self) -> Row:
        """The one plan; present once the files were read without errors."""
        return self.sections["plan"][0]

    def duty(self, row: Row) -> tuple[list[str], list[str]]:
        """(lead, responsible) unit codes of a target, aim or mechanism, collective names expanded."""
        source = self.get("mechanisms", row.values.get("units_from")) or row
        return self._expand(source["lead"]), self._expand(source["responsible"])

    def _expand(self, codes: list[str]) -> list[str]:
        """Unit codes with every group replaced by its members, each once, in order."""
        found: dict[str, None] = {}
        for code in codes:
            unit = self.get("units", code)
            members = unit["members"] if unit and unit["kind"] == "group" else [code]
            found.update(dict.fromkeys(members))
        return list(found)


def read_plan_files(root: Path, plan: str = PLAN_FILE) -> PlanFiles:
    """The records below `root`, checked. Raises BrokenFiles with everything that is wrong.

    With another file as `plan`, that plan beside what the usual files hold: only its own records are checked, and only
    they are to be loaded.
    """
    sections, errors = _sections(root, {name: name for name in FILES})
    files = PlanFiles(sections)
    errors += [error for check in CHECKS for error in check(files)]
    if not errors and plan != PLAN_FILE:
        own, errors = _sections(root, {PLAN_FILE: plan})
        files = PlanFiles(sections | own, is_another=True)
        errors += [error for check in CHECKS for error in check(files) if error.path == plan]
    if errors:
        raise BrokenFiles(errors)
    return files


def _sections(root: Path, names: Mapping[str, str]) -> tuple[dict[str, tuple[Row, ...]], list[FileError]]:
    """What the files hold, each read in the shapes of the usual file."""
    sections: dict[str, tuple[Row, ...]] = {}
    errors: list[FileError] = []
    for usual, name in names.items():
        reader = Reader(root / name, name)
        sections.update(reader.read(FILES[usual]))
        errors += reader.errors
    return sections, errors


def orphan_clauses(files: PlanFiles) -> list[tuple[Row, int]]:
    """Clauses whose count of numeric rows differs from the targets that name them, with that count."""
    found = Counter(row["clause"] for row in files.rows("targets"))
    counted = [row for row in files.rows("clauses") if row["targets"] is not None]
    return [(row, found[row.code]) for row in counted if row["targets"] != found[row.code]]


def _codes_are_unique(files: PlanFiles) -> Wrong:
    for rows in files.sections.values():
        first: dict[str, Row] = {}
        for row in rows:
            if row.code and row.code in first:
                yield row.error("code", f"编码“{row.code}”与第 {first[row.code].line} 行重复。")
            first.setdefault(row.code, row)


def _references_exist(files: PlanFiles) -> Wrong:
    known = {section: {row.code for row in rows} for section, rows in files.sections.items()}
    known["clauses"].add(PREAMBLE)
    for section, keys in REFERENCES.items():
        for row in files.rows(section):
            for key, target in keys.items():
                yield from _missing(row, key, known[target])


def _missing(row: Row, key: str, known: set[str]) -> Wrong:
    value = row[key]
    for code in value if isinstance(value, list) else [value]:
        if code and code not in known:
            yield row.error(key, f"“{key}”所指的“{code}”不存在。")


def _groups_have_members(files: PlanFiles) -> Wrong:
    for row in files.rows("units"):
        if (row["kind"] == "group") != bool(row["members"]):
            yield row.error("members", f"“{row['name']}”：统称必须列出成员，其他单位不列。")


def _titles_name_clauses(files: PlanFiles) -> Wrong:
    clauses = {row.code for row in files.rows("clauses")}
    for park in files.rows("parks"):
        for title in park["titles"]:
            yield from _missing(title, "clause", clauses)


def _streets_are_streets(files: PlanFiles) -> Wrong:
    for park in files.rows("parks"):
        unit = files.get("units", park["street"])
        if unit and unit["kind"] != "street":
            yield park.error("street", f"“{unit['name']}”不是街道办事处。")


def _definitions_hold(files: PlanFiles) -> Wrong:
    for row in files.rows("indicators"):
        if row["definition"]:
            yield from _definition_errors(files, row)
        elif row["kind"] == "registered":
            continue  # its source does not count yet
        elif row["kind"] not in ("flow", "stock"):
            yield row.error("definition", f"“{row.code}”不是报送的数，必须写明算法。")
        elif not row["sources"]:
            yield row.error("sources", f"“{row.code}”是报送的数，必须写明取数来源。")


def _definition_errors(files: PlanFiles, row: Row) -> Wrong:
    definition = row["definition"]
    known = {each.code: _part(each) for each in files.rows("indicators")}
    wrong = list(definition_errors(_part(row), known))
    yield from (row.error("definition", sentence) for sentence in wrong)
    if definition.get("op") == "choose_by_type":
        chains = {chain.code for chain in files.rows("chains")}
        if set(definition["map"] if isinstance(definition.get("map"), dict) else {}) != chains:
            yield row.error("definition", f"必须给每条产业链各写一个指标：{'、'.join(sorted(chains))}。")
    if wrong:
        return
    frequencies = {each.code: each["frequency"] for each in files.rows("indicators")}
    for code in operands(definition):
        if MONTHS.get(frequencies[code], 0) > MONTHS.get(row["frequency"], 12):
            yield row.error("frequency", f"“{row.code}”不能比算法中的指标“{code}”更频繁。")


def _part(row: Row) -> Part:
    return Part(row["kind"] or "", row["decimals"] or 0, row["definition"] or {})


def _definitions_stand_in_order(files: PlanFiles) -> Wrong:
    rows = {row.code: row for row in files.rows("indicators") if row.code}
    known = {code: _part(row) for code, row in rows.items()}
    if any(part.definition and list(definition_errors(part, known)) for part in known.values()):
        return
    graph = {code: operands(part.definition) for code, part in known.items()}
    for code, sentence in graph_errors(graph, {code: row["name"] for code, row in rows.items()}):
        yield rows[code].error("definition", sentence)


def _templates_hold(files: PlanFiles) -> Wrong:
    indicators = {row.code: row for row in files.rows("indicators")}
    for template in files.rows("templates"):
        sections = {row.code for row in template["sections"]}
        cells = template["cells"]
        if len(cells) > MOST_CELLS:
            sentence = f"“{template['name']}”有 {len(cells)} 个指标，最多 {MOST_CELLS} 个。"
            yield template.error("cells", sentence)
        for cell in cells:
            yield from _cell_errors(cell, indicators, sections)
        known = {cell["indicator"]: cell["indicator"] for cell in cells}
        for check in template["checks"]:
            yield from _check_errors(check, known)
        yield from _template_errors(template)


def _check_errors(check: Row, known: dict[str, str]) -> Wrong:
    try:
        read_rule(rule_of(check), known)
    except Invalid as wrong:
        for name, sentence in wrong.errors:
            yield check.error(name, f"审核关系 {check.code}：{sentence}")


def rule_of(check: Row) -> dict[str, str]:
    """A check of the file as the templates keep it."""
    kept = {name: check[name] or "" for name in ("code", "left", "op", "right", "severity", "message")}
    return kept | {"missing": check["missing"] or Missing.SKIP_ANY.value}


def _template_errors(template: Row) -> Wrong:
    for key in ("first_period", "last_period"):
        try:
            period = Period.parse(template[key]) if template[key] else None
        except Invalid as wrong:
            yield template.error(key, wrong.message)
            continue
        if period and template["frequency"] and not fits(template["frequency"], period):
            example = EXAMPLES[template["frequency"]]
            yield template.error(key, f"“{template['name']}”按{template['frequency']}报送，应写成 {example}。")
    if (template["form"] == "统计调查表") != (len(template["survey"] or ()) == 1):
        yield template.error("survey", f"“{template['name']}”：统计调查表写明一组标识，工作调度表不写。")


def _cell_errors(cell: Row, indicators: dict[str, Row], sections: set[str]) -> Wrong:
    yield from _missing(cell, "section", sections)
    indicator = indicators.get(cell["indicator"] or "")
    if indicator is None:
        yield cell.error("indicator", f"指标“{cell['indicator']}”不存在。")
    elif indicator["definition"]:
        yield cell.error("indicator", f"“{indicator['name']}”由计算得出，不能列入报表。")
    elif cell["compare"] and indicator["kind"] != "flow":
        yield cell.error("compare", f"“{indicator['name']}”是时点数，不填上年同期可比数。")


def _targets_hold(files: PlanFiles) -> Wrong:
    for row in files.rows("targets"):
        if (row["op"] == "done") != (row["value"] is None):
            yield row.error("value", f"{row.code}：里程碑不填数值，其他目标必须填数值。")
        if not row["computes"] and not row["waits_for"]:
            yield row.error("waits_for", f"{row.code}：应写明算法（computes），或所缺的数由谁补（waits_for）。")
        if not _within(files.rows("plan"), row["deadline"]):
            yield row.error("deadline", f"{row.code}：完成时间不在计划期内。")
        yield from _computes_errors(files, row)


def _within(plans: tuple[Row, ...], day: date | None) -> bool:
    """Whether `day` lies in the plan's term; nothing can be said without a day or a whole term."""
    terms = [(plan["starts_on"], plan["ends_on"]) for plan in plans if plan["starts_on"] and plan["ends_on"]]
    return day is None or all(first <= day <= last for first, last in terms)


def _computes_errors(files: PlanFiles, row: Row) -> Wrong:
    computes = row["computes"] or {}
    if computes:
        yield from _reading_errors(files, row, "computes", computes)
    if computes.get("counts", Counts.VALUE) not in Counts.values:
        yield row.error("computes", f"{row.code}：取数方式“{computes['counts']}”看不懂，可写：{'、'.join(Counts.values)}。")
    for reading in row["readings"] or ():
        yield from _reading_errors(files, reading, "indicator", reading.values)
    if row["readings"] and not (computes and row["reading"]):
        yield row.error("reading", f"{row.code}：列了其他口径的，应写明现行口径（reading）和算法（computes）。")


def _reading_errors(files: PlanFiles, row: Row, key: str, names: Mapping[str, str | None]) -> Wrong:
    for name in ("indicator", "minus"):
        if (name == "indicator" or names.get(name)) and not files.get("indicators", names.get(name)):
            yield row.error(key, f"{row.code}：指标“{names.get(name)}”不存在。")
    section = {"chain": "chains", "area": "areas"}.get(names.get("scope_kind") or "")
    if section and not files.get(section, names.get("scope_code")):
        yield row.error(key, f"{row.code}：{'产业链' if section == 'chains' else '片区'}“{names.get('scope_code')}”不存在。")


def _duties_hold(files: PlanFiles) -> Wrong:
    for row in (*files.rows("targets"), *files.rows("qualitative")):
        own = bool(row["lead"] or row["responsible"])
        if own == bool(row["units_from"]):
            yield row.error("lead", f"{row.code}：牵头单位要么自列，要么取自一项机制（units_from）。")
        elif not files.duty(row)[0]:
            yield row.error("lead", f"{row.code}：没有牵头单位。")


def _no_clause_is_orphaned(files: PlanFiles) -> Wrong:
    for clause, found in orphan_clauses(files):
        yield clause.error(
            "targets", f"“{clause['label']}”有 {clause['targets']} 个数字目标，目标表中有 {found} 个。"
        )


def _tracks_hold(files: PlanFiles) -> Wrong:
    for row in files.rows("mechanisms"):
        for track in row["tracks"]:
            for key, section in (("area", "areas"), ("park", "parks")):
                if track[key] and not files.get(section, track[key]):
                    yield track.error(key, f"{row.code}：“{track['name']}”所指的“{track[key]}”不存在。")
            if not track["stages"] or len(set(track["stages"])) < len(track["stages"]):
                yield track.error("stages", f"{row.code}：“{track['name']}”应列出各节点，名称不重复。")


def _checks_hold(files: PlanFiles) -> Wrong:
    numeric = {row.code for row in files.rows("targets") if row["value"] is not None}
    for row in files.rows("checks"):
        for code in [row["total"], *row["parts"]]:
            if code and files.get("targets", code) and code not in numeric:
                yield row.error("parts", f"{row.code}：目标 {code} 没有数值，不能参加核对。")
        if not row["total"] and row["kind"] != "needs":
            yield row.error("total", f"{row.code}：必须写明与哪个目标相比。")
        if row["kind"] == "candidates" and not row["level"]:
            yield row.error("level", f"{row.code}：必须写明称号级别。")


def _plan_is_one(files: PlanFiles) -> Wrong:
    for number, plan in enumerate(files.rows("plan")):
        if number:
            yield plan.error("code", "一个文件只写一个计划。")
        if plan["starts_on"] and plan["ends_on"] and plan["starts_on"] >= plan["ends_on"]:
            yield plan.error("ends_on", "计划的终止日期必须晚于起始日期。")


CHECKS: tuple[Callable[[PlanFiles], Wrong], ...] = (
    _codes_are_unique,
    _references_exist,
    _groups_have_members,
    _titles_name_clauses,
    _streets_are_streets,
    _definitions_hold,
    _definitions_stand_in_order,
    _templates_hold,
    _plan_is_one,
    _targets_hold,
    _duties_hold,
    _no_clause_is_orphaned,
    _tracks_hold,
    _checks_hold,
)
