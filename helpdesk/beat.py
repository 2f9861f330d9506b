"""The clock of the desk: many beats may run, the one that holds the database lock ticks."""

from datetime import timedelta
from typing import Any

import psycopg2
import structlog
from celery.beat import Scheduler
from django.db import connections

LOCK_NUMBER = 0x48454C50  # "HELP"
RETRY_SECONDS = 2.0
# Less is waited for: entries come late by that much, once.
SET_BACK = timedelta(seconds=2)

log = structlog.get_logger(__name__)


class LockedScheduler(Scheduler):
    """Celery's scheduler behind an advisory lock that goes when the process goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lock_connection: Any = None
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self.holds_lock():
            return RETRY_SECONDS
        self._follow_the_clock()
        return float(super().tick(*args, **kwargs))

    def _follow_the_clock(self) -> None:
        """A machine's clock that is set back would leave every entry waiting until it had caught up."""
        entries = self.schedule.values()
        ahead = [one for one in entries if one.last_run_at and one.last_run_at > one.default_now() + SET_BACK]
        for entry in ahead:
            entry.last_run_at = entry.default_now()
        if ahead:
            log.warning("beat.clock_set_back", entries=len(ahead))
            self._heap = None

    def holds_lock(self) -> bool:
        try:
            if self._lock_connection is not None:
                with self._lock_connection.cursor() as cursor:
                    cursor.execute("select 1")
                return True
            return self._take_lock()
        except psycopg2.Error as problem:
            log.warning("beat.database_lost", problem=type(problem).__name__)
            self._lock_connection = None
            return False

    def close_lock(self) -> None:
        """Lets another beat take over."""
        if self._lock_connection is not None:
            self._lock_connection.close()
            self._lock_connection = None

    def close(self) -> None:
        super().close()
        self.close_lock()

    def _take_lock(self) -> bool:
        """A connection of its own, so that Django's connection handling never lets go of the lock."""
        fresh = psycopg2.connect(**connections["default"].get_connection_params())
        fresh.autocommit = True
        with fresh.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s)", [LOCK_NUMBER])
            row = cursor.fetchone()
        if row is None or not row[0]:
            fresh.close()
            return False
        self._lock_connection = fresh
        return True
