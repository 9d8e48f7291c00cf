"""The sentences of papers. These are the repository's; the 安全管理员 may put others in their place, in the grammar of
guandu.documents.wording. Which places a sentence has is said here and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from guandu.documents.wording import fill


@dataclass(frozen=True)
class Wording:
    """`places`: name → what stands there, for the person who edits it."""

    key: str
    name: str
    text: str
    places: Mapping[str, str] = field(default_factory=dict)


_QUARTER = {"quarter": "报告期", "publication": "期次名称"}
_COVERED = {"reported": "报齐园区数", "expected": "应报园区数"}

WORDINGS = {
    each.key: each
    for each in (
        Wording(
            "bulletin.opening",
            "季度通报 开头",
            "现将{{quarter}}官渡区产业园区运行及工作推进情况通报如下。"
            "本通报数据取自{{publication}}，报齐园区 {{reported}} 个，应报园区 {{expected}} 个。",
            _QUARTER | _COVERED,
        ),
        Wording(
            "bulletin.filing",
            "季度通报 报送情况",
            "{{quarter}}应报报表 {{expected}} 张，已报 {{actual}} 张，按时报送 {{on_time}} 张，按时率 {{rate}}；"
            "退回率 {{returned_rate}}（{{returned}}/{{filed}}）。",
            {
                "quarter": "报告期", "expected": "应报数", "actual": "已报数", "on_time": "按时报送数", "rate": "按时率",
                "returned_rate": "退回率", "returned": "被退回过的报表数", "filed": "报送过的报表数",
            },
        ),
        Wording(
            "bulletin.targets",
            "季度通报 目标进度",
            "行动计划 {{total}} 项目标中，已完成 {{met}} 项，正常 {{on_track}} 项，"
            "有风险 {{at_risk}} 项，滞后（已核实发布）{{behind}} 项，待补或待核对数据 {{pending}} 项。",
            {
                "total": "目标项数", "met": "已完成", "on_track": "正常", "at_risk": "有风险", "behind": "滞后", "pending": "待补",
            },
        ),
        Wording(
            "bulletin.closing",
            "季度通报 结尾",
            "请各责任单位对照目标任务，针对滞后事项逐项分析原因、明确措施，按时保质报送数据，确保完成年度目标。",
        ),
        Wording(
            "closing.opening",
            "终期评估 开头",
            "《{{plan}}》由{{issuer}}印发，实施期为 {{from}} 至 {{to}}。现按 {{publication}} 对计划目标完成情况评估如下。",
            {"plan": "计划名称", "issuer": "印发机关", "from": "起始日期", "to": "终止日期", "publication": "期次名称"},
        ),
        Wording(
            "closing.result",
            "终期评估 总体结论",
            "计划共 {{total}} 项目标，完成 {{met}} 项，未完成 {{missed}} 项，数据不全、不能判定 {{unknown}} 项。"
            "已有数据的目标完成率为 {{rate}}（{{met}}/{{known}}）。",
            {"total": "目标项数", "met": "完成", "missed": "未完成", "unknown": "不能判定", "known": "有数据的项数", "rate": "完成率"},
        ),
        Wording(
            "briefing.opening",
            "汇报 开头",
            "现将{{scope}}{{quarter}}有关情况汇报如下，数据取自{{publication}}。",
            {"scope": "范围名称", **_QUARTER},
        ),
    )
}  # fmt: skip


def say(key: str, values: Mapping[str, str], changed: Mapping[str, str]) -> str:
    """The sentence of the key: the one put in its place, else the repository's."""
    return fill(changed.get(key) or WORDINGS[key].text, values)
