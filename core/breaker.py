"""A breaker: after several failures in a row nobody knocks at a door for a while, then one tries for all.

The count lives in the cache that all processes share; while the cache is away everybody may try.
"""

from __future__ import annotations

import contextlib
import hashlib

import redis
from django.core.cache import cache

FAILURES = 5
PAUSE_SECONDS = 60
# Failures further apart than this are not "in a row".
_MEMORY_SECONDS = 600
# ValueError: the count ended between two calls.
_AWAY = (redis.RedisError, OSError, ValueError)


def is_open(name: str) -> bool:
    """Whether to stay away for now. After the pause the first who asks is let through, the others wait for them."""
    with contextlib.suppress(*_AWAY):
        if int(cache.get(_failures(name)) or 0) < FAILURES:
            return False
        return not cache.add(_trying(name), 1, PAUSE_SECONDS)
    return False


def failed(name: str) -> None:
    """One more failure in a row; the one that makes it too many begins the pause."""
    with contextlib.suppress(*_AWAY):
        cache.add(_failures(name), 0, _MEMORY_SECONDS)
        if cache.incr(_failures(name)) >= FAILURES:
            cache.set(_trying(name), 1, PAUSE_SECONDS)


def worked(name: str) -> None:
    with contextlib.suppress(*_AWAY):
        cache.delete_many([_failures(name), _trying(name)])


def _failures(name: str) -> str:
    return f"breaker:{_short(name)}:failures"


def _trying(name: str) -> str:
    return f"breaker:{_short(name)}:trying"


def _short(name: str) -> str:
    """Names of any length and content fit a key."""
    return hashlib.sha256(name.encode(errors="replace")).hexdigest()[:32]
