"""The child process that opens a text table: `python -I csv_reader.py < file.csv > sheets.json`.

As reader.py does for workbooks, it stands alone, bounds its own memory and time, and answers rows of
(address, text, kind), with the rows counted a second time by another way.
"""

import csv
import json
import re
import resource
import sys
from io import StringIO
from typing import Any

MEMORY = 1 << 30
CPU_SECONDS = 60
MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
# UTF-8, or what WPS and Excel save in Chinese.
ENCODINGS = ("utf-8-sig", "gb18030")

_QUOTED = re.compile(r'"[^"]*"')


class Refusal(Exception):
    """What is wrong with the file, as a sentence."""


def read(data: bytes) -> list[dict[str, Any]]:
    """The one sheet, without a name. Raises Refusal."""
    csv.field_size_limit(LONGEST_CELL)
    text = _decoded(data)
    try:
        lines = csv.reader(StringIO(text, newline=""), strict=True)
        rows = [_row(number, cells) for number, cells in enumerate(lines, start=1)]
    except csv.Error as error:
        raise Refusal("文件不是用逗号分隔的文本，或者引号不成对、单元格过长，请重新保存后再上传。") from error
    return [{"hidden": False, "rows": rows, "counted": _count(text), "merged": [], "hidden_columns": []}]


def _decoded(data: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("无法识别文件的文字编码，请另存为 xlsx 工作簿或 UTF-8 编码的 CSV 后再上传。")


def _row(number: int, cells: list[str]) -> tuple[int, bool, list[tuple[str, str, str]]]:
    if number > MOST_ROWS:
        raise Refusal(f"表格超过 {MOST_ROWS} 行，请拆分后再上传。")
    if len(cells) > MOST_COLUMNS:
        raise Refusal(f"表格超过 {MOST_COLUMNS} 列（第 {number} 行），请删去多余的列后再上传。")
    return (
        number,
        False,
        [(f"{_letters(n)}{number}", text, "text") for n, text in enumerate(cells, start=1) if text],
    )


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _count(text: str) -> int:
    """Line ends outside quotes, and a last line without one."""
    bare = _QUOTED.sub("x", text).replace("\r\n", "\n").replace("\r", "\n")
    return bare.count("\n") + (bare != "" and not bare.endswith("\n"))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        answer: dict[str, Any] = {"sheets": read(sys.stdin.buffer.read())}
    except Refusal as refusal:
        answer = {"refusal": str(refusal)}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
