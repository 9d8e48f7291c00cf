"""Files as people and attackers make them."""

import struct
import zipfile
import zlib
from io import BytesIO

from PIL import Image

CONTENT_TYPES = "[Content_Types].xml"
MAIN = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
}
GPS = 0x8825


def pdf(*objects: bytes, tail: bytes = b"") -> bytes:
    """A PDF of these objects beside an empty page; whole enough for whoever looks at bytes."""
    parts = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"]
    parts.append(b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n")
    parts += [b"%d 0 obj\n%s\nendobj\n" % (number, text) for number, text in enumerate(objects, start=3)]
    return b"".join([*parts, b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n", tail])


def stream(text: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(text)
    head = b"<< /Length %d /Filter /FlateDecode %s >>" % (len(packed), more)
    return head + b"\nstream\n" + packed + b"\nendstream"


def image(kind: str = "JPEG", *, size=(64, 48), position: bool = False, turned: int = 1, note: str = "") -> bytes:
    found = BytesIO()
    exif = Image.Exif()
    if position:
        exif.get_ifd(GPS).update({1: "N", 2: (25.0, 1.0, 3.0), 3: "E", 4: (102.0, 44.0, 7.0)})
        exif[0x010F] = "CAMERA-ZQMAKER"
    if turned != 1:
        exif[0x0112] = turned
    options = {"exif": exif.tobytes()} if position or turned != 1 else {}
    if note and kind == "JPEG":
        options["comment"] = note
    picture = Image.effect_mandelbrot(size, (-2, -1, 1, 1), 50).convert("RGB")
    picture.save(found, kind, **options)
    return found.getvalue()


def office(
    kind: str = "docx", parts: dict[str, bytes] | None = None, *, types: str = "", comment: bytes = b"", packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    found = BytesIO()
    declared = types or f'<Types><Override PartName="/main.xml" ContentType="{MAIN[kind]}"/></Types>'
    with zipfile.ZipFile(found, "w", packed) as book:
        book.writestr(CONTENT_TYPES, declared)
        book.writestr("main.xml", "<document/>")
        for name, content in (parts or {}).items():
            book.writestr(name, content)
        book.comment = comment
    return found.getvalue()


def relations(*entries: str) -> bytes:
    return f"<Relationships>{''.join(entries)}</Relationships>".encode()


def huge_png(width: int, height: int) -> bytes:
    """Says that it is so large, and holds next to nothing."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
