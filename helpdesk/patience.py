"""Processes that people wait for give up on a statement in time: one wide search must not hold a thread for long."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

MOST_SECONDS = 15


def limit_statements() -> None:
    """Call it where requests are answered; workers and commands may take longer."""
    connection_created.connect(_limit, dispatch_uid="helpdesk.patience")


def _limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = %s", [MOST_SECONDS * 1000])
