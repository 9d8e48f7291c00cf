"""A cache that never breaks a page: Redis that is away, hung, full or scrambled counts as a miss.

Nothing that must be true is kept in it. A failed call costs 0.2 s at most (settings); after it Redis
is left alone for some seconds, so that a page with many calls does not wait for each.
"""

import logging
import time
from collections.abc import Callable
from pickle import PickleError
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

REST_SECONDS = 5.0
# What a value that something else wrote may raise when it is read.
SCRAMBLED = (PickleError, ValueError, TypeError, EOFError, AttributeError, ImportError, LookupError)


class BypassedRedisCache(RedisCache):
    """Django's Redis cache whose every failure is a miss (for `add`: a first time)."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.resting_until = 0.0

    def get(self, key, default=None, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).get(key, default, version), default)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).add(key, value, timeout, version), True)

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).set(key, value, timeout, version), None)

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).touch(key, timeout, version), False)

    def delete(self, key, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).delete(key, version), False)

    def has_key(self, key, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).has_key(key, version), False)

    def get_many(self, keys, version=None):
        keys = list(keys)
        return self._ask(lambda: super(BypassedRedisCache, self).get_many(keys, version), {})

    def set_many(self, data, timeout=DEFAULT_TIMEOUT, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).set_many(data, timeout, version), [])

    def delete_many(self, keys, version=None):
        keys = list(keys)
        return self._ask(lambda: super(BypassedRedisCache, self).delete_many(keys, version), None)

    def incr(self, key, delta=1, version=None):
        return self._ask(lambda: super(BypassedRedisCache, self).incr(key, delta, version), delta)

    def clear(self):
        return self._ask(super().clear, False)

    def _ask(self, call: Callable[[], Any], missed: Any) -> Any:
        if time.monotonic() < self.resting_until:
            return missed
        try:
            return call()
        except SCRAMBLED:
            logger.warning("the cache held what cannot be read")
        except (RedisError, OSError) as failure:
            logger.warning("the cache was bypassed: %s", type(failure).__name__)
            self.resting_until = time.monotonic() + REST_SECONDS
        return missed
