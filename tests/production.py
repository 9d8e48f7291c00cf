"""The portal as docker-compose.yml starts it, without containers: real processes under production settings
on a PostgreSQL and a Redis of their own, each secret one that is found again wherever it leaks."""

import http.client
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg2

from guandu.environment import password_of
from scripts.console import ROOT
from scripts.processes import free_port, stop_group
from scripts.servers import FAST_AND_FORGETFUL, serve_postgres, start_postgres
from tests.compose import environment, expanded, services

HOST = "portal.example"
BACKGROUND = ("worker", "import-worker", "beat", "relay")
ALIVE_SECONDS = 60
TOKEN_IN_PAGE = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def number(self) -> str:
        return self.headers.get("X-Request-ID", "")

    @property
    def text(self) -> str:
        """All of it: what a reader could learn from."""
        return "\n".join([*(f"{name}: {value}" for name, value in self.headers.items()), self.body])


@dataclass
class Browser:
    """Asks the web process as the proxy would: over TLS, under the portal's name."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def ask(
        self, method: str, address: str, form: Mapping[str, str] | bytes | None = None, **headers: str
    ) -> Answer:
        said = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "Accept": "text/html",
            "Origin": f"https://{HOST}",
        }
        if self.cookies:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if form is not None:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urlencode(form) if isinstance(form, Mapping) else form
        try:
            connection.request(method, address, body=body, headers={k: v for k, v in said.items() if v})
            raw = connection.getresponse()
            answer = Answer(raw.status, dict(raw.getheaders()), raw.read().decode("utf-8", "replace"))
            self._keep(raw.headers.get_all("Set-Cookie", []))
        finally:
            connection.close()
        self.answers.append(answer)
        return answer

    def _keep(self, given: list[str]) -> None:
        for line in given:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value

    def post(self, address: str, form: Mapping[str, str], **headers: str) -> Answer:
        """With the token of the form, as the cookie has it."""
        token = self.cookies.get("__Host-csrftoken", "")
        return self.ask("POST", address, {"csrfmiddlewaretoken": token, **form}, **headers)

    def sign_in(self, username: str, password: str) -> Answer:
        self.ask("GET", "/accounts/sign-in/")
        return self.post("/accounts/sign-in/", {"username": username, "password": password})


class Production:
    """Started once; `log(name)` is what a process wrote, `secrets` what none of it may hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen] = {}
        self.given = {
            "SECRET_KEY": secrets.token_hex(40), "AUDIT_KEY": secrets.token_hex(40), "ALLOWED_HOSTS": HOST,
            "CONTACT_KEY": secrets.token_hex(40),
            "REDIS_PASSWORD": secrets.token_hex(24), "OIDC_SERVER": "http://127.0.0.1:1/realms/district",
            "OIDC_CLIENT_ID": "portal", "OIDC_CLIENT_SECRET": secrets.token_hex(24),
        }  # fmt: skip
        self.port, self.redis_port = free_port(), free_port()

    @property
    def secrets(self) -> dict[str, str]:
        return {name: value for name, value in self.given.items() if re.search("KEY|PASSWORD|SECRET", name)}

    # --- Stores

    def start_stores(self) -> None:
        said = services()["postgres"]["command"][1:]
        self.options = FAST_AND_FORGETFUL | dict(word.split("=") for word in said if word != "-c")
        self.running["postgres"], self.database_url = start_postgres(self.folder, self.options)
        self.given["POSTGRES_PASSWORD"] = password_of(self.database_url)
        session = self.database("postgres")
        session.cursor().execute("CREATE DATABASE guandu")
        session.close()
        self.start_redis()

    def database(self, name: str = "guandu"):
        address = self.database_url.replace("postgres://", "postgresql://").rpartition("/")[0]
        session = psycopg2.connect(f"{address}/{name}")
        session.autocommit = True
        return session

    def stop_postgres(self) -> None:
        stop_group(self.running.pop("postgres"), seconds=10)

    def start_postgres_again(self) -> None:
        port = int(self.database_url.rpartition(":")[2].partition("/")[0])
        self.running["postgres"] = serve_postgres(self.folder, port, self.options)

    def start_redis(self) -> None:
        """By the words of docker-compose.yml, for the server that this machine has."""
        script = expanded(services()["redis"]["command"][2], {}).replace("valkey-server", "redis-server")
        script = script.replace("/tmp/valkey.conf", f"{self.folder}/redis.conf").rstrip()
        more = f" --port {self.redis_port} --bind 127.0.0.1 --dir {self.folder}"
        env = {"PATH": os.environ["PATH"], "REDIS_PASSWORD": self.given["REDIS_PASSWORD"]}
        self._start("redis", ["sh", "-c", script + more], env)
        self.wait_for("redis", "Ready to accept connections")

    # --- Processes

    def env(self, service: str) -> dict[str, str]:
        """What Compose gives the service, with the addresses and folders of this run."""
        said = environment(service, {**self.given, "TLS_CERTIFICATE": "-", "TLS_KEY": "-"})
        moved = {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": said["REDIS_URL"].replace("redis:6379", f"127.0.0.1:{self.redis_port}"),
            "VAR_DIR": str(self.folder / "var"),
            "AUDIT_ANCHOR_DIR": str(self.folder / "anchors"),
            "DJANGO_SETTINGS_MODULE": "tests.production_settings",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": str(self.folder),
            "LANG": "C.UTF-8",
            # Celery warns of being the superuser, which a test may be and the image never is.
            "PYTHONWARNINGS": "ignore",
        }
        if "PULSE_FILE" in said:
            moved["PULSE_FILE"] = str(self.folder / f"{service}.pulse")
        return said | moved

    def run(self, *command: str) -> str:
        """What a command of the portal prints; it must end well."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.env("web"),
            capture_output=True,
            text=True,
            timeout=300,
        )
        with self.path("commands").open("a") as log:
            log.write(done.stderr)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start_web(self) -> None:
        command = services()["web"]["command"]
        options = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1"]
        self._start("web", [*command[:-1], *options, command[-1]], self.env("web"))
        end = time.monotonic() + ALIVE_SECONDS
        while time.monotonic() < end:
            try:
                if Browser(self.port).ask("GET", "/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log("web"))

    def start_background(self) -> None:
        for name in BACKGROUND:
            command = [word.replace("/tmp/", f"{self.folder}/") for word in services()[name]["command"]]
            named = ["-n", f"{name}@%h"] if "worker" in name else []
            self._start(name, [*command, *named], self.env(name))

    def _start(self, name: str, command: list[str], env: dict[str, str]) -> None:
        with self.path(name).open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def log(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8", errors="replace")

    def lines(self, name: str) -> list[dict]:
        """A log of the portal's own: each line one JSON object."""
        return [json.loads(line) for line in self.log(name).splitlines()]

    def wait_for(self, name: str, text: str) -> None:
        end = time.monotonic() + ALIVE_SECONDS
        while text not in self.log(name):
            assert time.monotonic() < end, self.log(name)
            time.sleep(0.1)

    def arguments(self) -> str:
        """What a list of processes shows of every process of this run."""
        shown = ["ps", "-ww", "-o", "args=", "-g", ",".join(str(each.pid) for each in self.running.values())]
        return subprocess.run(shown, capture_output=True, text=True, check=True).stdout

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in reversed(self.running.values()):
            stop_group(process, seconds=3)


@contextmanager
def production() -> Iterator[Production]:
    folder = Path(tempfile.mkdtemp(prefix="guandu-production-"))
    folder.chmod(0o755)
    started = Production(folder)
    try:
        started.start_stores()
        started.run("-m", "scripts.prepare")
        yield started
    finally:
        started.stop()
        shutil.rmtree(folder, ignore_errors=True)
