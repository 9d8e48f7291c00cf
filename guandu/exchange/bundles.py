"""Several workbooks as one zip: bound and looked at before anything of it is unpacked, and opened one by one."""

import zipfile
from collections.abc import Iterable, Iterator
from io import BytesIO

from guandu.core.digests import digest
from guandu.core.errors import Invalid
from guandu.files.inspection import Checked
from guandu.files.kinds import BUNDLE, ZIP
from guandu.files.names import harmless_name
from guandu.files.packages import BROKEN, CONTENT_TYPES

MOST_FILES = 300
MOST_PACKED = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
UTF8 = 0x800
AGAIN = "请重新打包成 zip 后再上传。"


def bundle_of(data: bytes, name: str) -> Checked:
    """`data`, called `name`, as a zip of files. Raises Invalid in a sentence."""
    name = harmless_name(name)
    if not name.lower().endswith(".zip"):
        raise Invalid(f"文件名“{name}”不是 zip 压缩包。{AGAIN}")
    if len(data) > MOST_PACKED:
        raise Invalid("压缩包超过 20 MB，请分几次上传。")
    if not data.startswith(ZIP):
        raise Invalid(f"文件内容不是 zip 压缩包。{AGAIN}")
    try:
        with zipfile.ZipFile(BytesIO(data)) as book:
            _check(book)
    except BROKEN as error:
        raise Invalid(f"压缩包残缺或已损坏。{AGAIN}") from error
    return Checked(name, BUNDLE, data, digest(data))


def bundled(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Files that were chosen together, as one zip. A name that is there already gets a number."""
    stream = BytesIO()
    seen: dict[str, int] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in files:
            seen[name] = seen.get(name, 0) + 1
            stem, dot, ending = name.rpartition(".")
            book.writestr(name if seen[name] == 1 else f"{stem}（{seen[name]}）{dot}{ending}", data)
    return stream.getvalue()


def members_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file; what programs put beside (folders, their own notes) is passed over. Raises Invalid
    where one does not unpack."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        for entry in _files(book):
            try:
                yield _name(entry), book.read(entry)
            except BROKEN as error:
                raise Invalid(f"压缩包中的“{_name(entry)}”残缺或已损坏。{AGAIN}") from error


def count_of(data: bytes) -> int:
    with zipfile.ZipFile(BytesIO(data)) as book:
        return len(_files(book))


def _check(book: zipfile.ZipFile) -> None:
    files = _files(book)
    if CONTENT_TYPES in book.namelist():
        raise Invalid("这是一个工作簿，不是压缩包。请直接选择工作簿上传，或打包成 zip。")
    if not files:
        raise Invalid(f"压缩包里没有文件。{AGAIN}")
    if len(files) > MOST_FILES:
        raise Invalid(f"压缩包里有 {len(files)} 个文件，超过 {MOST_FILES} 个，请分几次上传。")
    if any(entry.flag_bits & 1 for entry in files):
        raise Invalid(f"压缩包设置了密码。请取消密码，{AGAIN}")
    if sum(entry.file_size for entry in files) > MOST_UNPACKED:
        raise Invalid("压缩包展开后超过 200 MB，请分几次上传。")


def _files(book: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [entry for entry in book.infolist() if not entry.is_dir() and not _is_noise(entry.filename)]


def _is_noise(path: str) -> bool:
    name = path.rpartition("/")[2]
    return path.startswith("__MACOSX/") or name.startswith((".", "~$")) or name in {"Thumbs.db", "desktop.ini"}


def _name(entry: zipfile.ZipInfo) -> str:
    """The name as it was given: programs that do not say how they spell it spell it in GBK."""
    name = entry.filename
    if not entry.flag_bits & UTF8:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = entry.filename
    return harmless_name(name.rpartition("/")[2])
