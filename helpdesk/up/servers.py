"""Asks the given servers whether they answer, before anything is built on them."""

from urllib.parse import urlsplit

import psycopg2
import redis

from helpdesk.embedded.errors import CannotStart


def demand_database(url: str) -> None:
    try:
        psycopg2.connect(url.replace("postgres://", "postgresql://", 1), connect_timeout=5).close()
    except psycopg2.Error as problem:
        reason = str(problem).strip().splitlines()[-1] if str(problem).strip() else type(problem).__name__
        raise CannotStart(
            f"the database of DATABASE_URL ({place(url)}) does not answer: {reason}. "
            "Start it, correct DATABASE_URL, or unset it to use the embedded PostgreSQL."
        ) from problem


def demand_redis(url: str) -> None:
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as problem:
        raise CannotStart(
            f"the server of REDIS_URL ({place(url)}) does not answer: {problem}. "
            "Start it, correct REDIS_URL, or unset it to use the embedded Valkey."
        ) from problem


def place(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
