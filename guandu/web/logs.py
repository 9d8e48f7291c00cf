"""Logs: one line an event, for a machine in production and for a reader elsewhere, nobody's secret in either.

Web, worker, beat, relay and gunicorn all log by `configuration`. Nothing here needs Django's settings:
gunicorn's first process logs before there are any.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter

from guandu.core.context import current_job, current_request

HIDDEN = "［略］"
LONGEST_MESSAGE = 500
SHORTEST_SECRET = 6
# What `logging` itself puts on a record; anything else was given as `extra`.
STOCK = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
SECRET_NAME = (
    r"(?:pass(?:word|wd|code|phrase)?|pwd|secret|token|api[-_]?key|authorization|cookie|session(?:id)?"
    r"|csrf\w*|otp|口令|密码|验证码|令牌)"
)
QUOTED_OR_BARE = r"""(?:'[^']*'|"[^"]*"|[^\s,;&'"}\]\[]+)"""
NOT_FOR_LOGS = (
    # A header to the end of its line; name=value, "name": "value", 'name': ['value'] to the end of the value.
    (re.compile(r"(?i)((?:set-)?cookie|authorization)(['\"]?\s*[:=]\s*)[^\r\n]+"), rf"\1\2{HIDDEN}"),
    (
        re.compile(rf"(?i)([\w-]*{SECRET_NAME}[\w-]*)(['\"]?\s*(?:=>|[:=：])\s*\[?){QUOTED_OR_BARE}"),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|token|basic|digest)\s+[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?<=[\w/)])\?[^\s'\"<>]*=[^\s'\"<>]*"), f"?{HIDDEN}"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), HIDDEN),
    (re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])"), HIDDEN),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d([- ]?)\d{4}\1\d{4}(?!\d)"), HIDDEN),
    (re.compile(r"(?<!\d)0\d{2,3}[- ]\d{7,8}(?!\d)"), HIDDEN),
)
_settings_secrets: set[str] = set()
_carried: ContextVar[HttpRequest | None] = ContextVar("guandu_carried", default=None)


def conceal(*secrets: str) -> None:
    """From now on no line of this process holds one of `secrets`, wherever it comes from."""
    _settings_secrets.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


@contextmanager
def carrying(request: HttpRequest) -> Iterator[None]:
    """While `request` is answered no line holds a secret that it brought."""
    token = _carried.set(request)
    try:
        yield
    finally:
        _carried.reset(token)


def scrub(text: str) -> str:
    """`text` on one line, without secrets, numbers of people, addresses of mail and query strings."""
    for secret in sorted(_settings_secrets | set(_secrets_of(_carried.get())), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    for pattern, instead in NOT_FOR_LOGS:
        text = pattern.sub(instead, text)
    return text.translate(_ONE_LINE)


# Whatever a reader or a terminal could take for a new line or a command.
_ONE_LINE = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) != "\t"}
_ONE_LINE |= {0x0A: "\\n", 0x0D: "\\r", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def _secrets_of(request: HttpRequest | None) -> Iterator[str]:
    """Cookies, the Authorization header and what was posted under a secret name, where already read."""
    if request is None:
        return
    given = [*request.COOKIES.values(), *request.META.get("HTTP_AUTHORIZATION", "").split()]
    posted = getattr(request, "_post", None) or {}
    given += [value for name in posted if re.search(SECRET_NAME, name, re.IGNORECASE) for value in posted.getlist(name)]
    yield from (value for value in given if len(value) >= SHORTEST_SECRET)


def traceback_of(error: BaseException) -> str:
    """The calls that led to `error` and to what caused it. Of each message the first line: a database
    writes the refused row into those that follow."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said = (str(error).splitlines() or [""])[0][:LONGEST_MESSAGE]
        frames = "".join(traceback.format_tb(error.__traceback__))
        lines.insert(0, f"{frames}{type(error).__module__}.{type(error).__qualname__}: {scrub(said)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n-- then --\n".join(lines)


class _Parts:
    """What both formatters write of a record."""

    def _message(self, record: logging.LogRecord) -> str:
        if (request := getattr(record, "request", None)) is not None and isinstance(request, HttpRequest):
            # Django's own sentences end with the path, and a path holds keys.
            return f"{_status(record)} {route_of(request)}"
        return scrub(record.getMessage())

    def _given(self, record: logging.LogRecord) -> dict[str, Any]:
        """`extra` of plain values, and who asked or which job is in hand."""
        info = current_request()
        known = {"request_id": info.request_id, "job": current_job()}
        extra = {name: value for name, value in vars(record).items() if name not in STOCK}
        plain = {k: scrub(v) if isinstance(v, str) else v for k, v in extra.items() if isinstance(v, str | int | float)}
        return {name: value for name, value in (known | plain).items() if value not in (None, "")}


def _status(record: logging.LogRecord) -> int | str:
    return getattr(record, "status_code", "-")


class JsonLine(_Parts, JsonFormatter):
    """A record as one JSON object on one line, tracebacks inside."""

    def __init__(self) -> None:
        super().__init__(json_ensure_ascii=False)

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
            **self._given(record),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = type(record.exc_info[1]).__qualname__
            line["traceback"] = traceback_of(record.exc_info[1])
        return self.serialize_log_record(line)


class ReadableLine(_Parts, logging.Formatter):
    """A record for a reader: time, level, message, name=value; a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        given = " ".join(f"{name}={value}" for name, value in self._given(record).items())
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {self._message(record)} {given}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def formatException(self, exc_info: tuple[type, BaseException, TracebackType] | Any) -> str:
        return traceback_of(exc_info[1]) if exc_info[1] else ""


def route_of(request: HttpRequest) -> str:
    """The name of the address, never the keys in it; "-" where there is none."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else "-"


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes: JSON to standard output or readable lines to standard error.
    Of requests Django itself reports failures only, because each request has its own line."""
    formatter, stream = (JsonLine, "ext://sys.stdout") if as_json else (ReadableLine, "ext://sys.stderr")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": stream}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django gives these two handlers of their own, in the words of a development server.
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            "django.server": {"handlers": [], "level": "NOTSET", "propagate": True},
            "django.request": {"level": "ERROR"},
            "gunicorn.error": {"handlers": [], "level": "NOTSET", "propagate": True},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
