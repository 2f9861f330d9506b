"""Where benchmarks run: databases of their own on the desk's servers, so that no figure and no row leaks either way."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis
from django.conf import settings

from helpdesk.embedded.services import EmbeddedServices

# The last of the sixteen databases that Redis and Valkey have by default.
REDIS_NUMBER = 15


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """The addresses of the desk's servers; embedded ones of our own when the desk has none running."""
    if settings.DATABASE_URL and settings.REDIS_URL:
        yield {"DATABASE_URL": settings.DATABASE_URL, "REDIS_URL": settings.REDIS_URL}
        return
    folder = Path(settings.VAR_DIR) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    services = EmbeddedServices(folder)
    try:
        yield services.start()
    finally:
        services.stop()


@contextmanager
def scratch(addresses: dict[str, str], *, tickets: int) -> Iterator[dict[str, str]]:
    """The environment of a benchmark: a database per size, kept for the next run; the empty one is new each time."""
    database = _database(addresses["DATABASE_URL"], f"helpdesk_bench_{tickets or 'empty'}", is_new=not tickets)
    queue = _with_path(addresses["REDIS_URL"], f"/{REDIS_NUMBER}")
    with (
        closing(redis.Redis.from_url(queue)) as client,
        tempfile.TemporaryDirectory(prefix="helpdesk-bench-") as folder,
    ):
        client.flushdb()
        try:
            # The desk's own keys: a kept database holds secrets that the next run must read.
            keys = {"SECRET_KEY": settings.SECRET_KEY, "FERNET_KEYS": ",".join(settings.FERNET_KEYS)}
            yield {**os.environ, **keys, "DATABASE_URL": database, "REDIS_URL": queue, "VAR_DIR": folder}
        finally:
            client.flushdb()


def _database(url: str, name: str, *, is_new: bool) -> str:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            if is_new:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}"')
    return _with_path(url, f"/{name}")


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path))
