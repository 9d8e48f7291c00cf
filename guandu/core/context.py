"""Who is asking, from where, and which job is in hand: carried beside the call so that the audit and
the logs need not be handed a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestInfo:
    request_id: str = ""
    address: str = ""


NO_REQUEST = RequestInfo()
_current: ContextVar[RequestInfo] = ContextVar("guandu_request", default=NO_REQUEST)
_job: ContextVar[int | None] = ContextVar("guandu_job", default=None)


def current_request() -> RequestInfo:
    return _current.get()


@contextmanager
def request_info(info: RequestInfo) -> Iterator[None]:
    token = _current.set(info)
    try:
        yield
    finally:
        _current.reset(token)


def current_job() -> int | None:
    """The number of the job that is being worked on here; None outside jobs."""
    return _job.get()


@contextmanager
def job_in_hand(job_id: int) -> Iterator[None]:
    token = _job.set(job_id)
    try:
        yield
    finally:
        _job.reset(token)
