"""Programs of the operating system: found, installed with apt where that is allowed, else named."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.console import VAR, Halt, run_quietly, say

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CJK_FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


@dataclass(frozen=True)
class Need:
    """A package of Debian and the check that says whether this machine has what it brings."""

    package: str
    words: str
    present: Callable[[], bool]


def postgres_binaries() -> Path | None:
    """The folder of the newest installed PostgreSQL server, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if folders:
        return max(folders, key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def chromium() -> str | None:
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def has_cjk_font() -> bool:
    return any(next(folder.rglob("*CJK*.tt[cf]"), None) for folder in CJK_FONT_FOLDERS if folder.is_dir())


TEST_NEEDS = (
    Need("postgresql", "PostgreSQL 服务端程序", lambda: postgres_binaries() is not None),
    Need("redis-server", "Redis 服务端程序", lambda: shutil.which("redis-server") is not None),
    Need("chromium", "Chromium 浏览器", lambda: chromium() is not None),
    Need("fonts-noto-cjk", "中文字体", has_cjk_font),
    Need("poppler-utils", "PDF 工具", lambda: all(map(shutil.which, ("pdftotext", "pdftoppm")))),
)


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def provide(needs: Iterable[Need]) -> None:
    """Install what is missing of `needs` as root with apt; anywhere else Halt and name it."""
    missing = [need for need in needs if not need.present()]
    if not missing:
        return
    words = "、".join(need.words for need in missing)
    packages = [need.package for need in missing]
    command = f"sudo apt-get install -y {' '.join(packages)}"
    if not may_install():
        raise Halt(f"本机缺少 {words}，请先执行：{command}")
    say(f"正在用 apt 安装：{words}……")
    apt_install(packages, failure=f"未能安装 {words}，请手工执行：{command}")
    still = [need.words for need in missing if not need.present()]
    if still:
        raise Halt(f"安装后仍找不到{'、'.join(still)}，请手工执行：{command}")


def apt_install(packages: list[str], *, failure: str) -> None:
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], env=env, capture_output=True, check=False)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    run_quietly(command, log=VAR / "log" / "apt.log", failure=failure, env=env)
