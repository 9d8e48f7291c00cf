"""`@pytest.mark.feature("A4", …)`: which feature rows a test shows, and how each row fared.

With `--feature-results=FILE` the run leaves {"rows": {row: {test: "passed"|"failed"|"skipped"}}}.
"""

import json
import re
from pathlib import Path

import pytest

ROW = re.compile(r"[A-HX][1-9]\d?")
RANK = {"passed": 0, "skipped": 1, "failed": 2}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("guandu").addoption(
        "--feature-results", metavar="FILE", help="write the outcome of each feature row to FILE as JSON"
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--feature-results")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FeatureResults(Path(path)), "feature-results")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the rows on each test as properties, which travel from xdist workers with the reports."""
    for item in items:
        rows = {row for mark in item.iter_markers("feature") for row in mark.args}
        wrong = sorted(row for row in rows if not ROW.fullmatch(str(row)))
        if wrong:
            raise pytest.UsageError(f"{item.nodeid}: not a feature row: {', '.join(map(str, wrong))}")
        item.user_properties.extend(("feature", row) for row in sorted(rows))


class FeatureResults:
    """Collects the worst outcome of each test's phases, by row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, dict[str, str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, row in report.user_properties:
            if name == "feature":
                tests = self.rows.setdefault(str(row), {})
                before = tests.get(report.nodeid, "passed")
                tests[report.nodeid] = max(before, report.outcome, key=RANK.__getitem__)

    def pytest_sessionfinish(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps({"rows": self.rows}, ensure_ascii=False, indent=1, sort_keys=True))
