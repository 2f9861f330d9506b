"""What routing leaves behind is kept for a while only: runs, timers, reminders, calls, changes of many tickets, offers
and the waits of chats. What reports say of them stands on facts, which stay.

Everything goes in bounded batches by its index or primary key, so that no statement holds up the desk.
"""

# ruff: noqa: S608 - the statements are put together from constant text of routing/waits.py; values are parameters.

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, QuerySet

from core.clock import now
from core.db import run
from routing.models import BulkItem, BulkJob, CallState, ChatWait, Offer, PendingEvent, Reminder, RuleRun, WebhookCall
from routing.services.reacting import MAX_ATTEMPTS
from routing.waits import SINCE_SQL
from tickets.models import OPEN_STATUSES, Ticket

BATCH = 1000
MOST_BATCHES = 200

# A settled timer says that the rule has acted on this wait: it goes only when the ticket no longer waits like that.
_TIMERS = f"""
    DELETE FROM routing_ruletimer WHERE id IN (
        SELECT m.id FROM routing_ruletimer m
        JOIN routing_rule r ON r.id = m.rule_id
        JOIN tickets_ticket t ON t.id = m.ticket_id
        CROSS JOIN LATERAL (SELECT {SINCE_SQL} AS since) s
        WHERE m.id > %s AND m.id <= %s AND m.settled_at < %s AND s.since IS DISTINCT FROM m.episode)"""


def drop_old() -> int:
    """Drop what is old enough; returns how many rows went."""
    old = _old(settings.KEEP_RULE_RUNS_DAYS)
    calls = _old(settings.KEEP_CALLS_DAYS)
    done = WebhookCall.objects.exclude(state=CallState.QUEUED)
    jobs = BulkJob.objects.filter(finished_at__lt=_old(settings.KEEP_BULK_DAYS))
    dropped = sum(
        _drop(rows)
        for rows in (
            # The runs on an open ticket count for the rule's limit on it.
            RuleRun.objects.filter(at__lt=old, ticket__in=_finished()),
            Reminder.objects.filter(settled_at__lt=old),
            done.filter(created_at__lt=calls),
            PendingEvent.objects.filter(due_at__lt=calls, attempts__gte=MAX_ATTEMPTS),
            # Some jobs have tens of thousands: with their jobs they would go at once.
            BulkItem.objects.filter(job__in=jobs),
            jobs.exclude(Exists(BulkItem.objects.filter(job=OuterRef("pk")))),
        )
    )
    offers = _old(settings.KEEP_OFFERS_DAYS)
    dropped += _drop_oldest(Offer.objects.exclude(ended_at=None), "made_at", offers)
    # Whether the last chat of an open ticket was given up decides what the visitor's next words are.
    dropped += _drop_oldest(ChatWait.objects.exclude(ended_at=None).filter(ticket__in=_finished()), "began_at", offers)
    return dropped + _drop_timers(old)


def _finished() -> QuerySet[Ticket]:
    return Ticket.objects.exclude(status__in=OPEN_STATUSES)


def _old(days: int) -> datetime:
    return now() - timedelta(days=days)


def _drop(rows: QuerySet[Any]) -> int:
    """One batch after the other, each a transaction of its own."""
    return _in_batches(lambda: _drop_batch(rows))


def _drop_batch(rows: QuerySet[Any]) -> int:
    ids = list(rows.order_by().values_list("pk", flat=True)[:BATCH])
    model: type[Model] = rows.model
    model._default_manager.filter(pk__in=ids).delete()  # noqa: SLF001 - a documented API in spite of its name
    return len(ids)


def _drop_oldest(rows: QuerySet[Any], since: str, old: datetime) -> int:
    """Of rows that began before `old`, read from the head of the table as far as to the first younger one: keys rise
    with time, so no further index is needed."""
    table = rows.model._default_manager.order_by("pk").values_list("pk", since)  # noqa: SLF001 - documented
    dropped, reached = 0, 0
    for _ in range(MOST_BATCHES):
        ids = [pk for pk, began_at in table.filter(pk__gt=reached)[:BATCH] if began_at < old]
        dropped += rows.filter(pk__in=ids).delete()[0] if ids else 0
        if len(ids) < BATCH:
            break
        reached = ids[-1]
    return dropped


def _drop_timers(old: datetime) -> int:
    """By ranges of the primary key: most timers are looked at and stay."""
    last: int = run([("SELECT coalesce(max(id), 0) FROM routing_ruletimer", [])])[0][0]
    first: int = run([("SELECT coalesce(min(id), 1) FROM routing_ruletimer", [])])[0][0]
    dropped = 0
    for start in range(first - 1, last, BATCH * 10):
        sql = f"WITH gone AS ({_TIMERS} RETURNING 1) SELECT count(*) FROM gone"
        dropped += int(run([(sql, [start, start + BATCH * 10, old])])[0][0])
    return dropped


def _in_batches(step: Callable[[], int]) -> int:
    dropped = 0
    for _ in range(MOST_BATCHES):
        count = step()
        dropped += count
        if count < BATCH:
            break
    return dropped
