"""Make .venv and node_modules what the locks say; a second call takes no time.

Run by any system Python 3.11–3.13:  python3 -m scripts.bootstrap [--dev]
"""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts import catalogues, system
from scripts.console import ROOT, VAR, VENV, VENV_PYTHON, Halt, run_quietly, say, told

SUPPORTED = ((3, 11), (3, 13))
VENV_STAMP = VENV / "guandu-stamp.json"
RUNTIME_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"
NODE_LOCK = ROOT / "requirements-node.txt"
NODE_VENV = ROOT / ".venv-node"
NODE_MODULES = ROOT / "node_modules"
ASSET_STAMP = NODE_MODULES / ".guandu-stamp"
PACKAGE_LOCK = ROOT / "package-lock.json"
LEAST_NODE = 18
LOG = VAR / "log" / "bootstrap.log"


def bootstrap(*, dev: bool = False) -> None:
    """Everything that running (or with `dev`, testing) needs in this folder."""
    require_supported_python(sys.version_info[:2])
    with one_at_a_time():
        provide_environment(dev=dev)
        provide_assets()
        catalogues.compile_all()


def require_supported_python(version: tuple[int, ...]) -> None:
    least, most = SUPPORTED
    if not least <= version <= most:
        raise Halt(
            f"当前 Python 是 {'.'.join(map(str, version))}，需要 3.11、3.12 或 3.13，"
            "请安装其中之一，或用 make PYTHON=路径 指定。"
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands started together must not both install."""
    VAR.mkdir(mode=0o700, exist_ok=True)
    with (VAR / "bootstrap.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- Python ---------------------------------------------------------------------------------------


def provide_environment(*, dev: bool) -> None:
    """Install the runtime lock, or the development lock, which holds it; exact hashes only."""
    wanted = wanted_stamp(dev=dev)
    have = read_stamp()
    if wanted.items() <= have.items():
        return
    if have and have.get("python") != wanted["python"]:
        shutil.rmtree(VENV)
    if not VENV_PYTHON.exists():
        create_venv(VENV)
    # The development lock holds the runtime lock: an environment that tests is kept able to.
    keep_dev = dev or "dev" in have
    say(f"正在安装 Python 依赖（{'开发' if keep_dev else '运行'}环境，首次约一分钟）……")
    install_lock(VENV_PYTHON, DEV_LOCK if keep_dev else RUNTIME_LOCK)
    VENV_STAMP.write_text(json.dumps(wanted_stamp(dev=keep_dev), indent=1))


def wanted_stamp(*, dev: bool) -> dict[str, str]:
    stamp = {"python": "{}.{}".format(*sys.version_info[:2]), "runtime": digest(RUNTIME_LOCK)}
    return {**stamp, "dev": digest(DEV_LOCK)} if dev else stamp


def read_stamp() -> dict[str, str]:
    """The stamp of the last finished installation; empty when there is none or Python is gone."""
    if not (VENV_STAMP.exists() and VENV_PYTHON.exists()):
        return {}
    return json.loads(VENV_STAMP.read_text())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def create_venv(folder: Path) -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        install_venv_module()
    failure = f"未能在 {folder.name} 建立 Python 环境。"
    run_quietly([sys.executable, "-m", "venv", "--clear", str(folder)], log=LOG, failure=failure)


def install_venv_module() -> None:
    """Debian splits venv from Python; as root with apt it is added, else named."""
    package = f"python3.{sys.version_info[1]}-venv"
    command = f"sudo apt-get install -y {package}"
    if not system.may_install():
        raise Halt(f"本机的 Python 缺少 venv，请先执行：{command}")
    say(f"正在用 apt 安装：{package}……")
    system.apt_install([package], failure=f"未能安装 {package}，请手工执行：{command}")


def install_lock(python: Path, lock: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--require-hashes", "--progress-bar", "off"]
    run_quietly(
        [*command, "--disable-pip-version-check", "-r", str(lock)],
        log=LOG,
        failure=f"未能按 {lock.name} 安装依赖，请检查网络或软件源后重试。",
    )


# --- Front-end assets -----------------------------------------------------------------------------


def provide_assets() -> None:
    """node_modules at the locked versions; scripts of packages are not run."""
    wanted = digest(PACKAGE_LOCK)
    if ASSET_STAMP.exists() and ASSET_STAMP.read_text() == wanted:
        return
    env = node_environment()
    say("正在安装前端资源……")
    npm = shutil.which("npm", path=env["PATH"]) or "npm"
    run_quietly(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        log=LOG,
        failure="未能按 package-lock.json 安装前端资源，请检查网络或 npm 软件源后重试。",
        env=env,
    )
    ASSET_STAMP.write_text(wanted)


def node_environment() -> dict[str, str]:
    """Variables under which `npm` runs: the system's Node if recent enough, else the wheel's."""
    if system_node_major() >= LEAST_NODE:
        return dict(os.environ)
    bin_folder = NODE_VENV / "bin"
    if not (bin_folder / "npm").exists():
        say("本机没有 Node.js，正在安装随项目锁定的版本（只用于前端资源，约 60 MB）……")
        create_venv(NODE_VENV)
        install_lock(bin_folder / "python", NODE_LOCK)
    return {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def system_node_major() -> int:
    """The major version of the system's Node with npm beside it; 0 when either is missing."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return 0
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    bootstrap(dev=parser.parse_args().dev)
    return 0


if __name__ == "__main__":
    told(main)
