"""Runs a fetcher for each mailbox that no other process fetches: a lock in the database says whose it is."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

import psycopg2
from django.db import DatabaseError, InterfaceError, connections

from channels_in.email.door import mail_inboxes
from channels_in.email.fetching.fetcher import Fetcher
from channels_in.email.mailbox import mailbox_of
from core.db import lock_key

logger = logging.getLogger(__name__)

# How soon a new inbox is fetched, and how soon another process takes over what a dead one left.
LOOK_SECONDS = 5.0
_GOODBYE_SECONDS = 10.0


@dataclass
class _Post:
    fetcher: Fetcher
    thread: threading.Thread


class Fleet:
    """All locks are held by one connection: when it breaks, they are gone, and so are the fetchers."""

    def __init__(self, stopped: threading.Event) -> None:
        self.stopped = stopped
        self.posts: dict[int, _Post] = {}
        self._locks: Any = None

    def run(self) -> None:
        try:
            while True:
                self._look_guarded()
                if self.stopped.wait(LOOK_SECONDS):
                    return
        finally:
            self.close()

    def look(self) -> None:
        """Start what should run and does not, stop what should not."""
        wanted = {inbox.pk for inbox in mail_inboxes() if inbox.is_active and mailbox_of(inbox)}
        self._ensure_locks()
        for inbox_id in [pk for pk, post in self.posts.items() if pk not in wanted or not post.thread.is_alive()]:
            self._dismiss(inbox_id)
        for inbox_id in sorted(wanted - set(self.posts)):
            if self._lock("pg_try_advisory_lock", inbox_id):
                self._send(inbox_id)

    def close(self) -> None:
        for post in self.posts.values():
            post.fetcher.stopped.set()
        for inbox_id in list(self.posts):
            self._dismiss(inbox_id)
        if self._locks is not None:
            self._locks.close()
            self._locks = None

    def _look_guarded(self) -> None:
        try:
            self.look()
        except (DatabaseError, InterfaceError, psycopg2.Error) as error:
            logger.warning("The fetchers stop until the database is back", exc_info=error)
            self.close()
        finally:
            connections.close_all()

    def _send(self, inbox_id: int) -> None:
        fetcher = Fetcher(inbox_id, stopped=threading.Event(), rest=connections.close_all)
        thread = threading.Thread(target=_run, args=(fetcher,), name=f"fetch-{inbox_id}", daemon=True)
        self.posts[inbox_id] = _Post(fetcher, thread)
        thread.start()

    def _dismiss(self, inbox_id: int) -> None:
        """The lock goes only with the thread: one that hangs keeps its mailbox."""
        post = self.posts[inbox_id]
        post.fetcher.stopped.set()
        post.thread.join(_GOODBYE_SECONDS)
        if post.thread.is_alive() and not self.stopped.is_set():
            return
        del self.posts[inbox_id]
        if self._locks is not None and not self._locks.closed:
            self._lock("pg_advisory_unlock", inbox_id)

    def _ensure_locks(self) -> None:
        if self._locks is None:
            self._locks = psycopg2.connect(**connections["default"].get_connection_params())
            self._locks.autocommit = True
        with self._locks.cursor() as cursor:
            cursor.execute("SELECT 1")

    def _lock(self, function: str, inbox_id: int) -> bool:
        with self._locks.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [lock_key("mailbox", inbox_id)])
            return bool(cursor.fetchone()[0])


def _run(fetcher: Fetcher) -> None:
    try:
        fetcher.run()
    except Exception:
        logger.exception("A fetcher ended; it is started anew", extra={"inbox": fetcher.inbox_id})
    finally:
        connections.close_all()
