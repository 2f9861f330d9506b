"""What waits right now, for /metrics: work that is due and not done, chats, and days that reports have not stored.

Read from the database at each scrape, by partial indexes that hold only what waits; every process tells the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min, QuerySet
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from callbacks.models import Callback, CallbackState
from core.clock import now
from csat.models import Recovery, SurveyRequest
from csat.models.request import IS_UNSENT
from reports.models import SavedReport
from reports.services.closing import days_behind
from routing.models import BulkJob, CallState, ChatWait, PendingEvent, Reminder, RuleTimer, WebhookCall
from routing.models.bulk import BulkState
from routing.services.reacting import MAX_ATTEMPTS
from routing.services.timing import MAX_ATTEMPTS as MOST_TRIES
from sla.models import Clock

logger = logging.getLogger(__name__)

_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Work:
    """`rows` are not done yet; `since` is the column with the moment from which on each should be."""

    name: str
    rows: QuerySet[Any]
    since: str

    def due(self, at: datetime) -> tuple[int, float]:
        """How many are due, and for how many seconds the oldest has been."""
        found = (
            self.rows.order_by().filter(**{f"{self.since}__lte": at}).aggregate(n=Count("pk"), first=Min(self.since))
        )
        return found["n"], (at - found["first"]).total_seconds() if found["first"] else 0.0


def works() -> list[Work]:
    """Everything that somebody waits for; with a beat and enough workers most of it is due for seconds only."""
    unfinished = BulkJob.objects.filter(state__in=[BulkState.QUEUED, BulkState.RUNNING])
    planned = Callback.objects.filter(state=CallbackState.PLANNED)
    return [
        Work("bulk_jobs", unfinished, "created_at"),
        Work("webhook_calls", WebhookCall.objects.filter(state=CallState.QUEUED), "next_attempt_at"),
        Work("survey_requests", SurveyRequest.objects.filter(IS_UNSENT), "due_at"),
        Work("recoveries_to_tell", Recovery.objects.filter(closed_at=None, overdue_told_at=None), "due_at"),
        Work("callbacks_now", planned.filter(ends_at__gt=now()), "starts_at"),
        Work("callbacks_to_miss", planned, "ends_at"),
        Work("time_rules", RuleTimer.objects.filter(settled_at=None, attempts__lt=MOST_TRIES), "due_at"),
        Work("rule_events", PendingEvent.objects.filter(attempts__lt=MAX_ATTEMPTS), "due_at"),
        Work("reminders", Reminder.objects.filter(settled_at=None), "due_at"),
        Work("deadlines_to_tell", Clock.objects.filter(finished_at=None, breach_told_at=None), "due_at"),
        Work("report_mails", SavedReport.objects.filter(next_at__isnull=False), "next_at"),
        Work("chats", ChatWait.objects.filter(ended_at=None), "began_at"),
    ]


class _Waiting(Collector):
    """Asked at each scrape. What cannot be told now is left out, rather than told as nothing."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for family in (_due_work, _closing, _tasks):
            try:
                yield from family()
            except (DatabaseError, redis.RedisError):
                logger.warning("What waits could not be read", exc_info=True)


def _due_work() -> Iterator[GaugeMetricFamily]:
    at = now()
    found = {work.name: work.due(at) for work in works()}
    counts = {name: count for name, (count, _) in found.items()}
    ages = {name: age for name, (_, age) in found.items()}
    yield _gauge("helpdesk_work_due", "Work that is due and not done", "work", counts)
    yield _gauge("helpdesk_work_due_oldest_seconds", "For how long the oldest of it has been due", "work", ages)


def _closing() -> Iterator[GaugeMetricFamily]:
    text = "Days of the last month that are over and not stored for reports"
    yield GaugeMetricFamily("helpdesk_report_days_behind", text, value=days_behind(now(), timedelta(days=31)))


def _tasks() -> Iterator[GaugeMetricFamily]:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    try:
        lengths = {name: float(client.llen(name)) for name in settings.TASK_QUEUES}
    finally:
        client.close()
    yield _gauge("helpdesk_tasks_waiting", "Tasks that no worker has taken yet", "queue", lengths)


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


_registry = CollectorRegistry(auto_describe=False)
_registry.register(_Waiting())


def waiting_figures() -> bytes:
    return generate_latest(_registry)
