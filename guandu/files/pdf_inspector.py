"""The child process that looks into a PDF: `python -I pdf_inspector.py < file.pdf > answer`.

It stands alone and bounds its own memory and time. It builds no tree of objects, which every reader
builds in its own way: it looks for the names without which nothing can run, in the bytes of the file and
in whatever streams unpack, however the names are spelt.
"""

import json
import re
import resource
import sys
import zlib

MEMORY = 1 << 30
CPU_SECONDS = 20
MOST_UNPACKED = 200 * 1024 * 1024
MOST_STREAMS = 20_000
# What may stand behind the end: nothing that says anything.
_BLANK = b"\0\t\n\x0c\r\x1a "

_STREAM = re.compile(rb"stream\r?\n")
_NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ESCAPED_NAME = re.compile(rb"/[^\s/<>\[\](){}%]*#[0-9A-Fa-f]{2}[^\s/<>\[\](){}%]*")
_END = rb"(?![^\s/<>\[\](){}%])"
# Long enough that no packed bytes spell them by chance, hence looked for everywhere.
_ANYWHERE = {
    "文件设置了打开口令或权限口令": (b"Encrypt",),
    "文件中带有脚本": (b"JavaScript",),
    "文件打开时要启动其他程序": (b"Launch",),
    "文件中嵌有其他文件": (b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"GoToE"),
    "文件会向外发送内容": (b"SubmitForm", b"ImportData"),
}
# Short names: looked for where objects are written, not in what streams hold.
_IN_OBJECTS = {"文件中带有脚本": (b"JS", b"XFA")}
_NOT_PLAIN = re.compile(rb"/(?:LZWDecode|ASCII85Decode|ASCIIHexDecode|RunLengthDecode|Crypt)" + _END)
_MARKUP = re.compile(rb"<(?:html|script|!doctype|svg|body|iframe)\b", re.IGNORECASE)
_AGAIN = "请用 WPS 或打印程序重新“另存为 PDF”后再上传。"


class Refusal(Exception):
    """What is wrong with the file, as a sentence."""


def _pattern(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"/(?:" + b"|".join(names) + rb")" + _END)


ANYWHERE = [(sentence, _pattern(names)) for sentence, names in _ANYWHERE.items()]
IN_OBJECTS = [(sentence, _pattern(names)) for sentence, names in _IN_OBJECTS.items()]
_OBJECT_STREAM = _pattern((b"ObjStm",))


def inspect(data: bytes) -> None:
    """Raises Refusal."""
    _check_ends(data)
    _look(data, ANYWHERE)
    outside, room = [], MOST_UNPACKED
    for before, packed in _parts(data):
        outside.append(before)
        text = _unpacked(packed, room)
        room -= len(text)
        spelt = _spelt_out(before)
        holds_objects = _OBJECT_STREAM.search(spelt)
        if holds_objects and _NOT_PLAIN.search(spelt):
            raise Refusal(f"文件的内部写法无法核对，不予接收。{_AGAIN}")
        _look(text, ANYWHERE)
        if holds_objects:
            _look(text, IN_OBJECTS)
    _look(b"\n".join(outside), IN_OBJECTS)


def _check_ends(data: bytes) -> None:
    if not data.startswith(b"%PDF-"):
        raise Refusal("文件内容不是 PDF。")
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refusal(f"文件残缺，没有结尾。{_AGAIN}")
    if data[end + len(b"%%EOF") :].strip(_BLANK):
        raise Refusal(f"文件末尾附有其他内容，不予接收。{_AGAIN}")
    if _MARKUP.search(data[:1024]):
        raise Refusal(f"文件开头混有网页内容，不予接收。{_AGAIN}")


def _look(text: bytes, wanted: list[tuple[str, re.Pattern[bytes]]]) -> None:
    spelt = _spelt_out(text)
    for sentence, pattern in wanted:
        if pattern.search(spelt):
            raise Refusal(f"{sentence}，不予接收。{_AGAIN}")


def _spelt_out(text: bytes) -> bytes:
    """A name may spell its letters as #4A; here it is read as a reader reads it."""
    if b"#" not in text:
        return text
    return _ESCAPED_NAME.sub(
        lambda name: _NAME_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name[0]), text
    )


def _parts(data: bytes):
    """(what is written before a stream, what the stream holds) through the file; the last holds nothing."""
    at = count = 0
    while match := _STREAM.search(data, at):
        end = data.find(b"endstream", match.end())
        if end < 0:
            break
        yield data[at : match.end()], data[match.end() : end]
        at, count = end + len(b"endstream"), count + 1
        if count > MOST_STREAMS:
            raise Refusal(f"文件的内部过于复杂，不予接收。{_AGAIN}")
    yield data[at:], b""


def _unpacked(packed: bytes, room: int) -> bytes:
    """What unpacks, as far as it does; nothing of what is packed in another way. Raises Refusal past `room`."""
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(packed, room + 1)
    except zlib.error:
        return b""
    if len(text) > room:
        raise Refusal(f"文件展开后过大，不予接收。{_AGAIN}")
    return text


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    answer = {}
    try:
        inspect(sys.stdin.buffer.read())
    except Refusal as refusal:
        answer = {"refusal": str(refusal)}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
