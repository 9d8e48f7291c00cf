"""make lock: the hashed Python locks, one for all supported versions, and the npm lock.

Versions already locked stay unless --upgrade is given. No lock names a package index.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from scripts.bootstrap import node_environment
from scripts.console import ROOT, VAR, run_quietly, told

LOCKS = ("requirements", "requirements-dev", "requirements-node")
LOG = VAR / "log" / "lock.log"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    uv = str(Path(sys.executable).parent / "uv")
    options = "--universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url".split()
    for name in LOCKS:
        command = [uv, "pip", "compile", *options, *upgrade, f"{name}.in", "-o", f"{name}.txt"]
        run_quietly(command, log=LOG, failure=f"未能生成 {name}.txt。", env=dict(os.environ))
    lock_npm()
    return 0


def lock_npm() -> None:
    env = node_environment()
    command = ["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
    run_quietly(command, log=LOG, failure="未能生成 package-lock.json。", env=env)
    without_hosts(ROOT / "package-lock.json")


def without_hosts(path: Path) -> None:
    """Drop `resolved`, which names the host a package came from; `integrity` is what counts."""
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    told(main)
