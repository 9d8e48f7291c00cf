"""Who is asking, from where: carried beside the call so that audit need not be handed a request."""

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


def current_request() -> RequestInfo:
    return _current.get()


@contextmanager
def request_info(info: RequestInfo) -> Iterator[None]:
    token = _current.set(info)
    try:
        yield
    finally:
        _current.reset(token)
