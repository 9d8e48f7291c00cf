"""What must be set before Django's settings are imported, and which tests a run leaves out.

Each pytest process (an xdist worker is one) gets its own VAR_DIR, hence its own database file,
media and broker folder, and its own Redis database number, so that runs never meet.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from hypothesis import HealthCheck, settings as hypothesis_settings

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
LONGEST_NAME = 80
DATABASE_FIXTURES = frozenset({"db", "transactional_db", "live_server", "django_db_setup"})
OWNS_ROOT = "GUANDU_TEST_ROOT" not in os.environ
ROOT = Path(os.environ.setdefault("GUANDU_TEST_ROOT", tempfile.gettempdir() + f"/guandu-test-{os.getpid()}"))


def _redis_url_of_worker(url: str, worker: str) -> str:
    """`url` with the database number of this xdist worker; gw0 has 1, no worker has 0."""
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


def _prepare() -> None:
    var = ROOT / (WORKER or "main")
    var.mkdir(parents=True, exist_ok=True)
    os.environ["GUANDU_ENV"] = "test"
    os.environ["VAR_DIR"] = str(var)
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    if os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = _redis_url_of_worker(os.environ["REDIS_URL"], WORKER)


if OWNS_ROOT:
    atexit.register(shutil.rmtree, ROOT, ignore_errors=True)
_prepare()
hypothesis_settings.register_profile("quick", max_examples=50, deadline=None, derandomize=True)
hypothesis_settings.register_profile(
    "prove", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("guandu")
    group.addoption("--prove", action="store_true", help="run the long proofs and nothing else")
    group.addoption(
        "--beside", choices=["sqlite", "postgres"], help="the suite runs with this one too: leave out what is run once, there"
    )


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes and long texts are named by their argument, never by what they hold.

    A workbook holds the second it was made in; two xdist workers that collect a second apart would
    name its test differently, and the whole run ends before its first test.
    """
    if isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST_NAME):
        return argname
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if not _wanted(config, item)]
    if left_out:
        items[:] = [item for item in items if _wanted(config, item)]
        config.hook.pytest_deselected(items=left_out)


def _wanted(config: pytest.Config, item: pytest.Item) -> bool:
    if (item.get_closest_marker("prove") is not None) != config.getoption("--prove"):
        return False
    once = item.get_closest_marker("once")
    if once is None and _opens_the_database(item):
        return True
    return config.getoption("--beside") not in ((once and once.args) or ("sqlite",))


def _opens_the_database(item: pytest.Item) -> bool:
    """pytest-django lets nothing else at it."""
    return bool(item.get_closest_marker("django_db")) or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


@pytest.fixture
def redis_url() -> str:
    """The broker of this run; empty on the filesystem transport."""
    return os.environ.get("REDIS_URL", "")
