"""A webhook's message from the HTTP request to a stored ticket, against one fused statement that writes it."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from statistics import median
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.test import Client

from channels_in.models import InboundDelivery
from channels_in.services.process import process
from helpdesk.bench.contract import Figures, Options
from helpdesk.bench.corpus import telegram_updates
from helpdesk.bench.fused import drop_tables, make_tables, write_fused
from tickets.models import Inbox, Message

TICKETS = 0
SECRET = "bench-secret"  # noqa: S105 - of a bot that does not exist
PROCESSES = 2
PATIENCE = 300
BATCH = 50  # deliveries handed to a worker's task at once when there is a backlog


def run(options: Options) -> Iterator[Figures]:
    secrets: dict[str, Any] = {"token": "1:" + "a" * 30, "webhook_secret": SECRET}
    inbox, _ = Inbox.objects.get_or_create(
        kind="telegram", address="@bench_bot", defaults={"name": "Bench bot", "secrets": secrets}
    )
    count, rounds = (150, 3) if options.is_short else (600, 5)
    make_tables()
    paces: dict[str, list[Pace]] = {"floor": [], "recorded": [], "stored": []}
    first = int(time.time()) * 1000
    try:
        for _ in range(rounds):
            paces["floor"].append(_together(_floor, inbox.pk, count, first))
            paces["stored"].append(_together(_store, inbox.pk, count, first))
            paces["recorded"].append(_together(_record, inbox.pk, count, first + 500_000))
            first += 2_000_000
    finally:
        drop_tables()
    for case, label in (
        ("floor", "one fused statement per message, committed"),
        ("stored", "POST /hooks/ answered 200: verified, stored, committed, handed to the queue"),
        ("recorded", "POST /hooks/ and then recorded as a ticket's message"),
    ):
        ratios = [own.rate / floor.rate for own, floor in zip(paces[case], paces["floor"], strict=True)]
        yield {
            "case": label,
            "processes": PROCESSES,
            "messages_per_second": round(median(pace.rate for pace in paces[case])),
            "cpu_ms_per_message": round(median(pace.cpu_ms for pace in paces[case]), 2),
            "of_floor": round(median(ratios), 3),
            "rounds": rounds,
            "messages_stored": Message.objects.count(),
        }


@dataclass(frozen=True, slots=True)
class Pace:
    rate: float
    cpu_ms: float


def _together(work: Callable[[int, int, int], None], inbox_id: int, count: int, first: int) -> Pace:
    """Messages per second of all processes at work side by side; each warms up before the clock starts."""
    used = _children_seconds()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(PROCESSES + 1)
    connections.close_all()
    parts = [
        context.Process(target=_part, args=(work, barrier, inbox_id, count, first + number * 100_000))
        for number in range(PROCESSES)
    ]
    for part in parts:
        part.start()
    barrier.wait(PATIENCE)
    started = time.perf_counter()
    barrier.wait(PATIENCE)
    spent = time.perf_counter() - started
    for part in parts:
        part.join()
    messages = PROCESSES * count
    return Pace(messages / spent, (_children_seconds() - used) * 1000 / messages)


def _children_seconds() -> float:
    """Processor time of the parts that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _part(work: Callable[[int, int, int], None], barrier: Barrier, inbox_id: int, count: int, first: int) -> None:
    try:
        work(inbox_id, 10, first + 90_000)
        barrier.wait()
        work(inbox_id, count, first)
        barrier.wait()
    except BaseException:
        barrier.abort()  # nobody waits for a part that has failed
        raise
    finally:
        connections.close_all()


def _floor(inbox_id: int, count: int, first: int) -> None:
    for number, raw in enumerate(telegram_updates(count, first=first)):
        write_fused(first + number, raw)


def _store(inbox_id: int, count: int, first: int) -> None:
    client, path = Client(HTTP_HOST="127.0.0.1"), f"/hooks/{Inbox.objects.get(pk=inbox_id).token}/"
    for raw in telegram_updates(count, first=first):
        _post(client, path, raw)


def _record(inbox_id: int, count: int, first: int) -> None:
    """The work of web and worker in one process: what a core gets done."""
    client, path = Client(HTTP_HOST="127.0.0.1"), f"/hooks/{Inbox.objects.get(pk=inbox_id).token}/"
    waiting = 0
    for raw in telegram_updates(count, first=first):
        _post(client, path, raw)
        waiting += 1
        if waiting == BATCH:
            _process(inbox_id, first)
            waiting = 0
    _process(inbox_id, first)
    _check_recorded(inbox_id, first)


def _post(client: Client, path: str, raw: bytes) -> None:
    response = client.post(
        path, raw, content_type="application/json", headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}
    )
    if response.status_code != 200:
        raise RuntimeError(f"The door answered {response.status_code}")


def _process(inbox_id: int, first: int) -> None:
    """What the worker's task does with the ids that the door handed over: those of this process's chats."""
    waiting = _deliveries(inbox_id, first).filter(state="new")
    ids = list(waiting.order_by("id").values_list("pk", flat=True))
    while ids:
        ids = process(ids)


def _check_recorded(inbox_id: int, first: int) -> None:
    """A figure counts only when every message of it was recorded."""
    left = _deliveries(inbox_id, first).exclude(outcome__in=["created", "appended"]).first()
    if left is not None:
        raise RuntimeError(f"Not recorded: {left.state} {left.reason} {left.error}")


def _deliveries(inbox_id: int, first: int) -> QuerySet[InboundDelivery]:
    last = f"update:{first + 90_000}"
    return InboundDelivery.objects.filter(inbox_id=inbox_id, external_id__gte=f"update:{first}", external_id__lt=last)
