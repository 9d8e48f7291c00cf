"""A gateway on this machine that answers as it is told, and keeps what it was sent."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = "agreed-between-portal-and-gateway"


class Gateway(ThreadingHTTPServer):
    """`status` is what it answers; `delay` how long it takes; `location` where it points."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.delay, self.location = 200, 0.0, ""
        self.received: list[tuple[dict, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/send"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body))
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.server.received.append(({"method": "GET"}, b""))
        self.send_response(200)
        self.end_headers()

    def handle(self) -> None:
        # Whoever asked may have gone away, which is what some tests are about.
        try:
            super().handle()
        except OSError:
            return

    def log_message(self, *args) -> None:
        return


@contextmanager
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_channel(url: str, *, seconds: float = 5.0) -> dict:
    """Settings of one channel that leads there."""
    options = {"url": url, "secret": SECRET, "seconds": seconds}
    return {"sms": {"name": "短信", "backend": "guandu.notices.channels.gateway.HttpGateway", "options": options}}
