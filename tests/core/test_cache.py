"""The cache answers within its time or is bypassed, whatever Redis does."""

import socket
import time

import pytest
from django.core.cache.backends.redis import RedisSerializer

from guandu.core.cache import BypassedRedisCache

pytestmark = pytest.mark.once

OPTIONS = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": None}


@pytest.fixture
def hung():
    """A server that accepts and never answers, as a stopped Redis does."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        yield f"redis://127.0.0.1:{mute.getsockname()[1]}/0"


def cache_at(url: str) -> BypassedRedisCache:
    return BypassedRedisCache(url, {"OPTIONS": OPTIONS})


def every_call(cache: BypassedRedisCache) -> list:
    return [
        cache.get("k", "default"), cache.add("k", 1), cache.set("k", 1), cache.touch("k"), cache.delete("k"),
        cache.has_key("k"), cache.get_many(["k"]), cache.set_many({"k": 1}), cache.delete_many(["k"]),
        cache.incr("k"), cache.clear(), cache.get_or_set("k", lambda: 7),
    ]  # fmt: skip


BYPASSED = ["default", True, None, False, False, False, {}, [], None, 1, False, 7]


def test_a_hung_redis_costs_one_wait(hung):
    cache = cache_at(hung)
    start = time.monotonic()
    assert every_call(cache) == BYPASSED
    assert time.monotonic() - start < 0.6


def test_a_dead_redis_is_a_miss():
    start = time.monotonic()
    assert every_call(cache_at("redis://127.0.0.1:1/0")) == BYPASSED
    assert time.monotonic() - start < 0.6


def test_it_is_asked_again_after_its_rest(hung, monkeypatch):
    cache = cache_at(hung)
    cache.get("k")
    assert cache.resting_until > time.monotonic()
    cache.resting_until = 0.0
    monkeypatch.setattr(cache, "_class", lambda *a, **k: pytest.fail("kept"))
    assert cache.get("k", 3) == 3
    assert cache.resting_until > 0


@pytest.mark.parametrize("stored", [b"\x80not a pickle", b"", b"cnowhere\nnothing\n.", b"\xff"])
def test_a_scrambled_value_is_a_miss(hung, monkeypatch, stored):
    cache = cache_at(hung)
    read = RedisSerializer().loads
    monkeypatch.setattr(type(cache._cache), "get", lambda self, key, default: read(stored))
    assert cache.get("k", "miss") == "miss"
    assert cache.resting_until == 0.0
