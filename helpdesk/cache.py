"""The cache of the desk: JSON instead of pickle, and a Redis that is away is an empty cache, not an error."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import redis
import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

Answer = TypeVar("Answer")

log = structlog.get_logger(__name__)


class JSONSerializer:
    """The serializer that Django's Redis cache asks for."""

    def dumps(self, value: Any) -> int | bytes:
        # Plain integers stay plain so that INCR works on them.
        if type(value) is int:
            return value
        return json.dumps(value, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class ReusedClient(RedisCacheClient):
    """One client per pool: to build one takes longer than to ask with it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clients: dict[Any, redis.Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> redis.Redis:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # the stub leaves it out
        if pool not in self._clients:
            self._clients[pool] = redis.Redis(connection_pool=pool)
        return self._clients[pool]


class ForgivingRedisCache(RedisCache):
    """What is cached may be lost at any time; so may the whole server."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = ReusedClient

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return forgiving(lambda: RedisCache.get(self, key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = ..., version: int | None = None) -> None:
        options = {} if timeout is ... else {"timeout": timeout}
        forgiving(lambda: RedisCache.set(self, key, value, version=version, **options), None)

    def add(self, key: Any, value: Any, timeout: Any = ..., version: int | None = None) -> bool:
        options = {} if timeout is ... else {"timeout": timeout}
        return forgiving(lambda: RedisCache.add(self, key, value, version=version, **options), True)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return forgiving(lambda: RedisCache.delete(self, key, version), False)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return forgiving(lambda: RedisCache.get_many(self, keys, version), {})


def forgiving(ask: Callable[[], Answer], otherwise: Answer) -> Answer:
    try:
        return ask()
    except redis.RedisError as problem:
        log.warning("cache.away", problem=type(problem).__name__)
        return otherwise
