"""The plan checked against itself: do its own figures agree? Pure; nothing here stops a load."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from guandu.exchange.marked_yaml import Row
from targets.plan_files import PlanFiles

LEVEL_NAMES = {"national": "国家级", "provincial": "省级", "city": "市级"}


@dataclass(frozen=True)
class Finding:
    """One check with its outcome. `agrees` is None where no file can settle it."""

    code: str
    agrees: bool | None
    sentence: str


def findings(files: PlanFiles) -> list[Finding]:
    """Every check of the plan file, in order."""
    return [FINDERS[row["kind"]](files, row) for row in files.rows("checks")]


def kept_findings(files: PlanFiles) -> list[dict]:
    """As the plan keeps them: with what is added up, for sums to be checked anew when a line is revised."""
    return [
        {
            "code": found.code, "agrees": found.agrees, "sentence": found.sentence, "kind": row["kind"],
            "total": row["total"] or "", "parts": row["parts"], "note": row["note"],
        }
        for found, row in zip(findings(files), files.rows("checks"), strict=True)
    ]  # fmt: skip


def gaps(files: PlanFiles) -> list[Finding]:
    """The findings that an official should look at."""
    return [finding for finding in findings(files) if finding.agrees is not True]


def _value(files: PlanFiles, code: str) -> Decimal:
    return files.get("targets", code)["value"]


def _sum(files: PlanFiles, row: Row) -> Finding:
    whole, parts = _value(files, row["total"]), sum(_value(files, code) for code in row["parts"])
    names = "、".join(row["parts"])
    words = f"{row['note']}：{row['total']} 为 {whole}，{names} 合计 {parts}"
    if whole == parts:
        return Finding(row.code, True, f"{words}，一致。")
    side = "尚有" if whole > parts else "多出"
    return Finding(row.code, False, f"{words}，{side} {abs(whole - parts)} 未对应。")


def _candidates(files: PlanFiles, row: Row) -> Finding:
    named = sum(
        title["level"] == row["level"] for park in files.rows("parks") for title in park["titles"]
    )
    wanted, level = _value(files, row["total"]), LEVEL_NAMES[row["level"]]
    words = f"{row['note']}：{row['total']} 要求 {wanted} 个，计划点名的{level}候选 {named} 个"
    if named >= wanted:
        return Finding(row.code, True, f"{words}，够用。")
    return Finding(row.code, False, f"{words}，尚缺 {wanted - named} 个。")


def _implies(files: PlanFiles, row: Row) -> Finding:
    parts = "、".join(f"{code}（{_value(files, code)}%）" for code in row["parts"])
    words = f"{row['total']}（{_value(files, row['total'])}%）与 {parts}：{row['note']}。"
    return Finding(row.code, None, words)


def _needs(files: PlanFiles, row: Row) -> Finding:
    total = sum(_value(files, code) for code in row["parts"])
    return Finding(row.code, None, f"{'、'.join(row['parts'])} 合计 {total}：{row['note']}。")


def _overlap(files: PlanFiles, row: Row) -> Finding:
    return Finding(row.code, None, f"{row['total']} 与 {'、'.join(row['parts'])}：{row['note']}。")


FINDERS: dict[str, Callable[[PlanFiles, Row], Finding]] = {
    "sum": _sum,
    "candidates": _candidates,
    "implies": _implies,
    "needs": _needs,
    "overlap": _overlap,
}
