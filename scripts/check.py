"""make check: what must hold of the tree without running the portal, each a command of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.console import ROOT, say
from scripts.throwaway import production_environment

BIN = Path(sys.executable).parent
TESTING = {"GUANDU_ENV": "test", "DATABASE_URL": "", "REDIS_URL": ""}


@dataclass(frozen=True)
class Check:
    """A command that must end with 0 and, in words, what it holds."""

    name: str
    words: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **self.env}
        env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # a test run sets it; Django warns of it
        return subprocess.run(self.command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def _django(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "manage.py", *arguments)


CHECKS = (
    Check("ruff", "代码", (str(BIN / "ruff"), "check", ".")),
    Check("mypy", "类型", (sys.executable, "-m", "mypy"), TESTING),
    Check("djlint", "模板", (str(BIN / "djlint"), "templates", "--lint", "--quiet")),
    Check("migrations", "迁移与模型一致", _django("makemigrations", "--check", "--dry-run"), TESTING),
    Check("deploy", "正式环境设置", _django("check", "--deploy", "--fail-level", "WARNING"), production_environment()),
)


def main() -> int:
    failed = 0
    for check in CHECKS:
        done = check.run()
        failed += bool(done.returncode)
        say(f"{check.words}（{check.name}）：{'未通过' if done.returncode else '通过'}")
        if done.returncode:
            say(done.stdout + done.stderr)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
