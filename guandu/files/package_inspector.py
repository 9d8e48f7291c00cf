"""The child process that looks into an office file: `python -I package_inspector.py < file > answer`.

It stands alone, bounds its own memory and time, and reads every part that says what the file points at:
a template, an image or an object from elsewhere is fetched by whoever opens the file.
"""

import json
import re
import resource
import sys
import zipfile
from io import BytesIO
from xml.parsers import expat

MEMORY = 1 << 29
CPU_SECONDS = 20
# One part that says what another points at.
LONGEST_PART = 1024 * 1024
_OWN_DISK = re.compile(r"file:///[A-Za-z]:[\\/]")
BROKEN = "文件残缺或已损坏，请用 WPS 或 Office 重新保存后再上传。"


class Refusal(Exception):
    """What is wrong with the file, as a sentence."""


def inspect(data: bytes) -> None:
    """Raises Refusal."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        for entry in book.infolist():
            if entry.filename.lower().endswith(".rels"):
                _look(book, entry)


def _look(book: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with book.open(entry) as part:
        text = part.read(LONGEST_PART + 1)
    if len(text) > LONGEST_PART:
        raise Refusal("文件内部的链接过多，不予接收。请删去多余的链接后再上传。")
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = _element
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise Refusal(BROKEN) from error


def _doctype(*args) -> None:
    raise Refusal("文件中含有不安全的 XML 声明，不予接收。")


def _element(name: str, found: dict[str, str]) -> None:
    """A link that a reader clicks may lead out, and Word names the template on its writer's own disk;
    nothing else."""
    kind = found.get("Type", "").rpartition("/")[2]
    own = kind == "attachedTemplate" and _OWN_DISK.match(found.get("Target", ""))
    if found.get("TargetMode", "") == "External" and kind != "hyperlink" and not own:
        raise Refusal("文件打开时要到外部取内容，不予接收。请删去外部链接或另存为 PDF 后再上传。")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    answer = {}
    try:
        inspect(sys.stdin.buffer.read())
    except Refusal as refusal:
        answer = {"refusal": str(refusal)}
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zipfile.zlib.error):
        answer = {"refusal": BROKEN}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
