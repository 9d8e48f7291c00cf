"""The child process that reads a Word file: `python -I text_reader.py < file.docx > {"lines": […]}`.

Like guandu/exchange/reader.py it stands alone, bounds its memory and time before it reads a byte and refuses every
document type declaration. A line is a paragraph; deleted text of a tracked change is none of the document's.
"""

import json
import resource
import sys
import zipfile
from io import BytesIO
from xml.parsers import expat

MEMORY = 512 << 20
CPU_SECONDS = 20
MOST_TEXT = 2_000_000
MOST_LINES = 50_000
PART = "word/document.xml"
BROKEN = "文件残缺或已损坏，请用 WPS 或 Word 重新保存后再上传。"
# The same text a second time, for older programs.
LEFT_OUT = {"Fallback", "del", "moveFrom"}


class Refusal(Exception):
    """What is wrong with the file, as a sentence."""


class Body:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pieces: list[str] = []
        self.size = self.left_out = 0
        self.within_text = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _doctype(self, *args) -> None:
        raise Refusal("文件中含有不安全的 XML 声明，不予读取。")

    def _start(self, name: str, found: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self.left_out += local in LEFT_OUT
        self.within_text = local == "t" and not self.left_out
        if local in {"tab", "br", "cr"}:
            self.pieces.append(" ")

    def _end(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        self.left_out -= local in LEFT_OUT
        if local == "t":
            self.within_text = False
        elif local == "p":
            self._close()

    def _text(self, text: str) -> None:
        if not self.within_text:
            return
        self.size += len(text)
        if self.size > MOST_TEXT:
            raise Refusal("文件中的文字过多，请上传正文。")
        self.pieces.append(text)

    def _close(self) -> None:
        line = "".join(self.pieces).strip()
        self.pieces.clear()
        if line:
            self.lines.append(line)
        if len(self.lines) > MOST_LINES:
            raise Refusal("文件中的段落过多，请上传正文。")


def read(data: bytes) -> list[str]:
    """Raises Refusal."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        if PART not in book.namelist():
            raise Refusal("文件内容不是 Word 文档，请用 WPS 或 Word 另存为 .docx 后再上传。")
        body = Body()
        with book.open(PART) as part:
            body.parser.ParseFile(part)
    return body.lines


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        answer: dict[str, object] = {"lines": read(sys.stdin.buffer.read())}
    except Refusal as refusal:
        answer = {"refusal": str(refusal)}
    except (
        expat.ExpatError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, zipfile.zlib.error,
    ):  # fmt: skip
        answer = {"refusal": BROKEN}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
