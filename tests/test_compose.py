"""The production set: docker-compose.yml, the images, the proxy, and what an operator is told of them."""

import ast
import os
import re
import runpy
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from guandu.exchange.preflight import MOST_PACKED
from guandu.jobs.registry import QUEUES
from guandu.web.headers import FIXED, NOT_STORED
from scripts.console import ROOT
from scripts.throwaway import production_environment
from tests.compose import VARIABLE, compose, environment, expanded, services, text

pytestmark = pytest.mark.once

PORTAL = ("migrate", "web", "worker", "import-worker", "beat", "relay")
WORKERS = ("worker", "import-worker")
NGINX = ROOT / "docker" / "nginx"
READ_IN = ("settings", "file_settings", "notice_settings", "sign_in_settings", "environment", "gunicorn_config")
READERS = {"env", "_env", "required", "read_networks", "read", "read_list", "get", "bool", "int", "list"}
GIVEN = {
    **production_environment(),
    "POSTGRES_PASSWORD": secrets.token_hex(24),
    "REDIS_PASSWORD": secrets.token_hex(24),
    "TLS_CERTIFICATE": "/etc/ssl/portal.pem",
    "TLS_KEY": "/etc/ssl/portal.key",
}


def example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


def explained() -> dict[str, bool]:
    """Variable → whether .env.example asks the operator to fill it in."""
    found = re.findall(r"^(#?)([A-Z_]+)=", example(), re.MULTILINE)
    return {name: not commented for commented, name in found}


def used() -> dict[str, bool]:
    """Variable → whether docker-compose.yml insists on it."""
    return {found["name"]: found["kind"] == ":?" for found in VARIABLE.finditer(text())}


def read_by_the_portal() -> set[str]:
    """The names that the settings ask the environment for, from their source."""
    return {
        node.args[0].value
        for module in READ_IN
        for node in ast.walk(ast.parse((ROOT / "guandu" / f"{module}.py").read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in READERS
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and re.fullmatch(r"[A-Z][A-Z_]+", str(node.args[0].value))
    }


# --- Services -------------------------------------------------------------------------------------


def test_the_set_is_whole_and_runs_what_exists():
    commands = {name: " ".join(services()[name]["command"]) for name in PORTAL}
    assert set(services()) == {*PORTAL, "postgres", "redis", "proxy"}
    assert commands["web"] == "gunicorn -c python:guandu.gunicorn_config guandu.wsgi"
    assert commands["worker"].startswith("celery --quiet -A guandu worker ")
    assert commands["import-worker"].startswith("nice -n 10 celery --quiet -A guandu worker ")
    assert commands["beat"].startswith("celery --quiet -A guandu beat ")
    assert commands["relay"] == "python manage.py relay"
    assert commands["migrate"] == "python -m scripts.prepare"
    assert {
        "relay",
        "migrate",
        "load_plan",
        "load_standards",
        "load_scheme",
        "load_projects",
        "anchor_audit",
        "bootstrap",
    } <= set(get_commands())


def queues_of(worker: str) -> list[str]:
    command = services()[worker]["command"]
    return command[command.index("--queues") + 1].split(",")


def test_every_queue_is_served_and_uploads_cannot_keep_other_work_waiting():
    assert (
        {queue for worker in WORKERS for queue in queues_of(worker)}
        == set(QUEUES)
        == set(settings.CELERY_TASK_QUEUES)
    )
    assert queues_of("worker") == ["default"]
    assert queues_of("import-worker")[0] == "import"
    assert "--disable-prefetch" in services()["import-worker"]["command"]


@pytest.mark.parametrize("worker", WORKERS)
def test_celery_knows_every_option_that_a_worker_is_given(worker):
    words = services()[worker]["command"]
    options = {word for word in words[words.index("worker") + 1 :] if word.startswith("--")}
    shown = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "guandu", "worker", "--help"], cwd=ROOT, env={**os.environ, "GUANDU_ENV": "test"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert {option for option in options if option not in shown} == set()


@pytest.mark.parametrize("name", services())
def test_every_service_starts_again_within_its_memory_and_says_that_it_lives(name):
    service = services()[name]
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]
    assert "no-new-privileges:true" in service["security_opt"]
    if name == "migrate":  # ends; the others wait until it has ended well
        assert service["restart"] == "no"
        assert {
            services()[each]["depends_on"]["migrate"]["condition"] for each in PORTAL if each != name
        } == {"service_completed_successfully"}
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


@pytest.mark.parametrize("name", PORTAL)
def test_the_portals_processes_are_asked_by_what_they_have(name):
    service = services()[name]
    assert name == "migrate" or service["healthcheck"]["test"] == ["CMD", "python", "-m", "scripts.alive"]
    assert ("PULSE_FILE" in service["environment"]) is (name not in {"web", "migrate"})
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_the_proxy_alone_is_published_and_the_stores_reach_nothing_outside():
    networks = compose()["networks"]
    assert [name for name, service in services().items() if "ports" in service] == ["proxy"]
    assert networks["back"] == {"internal": True}
    assert {name for name, service in services().items() if "front" in service["networks"]} == {
        "proxy",
        "web",
    }
    assert services()["proxy"]["networks"] == ["front"]
    assert {tuple(services()[name]["networks"]) for name in ("postgres", "redis", *WORKERS)} == {("back",)}
    assert not [
        name for name, service in services().items() if "network_mode" in service or service.get("privileged")
    ]


def test_the_web_believes_the_proxys_network_and_no_other():
    subnet = compose()["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert services()["web"]["environment"]["TRUSTED_PROXIES"] == subnet


def test_the_anchors_have_a_volume_of_their_own():
    for name in PORTAL:
        service = services()[name]
        assert {"files:/var/lib/guandu", "anchors:/var/lib/guandu-anchors"} <= set(service["volumes"])
        assert service["environment"]["VAR_DIR"] == "/var/lib/guandu"
        assert service["environment"]["AUDIT_ANCHOR_DIR"] == "/var/lib/guandu-anchors"
    assert set(compose()["volumes"]) == {"anchors", "database", "files", "queue"}
    assert "install -d -o guandu -m 700 /var/lib/guandu /var/lib/guandu-anchors" in dockerfile()


# --- Secrets --------------------------------------------------------------------------------------


@pytest.mark.feature("X8")
def test_no_secret_has_a_value_here_or_in_the_example():
    for name, service in services().items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|KEY|SECRET|_URL", variable):
                given = VARIABLE.search(str(value))
                assert given, f"{name}: {variable}"
                assert given["kind"] == ":?" or given["words"] == "", f"{name}: {variable}"
    filled = re.findall(r"^[A-Z_]+=.+$", example(), re.MULTILINE)
    assert filled == []


@pytest.mark.feature("X8")
def test_nothing_starts_before_every_secret_is_given():
    insisted = {name for name, required in used().items() if required}
    secret = {"SECRET_KEY", "AUDIT_KEY", "CONTACT_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "ALLOWED_HOSTS"}
    assert insisted == {*secret, "TLS_CERTIFICATE", "TLS_KEY"}
    for name in insisted:
        with pytest.raises(KeyError, match=name):
            expanded(text(), {key: value for key, value in GIVEN.items() if key != name})


@pytest.mark.feature("X8")
@pytest.mark.parametrize("name", PORTAL)
def test_production_starts_with_what_it_is_given_here(name, monkeypatch, tmp_path: Path):
    for variable, value in environment(name, GIVEN).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    for variable in ("DEBUG", "TEST_DB_NAME"):
        monkeypatch.delenv(variable, raising=False)
    started = runpy.run_path(str(ROOT / "guandu" / "settings.py"))
    assert started["PRODUCTION"]
    assert started["DATABASES"]["default"]["HOST"] == "postgres"
    assert started["DATABASES"]["default"]["PASSWORD"] == GIVEN["POSTGRES_PASSWORD"]
    assert GIVEN["REDIS_PASSWORD"] in started["REDIS_URL"]


def test_no_secret_is_an_argument_of_a_process():
    for name, service in services().items():
        words = " ".join([*service.get("command", []), *service.get("healthcheck", {}).get("test", [])])
        assert not VARIABLE.search(words), f"{name}: put in by Compose before the process starts"


# --- What the operator is told --------------------------------------------------------------------


def test_the_example_and_the_set_name_the_same_variables():
    told = explained()
    assert {name for name in used() if name not in told} == set()
    assert {name for name, asked in told.items() if asked} == {
        name for name, required in used().items() if required
    }
    by_hand = {
        "GUANDU_ENV",
        "DATABASE_URL",
        "REDIS_URL",
        "VAR_DIR",
        "FILES_DIR",
        "AUDIT_ANCHOR_DIR",
        "TRUSTED_PROXIES",
        "PULSE_FILE",
    }
    assert set(told) - set(used()) == {*by_hand, "DEBUG", "TEST_DB_NAME"}
    assert by_hand <= set(services()["worker"]["environment"])


def test_every_variable_that_the_portal_reads_is_explained():
    read = read_by_the_portal()
    assert {
        "GUANDU_ENV",
        "AUDIT_KEY_FALLBACKS",
        "TRUSTED_PROXIES",
        "OIDC_CLAIM",
        "LOG_LEVEL",
        "PULSE_FILE",
    } <= read
    assert read - set(explained()) == set()
    assert (
        read - set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "running.md").read_text(encoding="utf-8")))
        == set()
    )


def test_every_explanation_is_in_both_languages():
    """The comment above each variable, or above the group that it stands in."""
    comments = re.split(r"^(?:#?[A-Z_]+=.*\n)+", example().split("# ---- 1.")[1], flags=re.MULTILINE)[:-1]
    assert len(comments) > 15
    for comment in comments:
        assert re.search(r"[\u4e00-\u9fff]{2}", comment), comment
        assert re.search(r"[A-Z][a-z]+ [a-z]+|[a-z]+, [a-z]+", comment), comment


# --- Images ---------------------------------------------------------------------------------------


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_the_images_are_made_of_what_is_there():
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", dockerfile(), re.MULTILINE))
    assert {service["build"]["target"] for service in services().values() if "build" in service} <= stages
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile(), re.MULTILINE)
    assert copied
    assert [name for names in copied for name in names.split() if not (ROOT / name).exists()] == []
    assert re.search(r"^\.env$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)


def test_the_image_is_built_without_a_secret_and_runs_as_nobody_in_particular():
    portal = dockerfile().split("AS portal")[1].split("AS proxy")[0]
    assert "scripts.throwaway collectstatic" in portal
    assert not re.search(r"(KEY|PASSWORD|SECRET)\w*=", portal)
    assert portal.index("USER guandu") > portal.index("RUN python -m scripts.catalogues")


# --- Proxy ----------------------------------------------------------------------------------------


def directives(path: Path) -> list[list[str]]:
    """Every directive of a file of nginx, as words; blocks are opened by their last word {."""
    plain = re.sub(r"^\s*#.*$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    words = re.findall(r'"[^"]*"|\'[^\']*\'|[{};]|[^\s{};"\']+(?:\{[^}]*\}[^\s;]*)?', plain)
    found: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += {"{": 1, "}": -1}.get(word, 0)
        assert depth >= 0, f"{path.name}: one }} too many"
        found[-1] += [] if word in ";}" else [word.strip("\"'")]
        if word in "{};":
            found.append([])
    assert depth == 0, f"{path.name}: a block is not closed"
    return [each for each in found if each]


def all_directives() -> list[list[str]]:
    return [each for path in sorted(NGINX.glob("*.conf")) for each in directives(path)]


def values(name: str) -> list[list[str]]:
    return [each[1:] for each in all_directives() if each[0] == name]


def test_every_file_of_the_proxy_is_read_and_in_its_image():
    included = {
        value[0].removeprefix("portal/") for value in values("include") if value[0].startswith("portal/")
    }
    assert included | {"nginx.conf"} == {path.name for path in NGINX.glob("*.conf")}
    assert {name for name in included if f"docker/nginx/{name}" not in dockerfile()} == set()


def test_the_proxy_says_what_web_asks_of_it():
    said = {value[0]: value[1] for value in values("proxy_set_header")}
    assert said["X-Forwarded-Proto"] == "$scheme"
    assert said["X-Forwarded-For"] == "$remote_addr"
    assert said["Host"] == "$http_host"
    assert values("proxy_pass") == [["http://$web"]]
    assert values("set") == [["$web", "web:8000"]]
    assert 'bind = "0.0.0.0:8000"' in (ROOT / "guandu" / "gunicorn_config.py").read_text()


def test_tls_is_of_today_and_its_key_comes_from_outside():
    assert values("ssl_protocols") == [["TLSv1.2", "TLSv1.3"]]
    assert values("ssl_certificate") == [["/run/secrets/tls-certificate"]]
    assert values("ssl_certificate_key") == [["/run/secrets/tls-key"]]
    assert set(services()["proxy"]["secrets"]) == set(compose()["secrets"]) == {"tls-certificate", "tls-key"}
    assert ["443", "ssl", "default_server"] in values("listen")
    assert values("server_tokens") == [["off"]]


def test_a_workbook_passes_and_much_more_does_not():
    (size,) = values("client_max_body_size")[0]
    most = int(size.removesuffix("m")) * 1024 * 1024
    assert MOST_PACKED < most < 2 * MOST_PACKED


def test_what_the_proxy_answers_itself_carries_the_portals_headers():
    said = {each[1]: each for each in directives(NGINX / "own.conf")}
    assert {name: said[name][2] for name in FIXED} == FIXED
    assert said["Strict-Transport-Security"][2] == "max-age=31536000; includeSubDomains; preload"
    assert "default-src 'none'" in said["Content-Security-Policy"][2]
    assert {each[3] for each in said.values()} == {"always"}
    assert ["Cache-Control", NOT_STORED, "always"] in values("add_header")


@pytest.mark.parametrize("path", sorted((NGINX / "pages").iterdir()), ids=lambda path: path.name)
def test_the_proxys_own_answers_are_in_words_with_a_number(path: Path):
    page = path.read_text(encoding="utf-8")
    assert re.search(r"[\u4e00-\u9fff]{6}", page)
    assert '<!--# echo var="request_id" -->' in page
    assert path.with_suffix(".json" if path.suffix == ".html" else ".html").exists()
    assert [f"/pages/{path.stem}.$form"] in [value[-1:] for value in values("error_page")]


def test_the_proxys_log_has_no_path_and_no_query():
    formats = [value for value in values("log_format") if value[0] == "failed"]
    assert formats
    said = set(re.findall(r"\$\w+", " ".join(formats[0])))
    assert said == {"$time_iso8601", "$status", "$remote_addr", "$upstream_status", "$request_id"}
    assert values("error_log") == [["/dev/stderr", "crit"]]
