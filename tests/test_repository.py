"""What must hold of the repository itself: checks pass, locks are whole, nothing foreign is in it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from scripts.check import CHECKS, Check
from scripts.console import ROOT

pytestmark = pytest.mark.once

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")
GENERATED = {*LOCKS, "package-lock.json"}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>.*)$")
LARGEST_KB = 300
IMAGES = {".png", ".jpg", ".webp"}
LARGEST_IMAGE_KB = 800
TEXT = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".md",
    ".toml",
    ".yml",
    ".yaml",
    ".json",
    ".txt",
    ".in",
    ".po",
    ".csv",
    "",
}
# What keys, tokens and passwords of services look like; a word and its value on one line.
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:AKIA|ASIA|LTAI)[0-9A-Z]{12,}\b|\b(?:ghp|gho|ghs|glpat|xox[abp]|sk)[-_][\w-]{20,}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}|\b[a-z]+://[^\s/:@{}$<>\"']*:[^\s/@{}$<>\"'*]{12,}@"
    r"|(?i:key|secret|token|password)\w*[\"']?\s*[:=]\s*[\"'](?=[^\"']*\d)[0-9a-zA-Z+/_-]{40,}={0,2}[\"']"
)
# Names that documents, schemas and licences are known by; no page loads from them.
NAMED_ONLY = ("www.w3.org", "schemas.openxmlformats.org")


def tracked() -> list[Path]:
    """Files that are, or are about to be, in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in tracked()
        if path.suffix in TEXT and path.name not in GENERATED
    ]


def pins(lock: str) -> dict[str, set[str]]:
    """{name: versions} of a lock; a universal lock may hold two versions of one package."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text().splitlines():
        if match := PIN.match(line):
            found.setdefault(match["name"].lower(), set()).add(match["version"])
    return found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_check_passes(check: Check):
    done = check.run()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_of_a_lock_is_pinned_with_hashes(lock: str):
    requirements = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / lock).read_text().strip())
    loose = [
        first
        for text in requirements
        if not PIN.match(first := text.splitlines()[0]) or "--hash=sha256:" not in text
    ]
    assert pins(lock)
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_holds_what_must_never_enter(lock: str):
    assert {"psycopg", "psycopg-binary", "django-fsm", "psycopg2"}.isdisjoint(pins(lock))


def test_the_development_lock_holds_the_runtime_lock():
    runtime, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: versions for name, versions in runtime.items() if dev.get(name) != versions} == {}


def test_locks_name_no_host_to_download_from():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all(package.get("integrity") for name, package in packages.items() if name)
    for lock in LOCKS:
        assert not re.search(r"--(index-url|extra-index-url|find-links)|https?://", (ROOT / lock).read_text())


def test_package_json_pins_exact_versions():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert [name for name, version in wanted.items() if not re.fullmatch(r"[\d.]+", version)] == []


def test_installed_and_generated_files_are_not_in_the_tree():
    foreign = re.compile(
        r"(^|/)(node_modules|staticfiles|\.venv[^/]*|var)/|\.(mo|pyc|whl|min\.js|min\.css|sqlite3)$"
    )
    assert [name for path in tracked() if foreign.search(name := str(path.relative_to(ROOT)))] == []


def test_no_file_is_larger_than_hand_written_ones_are():
    large = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.name not in GENERATED
        and path.stat().st_size > 1024 * (LARGEST_IMAGE_KB if path.suffix in IMAGES else LARGEST_KB)
    ]
    assert large == []


def test_no_file_names_a_folder_of_one_machine():
    machine = re.compile(r"(?<![\w.$}])/(?:work|root|home)/\w")
    assert [name for name, text in texts() if machine.search(text)] == []


def test_no_file_holds_a_secret():
    assert [
        (name, found[0]) for name, text in texts() for found in SECRET.finditer(text) if "tests/" not in name
    ] == []
    keys = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
    assert [name for name, text in texts() if keys.search(text) and "PRIVATE KEY|" not in text] == []


@pytest.mark.parametrize(
    "planted",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1" * 18,
        "redis://:" + "c9f0" * 6 + "@redis:6379/0",
        'SECRET_KEY = "' + "x7" * 25 + '"',
        'api_token: "' + "0a9b" * 12 + '"',
    ],
)
def test_a_planted_secret_is_seen(planted):
    assert SECRET.search(planted)


def test_pages_styles_and_scripts_ask_no_other_host():
    address = re.compile(r"(?:https?:)?//([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
    asked = {
        (name, host)
        for name, text in texts()
        if name.startswith(("templates/", "static/")) or "/templates/" in name or "/static/" in name
        for host in address.findall(text)
        if host not in NAMED_ONLY
    }
    assert asked == set()


def test_ci_runs_make_test_and_nothing_else():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith(("#", "set ", "cd "))] == [
        "exec make test"
    ]
