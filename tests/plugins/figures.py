"""`prove_figure(name, value)`: a figure that a run prints at its end, e.g. "tamper kinds found", "10/10".

A test calls it once it has asserted what the figure says; in a parametrised test give one name and an
int for each case: ints of one name are added up. With `--figure-results=FILE` the run leaves
{name: value} in FILE; `make test` and `make prove` print it by database, before the counts.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Figure = int | str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("guandu").addoption(
        "--figure-results", metavar="FILE", help="write the figures that tests gave to FILE as JSON"
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--figure-results")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FigureResults(Path(path)), "figure-results")


@pytest.fixture
def prove_figure(record_property: Callable[[str, object], None]) -> Callable[[str, Figure], None]:
    """Properties travel from xdist workers with the reports."""
    return lambda name, value: record_property("figure", [name, value])


class FigureResults:
    """The figures of one run in the order they came; ints of one name added, other values replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.figures: dict[str, Figure] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" or not report.passed:
            return
        for kind, figure in report.user_properties:
            if kind == "figure":
                self._take(*figure)

    def _take(self, name: str, value: Figure) -> None:
        before = self.figures.get(name)
        self.figures[name] = before + value if isinstance(before, int) and isinstance(value, int) else value

    def pytest_sessionfinish(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self.figures, ensure_ascii=False, indent=1))
