"""The scripts behind the Makefile: each in a folder of its own, none on this tree's data."""

import gettext
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scripts import bootstrap, catalogues, features, run, system
from scripts.console import ROOT, Halt
from scripts.processes import RESTARTS_PER_MINUTE, Child, Supervisor, port_is_free, stop_group
from scripts.test import Count, count_of, failures_of, suites

once = pytest.mark.once
CATALOGUE = r"""
#, fuzzy
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

msgid "Dashboard"
msgstr "工作"
"台"

#: a place
#, python-format
msgctxt "verb"
msgid "File \"%s\""
msgstr "报送“%s”"

msgid "park"
msgid_plural "parks"
msgstr[0] "园区"

#, fuzzy
msgid "Guess"
msgstr "猜测"

msgid "Untranslated"
msgstr ""

#~ msgid "Gone"
#~ msgstr "旧"
"""


# --- Catalogues -----------------------------------------------------------------------------------


@once
def test_a_catalogue_compiles_to_what_gettext_reads():
    read = gettext.GNUTranslations(io.BytesIO(catalogues.compile_text(CATALOGUE)))
    assert read.gettext("Dashboard") == "工作台"
    assert read.pgettext("verb", 'File "%s"') == "报送“%s”"
    assert read.ngettext("park", "parks", 3) == "园区"
    assert [read.gettext(text) for text in ("Guess", "Untranslated", "Gone")] == ["Guess", "Untranslated", "Gone"]


@once
def test_only_a_changed_catalogue_is_compiled_again(tmp_path: Path):
    po = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(CATALOGUE)
    assert catalogues.compile_all(tmp_path) == [po.with_suffix(".mo")]
    assert catalogues.compile_all(tmp_path) == []


@once
def test_a_broken_catalogue_is_named_with_its_line():
    with pytest.raises(Halt, match=r"django\.po:2"):
        catalogues.compile_text('msgid "a"\nmsgstr "b\n', name="django.po")


# --- Bootstrap ------------------------------------------------------------------------------------


@once
@pytest.mark.parametrize(("version", "fits"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_supported_pythons(version: tuple[int, int], fits: bool):
    if fits:
        bootstrap.require_supported_python(version)
    else:
        with pytest.raises(Halt, match=f"{version[0]}.{version[1]}"):
            bootstrap.require_supported_python(version)


@once
def test_a_python_without_venv_is_named_with_its_package(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(system, "may_install", lambda: False)
    with pytest.raises(Halt, match=rf"apt-get install -y python3\.{sys.version_info[1]}-venv"):
        bootstrap.create_venv(tmp_path / "venv")


@once
def test_missing_programs_are_named_in_one_command(monkeypatch):
    monkeypatch.setattr(system, "may_install", lambda: False)
    needs = [
        system.Need("postgresql", "数据库", lambda: False),
        system.Need("chromium", "浏览器", lambda: True),
        system.Need("redis-server", "消息服务", lambda: False),
    ]
    with pytest.raises(Halt, match="缺少 数据库、消息服务，请先执行：sudo apt-get install -y postgresql redis-server$"):
        system.provide(needs)


@once
def test_an_environment_that_tests_also_runs(monkeypatch, tmp_path: Path):
    installed: list[Path] = []
    monkeypatch.setattr(bootstrap, "VENV_STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setattr(bootstrap, "install_lock", lambda python, lock: installed.append(lock))
    for dev in (False, False, True, False, True):
        bootstrap.provide_environment(dev=dev)
    assert installed == [bootstrap.RUNTIME_LOCK, bootstrap.DEV_LOCK]


@once
def test_a_changed_lock_is_installed_again(monkeypatch, tmp_path: Path):
    lock, installed = tmp_path / "requirements.txt", []
    monkeypatch.setattr(bootstrap, "VENV_STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setattr(bootstrap, "RUNTIME_LOCK", lock)
    monkeypatch.setattr(bootstrap, "install_lock", lambda python, lock: installed.append(lock.read_text()))
    for text in ("a==1", "a==1", "a==2"):
        lock.write_text(text)
        bootstrap.provide_environment(dev=False)
    assert installed == ["a==1", "a==2"]


@once
def test_a_machine_without_npm_takes_it_from_the_wheel(monkeypatch, tmp_path: Path):
    made: list[Path] = []
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bootstrap, "NODE_VENV", tmp_path / ".venv-node")
    monkeypatch.setattr(bootstrap, "create_venv", made.append)
    monkeypatch.setattr(bootstrap, "install_lock", lambda python, lock: made.append(lock))
    env = bootstrap.node_environment()
    assert made == [tmp_path / ".venv-node", bootstrap.NODE_LOCK]
    assert env["PATH"].split(os.pathsep)[0] == str(tmp_path / ".venv-node" / "bin")


# --- Run ------------------------------------------------------------------------------------------


@once
def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "secret"
    first = run.secret_key(path)
    assert len(first) >= 50
    assert run.secret_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@once
def test_a_local_environment_replaces_nothing_that_is_set(tmp_path: Path):
    given = {"VAR_DIR": str(tmp_path), "SECRET_KEY": "mine", "AUDIT_KEY": "too", "CONTACT_KEY": "three", "DATABASE_URL": "postgres://a/b"}
    given["GUANDU_ENV"] = ""
    env = run.local_environment(given)
    assert env == {**given, "GUANDU_ENV": "local", "DJANGO_SETTINGS_MODULE": "guandu.settings"}


@once
def test_the_folders_of_a_run_are_their_owners_only(tmp_path: Path):
    var = tmp_path / "new" / "var"
    run.local_environment({"VAR_DIR": str(var)})
    folders = [var, var / "log", var / "media", var / "celery"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


@once
def test_settings_make_a_folder_that_only_its_owner_reads(tmp_path: Path):
    var = tmp_path / "var"
    env = {**os.environ, "VAR_DIR": str(var), "GUANDU_ENV": "local", "REDIS_URL": ""}
    subprocess.run([sys.executable, "-c", "import guandu.settings"], cwd=ROOT, env=env, check=True)
    folders = [var, var / "celery" / "queue", var / "celery" / "control"]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


@once
@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_wrong_port_is_refused_in_words(port: str):
    with pytest.raises(Halt, match=f"PORT={port}"):
        run.port_of({"PORT": port})


@once
def test_a_busy_port_names_another(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
        with pytest.raises(Halt, match=f"端口 {port} 已被占用.*PORT={port + 1}"):
            run.run({"PORT": str(port)}, tmp_path)


@once
def test_a_folder_is_run_once_at_a_time(tmp_path: Path):
    with run.only_run_of(tmp_path), pytest.raises(Halt, match="门户已在"), run.only_run_of(tmp_path):
        pass
    with run.only_run_of(tmp_path):
        pass


@once
def test_a_reset_moves_the_database_aside_and_loses_nothing(tmp_path: Path):
    (tmp_path / "db.sqlite3").write_text("rows")
    (tmp_path / "media").mkdir()
    assert run.put_aside(tmp_path, {}) == 0
    assert [path.read_text() for path in tmp_path.glob("aside-*/db.sqlite3")] == ["rows"]
    assert not (tmp_path / "db.sqlite3").exists()
    with pytest.raises(Halt, match="DATABASE_URL"):
        run.put_aside(tmp_path, {"DATABASE_URL": "postgres://a/b"})


def sleeper(tmp_path: Path, name: str = "sleeper", code: str = "import time; time.sleep(60)") -> Child:
    return Child(name, "示例进程", [sys.executable, "-c", code], tmp_path / f"{name}.log")


def is_alive(pid: int) -> bool:
    """Whether `pid` runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int, seconds: float = 3) -> bool:
    """Whether `pid` is gone within `seconds`: a killed process takes a moment."""
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_alive(pid)


def supervise(children: list[Child], after: float) -> Supervisor:
    """Run a supervisor until SIGTERM arrives `after` seconds from now."""
    supervisor = Supervisor(children, dict(os.environ))
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    timer = threading.Timer(after, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        supervisor.run(on_tick=lambda: None, tick_seconds=0.05)
    finally:
        timer.cancel()
        for number, handler in kept.items():
            signal.signal(number, handler)
    return supervisor


@once
def test_a_signal_stops_every_process_and_its_children(tmp_path: Path):
    code = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    parent = sleeper(tmp_path, "parent", code)
    supervise([parent, sleeper(tmp_path)], after=1.5)
    grandchild = int(parent.log.read_text())
    assert not is_alive(parent.process.pid)
    assert ends(grandchild)


@once
def test_a_process_that_dies_is_started_again(tmp_path: Path, capsys):
    flaky = sleeper(tmp_path, "flaky", "import os, time; print(os.getpid(), flush=True); time.sleep(0.4)")
    supervise([flaky], after=1.5)
    assert len(set(flaky.log.read_text().split())) >= 2
    assert "示例进程意外退出（代码 0），正在重新启动" in capsys.readouterr().out


@once
def test_a_process_that_keeps_dying_stops_everything_and_names_its_log(tmp_path: Path):
    broken = sleeper(tmp_path, "broken", "raise SystemExit('cannot read the plan')")
    other = sleeper(tmp_path)
    with pytest.raises(Halt, match=r"(?s)多次退出.*broken\.log.*cannot read the plan"):
        supervise([other, broken], after=60)
    assert broken.log.read_text().count("cannot read the plan") == RESTARTS_PER_MINUTE + 1
    assert not is_alive(other.process.pid)


@once
def test_a_process_deaf_to_sigterm_is_killed(tmp_path: Path):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    deaf = sleeper(tmp_path, "deaf", code)
    deaf.start(os.environ)
    while "deaf" not in deaf.log.read_text():
        time.sleep(0.02)
    stop_group(deaf.process, seconds=0.2)
    assert deaf.process.returncode == -signal.SIGKILL


# --- Test -----------------------------------------------------------------------------------------


def junit(folder: Path, **counts: int) -> Path:
    path = folder / "junit.xml"
    attributes = " ".join(f'{name}="{number}"' for name, number in counts.items())
    path.write_text(f"<testsuites><testsuite {attributes}/></testsuites>")
    return path


@once
def test_errors_count_as_failed(tmp_path: Path):
    report = junit(tmp_path, tests=10, failures=1, errors=2, skipped=3)
    assert count_of(report, code=1) == Count(passed=4, failed=3, skipped=3)


@once
def test_a_run_that_ends_badly_cannot_pass(tmp_path: Path):
    assert count_of(tmp_path / "none.xml", code=4) == Count(failed=1)
    assert count_of(junit(tmp_path, tests=5), code=3) == Count(passed=5, failed=1)
    assert count_of(tmp_path / "none.xml", code=5) == Count()


@once
def test_the_end_names_what_failed_and_how(tmp_path: Path):
    report = tmp_path / "junit.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="tests.a" name="good"/>'
        '<testcase classname="tests.a" name="bad"><failure message="assert 1&#10;  == 2">…</failure></testcase>'
        '<testcase classname="tests.b" name="broken"><error message="KeyError">…</error></testcase>'
        "</testsuite></testsuites>"
    )
    assert failures_of(report) == ["FAILED tests.a::bad: assert 1 == 2", "FAILED tests.b::broken: KeyError"]
    assert failures_of(tmp_path / "none.xml") == []


@once
def test_the_sum_is_one_line():
    assert str(Count(3, 1, 0) + Count(4, 0, 2)) == "7 passed, 1 failed, 2 skipped"


@once
def test_both_databases_run_and_what_needs_neither_runs_once(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///someone-elses.sqlite3")
    servers = {"DATABASE_URL": "postgres://a/b", "REDIS_URL": "redis://c"}
    plain, postgres = suites("", servers, ["-x"])
    assert "DATABASE_URL" not in plain.env
    assert servers.items() <= postgres.env.items()
    assert (plain.arguments, postgres.arguments) == (["--beside=postgres", "-x"], ["--beside=sqlite", "-x"])
    assert suites("postgres", servers, [])[0].arguments == []


# --- Features -------------------------------------------------------------------------------------

MARKED = """
import pytest
@pytest.mark.feature("A4")
def test_fine(): pass
@pytest.mark.feature("B14", "A4")
@pytest.mark.parametrize("n", [1, 2])
def test_parts(n): assert n == 1
@pytest.mark.feature("C1")
def test_left_out(): pytest.skip("reason")
@pytest.fixture
def broken(): yield; raise RuntimeError
@pytest.mark.feature("D3")
def test_teardown(broken): pass
"""


def run_marked(folder: Path, source: str) -> tuple[int, Path]:
    (folder / "test_marked.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = feature(*rows): rows\n")
    results = folder / "features.json"
    plugins = "-p no:django -p no:cacheprovider -p tests.plugins.features"
    command = [sys.executable, "-m", "pytest", "-q", *plugins.split(), f"--feature-results={results}", str(folder)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False).returncode, results


@once
def test_a_feature_row_passes_only_when_its_tests_do(tmp_path: Path):
    _, results = run_marked(tmp_path, MARKED)
    rows = features.merged([results])
    lines = [features.line_of(row, rows[row]).split() for row in sorted(rows, key=features.row_order)]
    assert lines == [["A4", "3", "FAIL"], ["B14", "2", "FAIL"], ["C1", "1", "FAIL"], ["D3", "1", "FAIL"]]
    assert json.loads(results.read_text())["rows"]["A4"]["test_marked.py::test_fine"] == "passed"


@once
def test_a_row_must_pass_on_both_databases(tmp_path: Path):
    for name, outcome in (("one", "passed"), ("two", "failed")):
        (tmp_path / name).write_text(json.dumps({"rows": {"A4": {"t": outcome}}}))
    assert features.line_of("A4", features.merged([tmp_path / "one"])["A4"]).split() == ["A4", "1", "pass"]
    both = features.merged([tmp_path / "one", tmp_path / "two"])
    assert features.line_of("A4", both["A4"]).split() == ["A4", "1", "FAIL"]


@once
def test_a_mark_that_is_no_row_is_refused(tmp_path: Path):
    code, _ = run_marked(tmp_path, MARKED.replace('"C1"', '"Z99"'))
    assert code == pytest.ExitCode.USAGE_ERROR


# --- Help ------------------------------------------------------------------------------------------


@once
def test_help_lists_every_command():
    text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  make ([a-z-]+)", text, re.MULTILINE)
    assert listed == "help run test check features bench prove lock demo-reset clean".split()


# --- Real processes -------------------------------------------------------------------------------


@pytest.mark.workers
def test_a_real_worker_and_relay_start_on_the_test_database_and_stop(celery_worker_process):
    pids = [celery_worker_process.pid(name) for name in ("worker", "relay")]
    assert all(map(is_alive, pids))
    celery_worker_process.stop()
    assert not any(map(is_alive, pids))
