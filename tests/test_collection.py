"""Every worker of a run collects the same names, whatever second it collects in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.console import ROOT

pytestmark = pytest.mark.once

OF_THE_MOMENT = """
import time, pytest
MADE = time.monotonic_ns()
@pytest.mark.parametrize("data", [b"", b"%d" % MADE, str(MADE) * 20, "short"])
def test_reads(data): pass
"""


def collected(folder: Path) -> list[str]:
    (folder / "test_moment.py").write_text(OF_THE_MOMENT)
    (folder / "pytest.ini").write_text("[pytest]\n")
    plugins = "-p no:django -p no:cacheprovider -p tests.plugins.environment".split()
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *plugins, str(folder)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    env.pop("GUANDU_TEST_ROOT", None)
    done = subprocess.run(
        command, cwd=folder, env={**env, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_a_name_does_not_carry_what_it_is_about(tmp_path: Path):
    first = collected(tmp_path)
    assert first == [f"test_moment.py::test_reads[{name}]" for name in ("data0", "data1", "data2", "short")]
    assert collected(tmp_path) == first
