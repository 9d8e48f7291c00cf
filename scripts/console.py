"""Places of this tree, and how the scripts speak to whoever typed the command."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
TAIL_LINES = 25


class Halt(Exception):
    """A command cannot go on; its text is the one sentence that says what to do."""


def say(text: str) -> None:
    print(text, flush=True)


def run_quietly(
    command: Sequence[str], *, log: Path, failure: str, env: Mapping[str, str] | None = None
) -> None:
    """Run `command` in the tree with its output in `log`; Halt with `failure` and the log's end."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        code = subprocess.run(command, cwd=ROOT, env=env, stdout=out, stderr=subprocess.STDOUT).returncode
    if code:
        raise Halt(f"{failure}\n{tail(log)}\n完整记录：{shown(log)}")


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def shown(path: Path) -> str:
    """`path` as a reader of this folder names it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def told(main) -> None:
    """Run `main` as a command: a Halt becomes its sentence and exit code 2."""
    try:
        sys.exit(main())
    except Halt as halt:
        print(halt, file=sys.stderr, flush=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
