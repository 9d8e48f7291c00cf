"""The child process that opens an image: `python -I image_inspector.py < photo.jpg > answer`.

It answers one line of JSON and, where the image is whole, the image again: the same packed pixels under a
new head, without where and by which device it was taken, without comments, previews and whatever hangs
behind its end. Which way up it is stays. Nothing is packed anew, so that no digit on a scan blurs.
"""

import json
import resource
import struct
import sys
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageFile

MEMORY = 1 << 30
CPU_SECONDS = 20
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 20_000
FORMATS = {"jpg": "JPEG", "png": "PNG"}
ORIENTATION = 0x0112
# Of a JPEG's application segments: its pixel shape, its colours.
_KEPT_SEGMENTS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_KEPT_CHUNKS = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
BROKEN = "图片残缺或已损坏，请重新拍摄或扫描后再上传。"


class Refusal(Exception):
    """What is wrong with the file, as a sentence."""


def inspect(data: bytes, kind: str) -> bytes:
    """The image without what it says beside its pixels. Raises Refusal."""
    try:
        turned = _open(data, kind)
        clean = _clean_jpeg(data, turned) if kind == "jpg" else _clean_png(data)
        _open(clean, kind)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError) as error:
        raise Refusal(BROKEN) from error
    return clean


def _open(data: bytes, kind: str) -> int:
    """Decode every pixel; which way up it is, 1 for as it lies."""
    with Image.open(BytesIO(data), formats=(FORMATS[kind],)) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise Refusal(f"图片为 {width}×{height} 像素，超过 5000 万像素，请降低分辨率后再上传。")
        turned = image.getexif().get(ORIENTATION, 1)
        image.load()
    return turned if turned in range(1, 9) else 1


def _clean_jpeg(data: bytes, turned: int) -> bytes:
    found = [b"\xff\xd8", _orientation(turned) if turned != 1 else b""]
    at, scans = 2, 0
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        code = data[at + 1]
        if code == 0xFF:
            at += 1
            continue
        if code == 0xD9:
            if not scans:
                raise ValueError("no scan")
            return b"".join([*found, b"\xff\xd9"])
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end > len(data):
            raise ValueError("cut")
        if code == 0xDA:
            scans += 1
            end = _end_of_scan(data, end)
        if _is_kept(code, data[at + 4 : end]):
            found.append(data[at:end])
        at = end


def _end_of_scan(data: bytes, at: int) -> int:
    """Where the packed pixels end: at a marker that is no restart and no escaped 255."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


def _is_kept(code: int, content: bytes) -> bool:
    if 0xE0 <= code <= 0xEF:
        return code in _KEPT_SEGMENTS and content.startswith(_KEPT_SEGMENTS[code])
    return code != 0xFE


def _orientation(turned: int) -> bytes:
    """A segment that says which way up the image is, and nothing else."""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, turned, 0)
    content = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def _clean_png(data: bytes) -> bytes:
    found, at = [_SIGNATURE], len(_SIGNATURE)
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("cut")
        if name in _KEPT_CHUNKS:
            found.append(data[at:end])
        if name == b"IEND":
            return b"".join(found)
        at = end


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    # An image of more pixels than ours is refused by its size; one that is cut short is not filled up.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    answer, clean = {}, b""
    try:
        clean = inspect(sys.stdin.buffer.read(), sys.argv[1])
    except Refusal as refusal:
        answer = {"refusal": str(refusal)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + clean)


if __name__ == "__main__":
    main()
