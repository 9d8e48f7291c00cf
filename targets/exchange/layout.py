"""The one layout of a return's workbook: the writer follows it, the reader looks for it."""

from targets.enums import LinesKind

FORMAT = "1"
MAIN = "填报"
LINES = {LinesKind.FIRM: "企业明细", LinesKind.PARK: "各园区"}
HELP = "填写说明"
HIDDEN = "_门户"
ERRORS = "错误清单"
# Sheets of ours that hold no data, whatever stands in them by now.
OURS = {HELP, HIDDEN, ERRORS, "选项"}

CODE, SECTION, NAME, UNIT = "代码", "分组", "指标", "单位"
VALUE, BASE, LAST, REASON, NOTE = "本期数", "上年同期可比数", "上期数", "情况说明", "填报要求"
LINE_NAME, CREDIT, STANDING = "名称", "统一社会信用代码", "在园情况"
# Open rows below the lines, for firms that the register does not know yet: each is answered with what to do.
OPEN_ROWS = 20


def column_of(name: str, unit: str) -> str:
    """The title of an indicator's column in the sheet of lines."""
    return f"{name}（{unit}）" if unit else name


def last_of(name: str) -> str:
    return f"{name}上期"


def reason_of(name: str) -> str:
    return f"{name}说明"
