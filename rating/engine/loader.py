"""YAML text to Scheme. Either the whole scheme is right, or SchemeError names every line that is not."""

import hashlib
import json

from rating.engine.fields import Fields, Skip
from rating.engine.scheme import Attribute, Missing, Scheme
from rating.engine.sections.gates import read_gates, subjects_of
from rating.engine.sections.grades import read_grades, read_limits, read_quota, read_stars, read_transform
from rating.engine.sections.inputs import read_choices, read_inputs
from rating.engine.sections.nodes import Nodes, read_missing
from rating.engine.tree import Problem, SchemeError, Tree, plain_tree, read_tree
from rating.engine.weights import demand_full_marks

FORMAT = "1"


def load_scheme(text: str | bytes) -> Scheme:
    """The scheme that the text states. SchemeError lists (line, message) of everything wrong in it."""
    return scheme_of(read_tree(text))


def scheme_of(tree: Tree) -> Scheme:
    """The same from a tree that is already read, whatever file it came from."""
    problems: list[Problem] = []
    content = json.dumps(plain_tree(tree), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()
    try:
        scheme = _scheme(Fields(tree, problems, "方案"), digest)
    except Skip:
        scheme = None
    if problems or scheme is None:
        raise SchemeError(problems)
    return scheme


def _scheme(top: Fields, digest: str) -> Scheme:
    head, digits, missing = _head(top)
    attributes = _attributes(top)
    inputs = read_inputs(top.fields("inputs"), attributes)
    nodes = Nodes(attributes, inputs, digits, missing)
    root = nodes.root(top)
    section, grades = read_grades(top, attributes)
    subjects = subjects_of(root, attributes, inputs)
    quota = read_quota(section, grades, attributes, subjects)
    stars, limits = read_stars(section, grades, subjects), read_limits(section, grades)
    section.close()
    if sum(map(bool, (quota, stars, limits))) > 1:
        section.report("levels", "：quota、stars、limits 只能用一种")
    transform = read_transform(top.fields("total"), digits)
    gates = read_gates(top, nodes, subjects, grades.levels, grades.outcomes)
    top.close()
    _demand_veto_grades(top, root, grades)
    if not top.problems:
        demand_full_marks(root, attributes, nodes.lines, top.problems)
    return Scheme(
        **head,
        digits=digits,
        attributes=attributes,
        inputs=inputs,
        root=root,
        gates=gates,
        grades=grades.levels,
        inclusive=grades.inclusive,
        digest=digest,
        outcomes=grades.outcomes,
        transform=transform,
        quota=quota,
        stars=stars,
        limits=limits,
    )


def _head(top: Fields) -> tuple[dict[str, str], int, Missing]:
    fields = top.fields("scheme")
    if top.text("format") != FORMAT:
        top.report("format", f"应为 {FORMAT}")
    head = {key: fields.text(key) for key in ("code", "title", "version", "status")}
    head["note"] = fields.text("note", "")
    digits, missing = fields.count("digits", 2, 6), read_missing(fields, None)
    fields.close()
    return head, digits, missing


def _attributes(top: Fields) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    if not top.has("attributes"):
        return found
    section = top.fields("attributes")
    for code in section.tree.entries:
        fields = section.fields(code)
        found[code] = Attribute(code, fields.text("title"), read_choices(fields))
        fields.close()
    return found


def _demand_veto_grades(top: Fields, root, grades) -> None:
    known = {each.code for each in (*grades.levels, *grades.outcomes)}
    for node in root.walk():
        missing = getattr(node, "missing", None)
        if missing and missing.grade and missing.grade not in known:
            top.report("groups", f"中“{node.code}”的 missing.grade“{missing.grade}”不是等级或结果")
