"""Compile locale/**/*.po to .mo without gettext: python3 -m scripts.catalogues

A .mo file is a sorted table of (original, translation); only what is translated and not fuzzy
goes in. Format: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html
"""

import ast
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scripts.console import ROOT, Halt, shown

MAGIC = 0x950412DE
SKIPPED_FOLDERS = {"node_modules", ".venv", ".venv-node", "var", "staticfiles"}


@dataclass
class Entry:
    """One message as it stands in a .po file, its parts by keyword (msgid, msgstr[0] …)."""

    parts: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def original(self) -> str:
        context = f"{self.parts['msgctxt']}\x04" if "msgctxt" in self.parts else ""
        plural = f"\x00{self.parts['msgid_plural']}" if "msgid_plural" in self.parts else ""
        return context + self.parts["msgid"] + plural

    @property
    def translation(self) -> str:
        """The forms joined by NUL; empty when one of them is missing."""
        forms = [text for keyword, text in self.parts.items() if keyword.startswith("msgstr")]
        return "\x00".join(forms) if all(forms) else ""


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile every catalogue whose .mo is missing or older; returns the files written."""
    written = []
    for po in sorted(root.glob("**/locale/*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if SKIPPED_FOLDERS.isdisjoint(po.relative_to(root).parts) and not _is_fresh(mo, po):
            mo.write_bytes(compile_text(po.read_text(encoding="utf-8"), name=shown(po)))
            written.append(mo)
    return written


def _is_fresh(mo: Path, po: Path) -> bool:
    return mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime


def compile_text(text: str, *, name: str = "") -> bytes:
    """The bytes of a .mo for the text of a .po; Halt names the line that cannot be read."""
    messages: dict[bytes, bytes] = {}
    for entry in read_entries(text, name=name):
        is_header = entry.original == ""
        if entry.translation and (is_header or not entry.fuzzy):
            messages[entry.original.encode()] = entry.translation.encode()
    return _table(sorted(messages.items()))


def read_entries(text: str, *, name: str) -> Iterator[Entry]:
    entry, keyword = Entry(), ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        starts_next = line.startswith(("#", "msgctxt", "msgid ")) and "msgstr" in keyword
        if starts_next or not line:
            if "msgid" in entry.parts:
                yield entry
            entry, keyword = Entry(), ""
        if line.startswith("#,"):
            entry.fuzzy = "fuzzy" in line
        elif line and not line.startswith("#"):
            keyword = _add_line(entry, keyword, line, place=f"{name}:{number}")
    if "msgid" in entry.parts:
        yield entry


def _add_line(entry: Entry, keyword: str, line: str, *, place: str) -> str:
    """Add one line to `entry`; returns the keyword that a bare string on the next line continues."""
    if not line.startswith('"'):
        keyword, _, line = line.partition(" ")
    if not keyword.startswith("msg") or not line.startswith('"'):
        raise Halt(f"{place}：读不懂这一行，应为 msgid、msgstr 或带引号的文字。")
    try:
        text = ast.literal_eval(line.strip())
    except SyntaxError as error:
        raise Halt(f"{place}：引号或转义不完整。") from error
    entry.parts[keyword] = entry.parts.get(keyword, "") + text
    return keyword


def _table(messages: list[tuple[bytes, bytes]]) -> bytes:
    """Header, two index tables of (length, offset), then the NUL-ended strings."""
    count = len(messages)
    header_size, index_size = 28, 8 * count
    offset = header_size + 2 * index_size
    indexes, strings = [], b""
    for column in (0, 1):
        for message in messages:
            indexes.append(struct.pack("<II", len(message[column]), offset + len(strings)))
            strings += message[column] + b"\x00"
    header = struct.pack("<7I", MAGIC, 0, count, header_size, header_size + index_size, 0, offset)
    return header + b"".join(indexes) + strings


if __name__ == "__main__":
    for path in compile_all():
        print(shown(path))
