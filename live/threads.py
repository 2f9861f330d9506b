"""What sockets ask of the database: in a few threads of each process, so that one slow answer holds up no other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")

# Each thread keeps a database connection of its own: few enough for the server, enough that one may wait.
THREADS = 4
_pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="socket-database")
# Tests keep to the thread whose connection holds their data.
SHARES_ONE_THREAD = False


def in_thread(work: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    if SHARES_ONE_THREAD:
        shared: Callable[P, Awaitable[T]] = database_sync_to_async(work)
        return shared
    threaded: Callable[P, Awaitable[T]] = database_sync_to_async(work, thread_sensitive=False, executor=_pool)
    return threaded
