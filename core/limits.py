"""Rate limits for doors anybody may knock at: fixed windows in Redis, in this process while Redis is away."""

from __future__ import annotations

import functools
import logging
import threading
import time
from dataclasses import dataclass

import redis
from django.conf import settings

from core.errors import TooMany

logger = logging.getLogger(__name__)

_LOCAL_KEYS = 10_000
_PATIENCE_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `times` (or that much, such as bytes) in `seconds` for each subject: an address, a visitor, an inbox."""

    name: str
    times: int
    seconds: int


class _LocalCounter:
    """The fallback: counts per process, forgets everything when it grows too large."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, key: str, amount: int) -> int:
        with self._lock:
            if len(self._counts) > _LOCAL_KEYS:
                self._counts.clear()
            self._counts[key] = self._counts.get(key, 0) + amount
            return self._counts[key]


_local = _LocalCounter()


@functools.cache
def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS, max_connections=16
    )


def is_within(limit: Limit, subject: object, amount: int = 1) -> bool:
    """Count one more use (or an amount, such as bytes); False when it is over the limit."""
    window = int(time.time()) // limit.seconds
    key = f"limit:{limit.name}:{window}:{subject}"
    try:
        pipe = _redis(settings.REDIS_URL).pipeline(transaction=False)
        pipe.incr(key, amount)
        pipe.expire(key, limit.seconds + 1)
        count = int(pipe.execute()[0])
    except (redis.RedisError, OSError):
        logger.warning("Rate limits are counted per process: Redis does not answer")
        count = _local.add(key, amount)
    return count <= limit.times


def require(limit: Limit, subject: object, amount: int = 1) -> None:
    """Raises TooMany over the limit, with the seconds until the window ends."""
    if is_within(limit, subject, amount):
        return
    wait = limit.seconds - int(time.time()) % limit.seconds
    raise TooMany(f"Too many requests. Try again in {wait} s.", details={"retry_after": wait})
