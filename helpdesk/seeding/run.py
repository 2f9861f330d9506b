"""Runs a seed: batches of tickets written by COPY from several processes, indexes built once at the end."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from zoneinfo import ZoneInfo

from django.db import connection, connections

from core.clock import now
from helpdesk.history.copying import reserve, store
from helpdesk.history.presence import tell_presence
from helpdesk.seeding.company import Company, make_company
from helpdesk.seeding.doings import add_doings, last_fact
from helpdesk.seeding.tickets import Writer
from helpdesk.seeding.words import Words
from reports.services.closing import forget_closed_days

BATCH = 2000
SHOWS_STAFF_FOR = timedelta(days=60)
# From here on it is quicker to build the indexes once than to keep them true row by row.
REBUILD_FROM = 50_000
TABLES = ("tickets_ticket", "tickets_message", "tickets_messageref", "sla_clock", "sla_fact")


@dataclass(frozen=True, slots=True)
class Plan:
    tickets: int
    messages_per_ticket: float
    agents: int
    random_seed: int

    def batches(self) -> list[tuple[int, int]]:
        """The first ticket and the size of each batch."""
        starts = range(0, self.tickets, BATCH)
        return [(start, min(BATCH, self.tickets - start)) for start in starts]


@dataclass(frozen=True, slots=True)
class Batch:
    plan: Plan
    company: Company
    first: int
    size: int


def run(plan: Plan, *, progress: Callable[[int], None]) -> int:
    """Write it all; returns how many messages there are."""
    company = make_company(tickets=plan.tickets, agents=plan.agents, dice=random.Random(plan.random_seed))
    batches = [Batch(plan, company, first, size) for first, size in plan.batches()]
    told = last_fact()
    with _indexes_later() if plan.tickets >= REBUILD_FROM else _indexes_kept():
        messages = _write_all(batches, progress)
        add_doings(told)
        staff = [(agent.id, team_id) for agent, team_id in company.agents]
        since = now() - SHOWS_STAFF_FOR
        tell_presence(staff, ZoneInfo("UTC"), since=since, until=now(), random_seed=plan.random_seed)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return messages


def _write_all(batches: list[Batch], progress: Callable[[int], None]) -> int:
    done = messages = 0
    if len(batches) < 3:
        results: Iterator[int] = map(write_batch, batches)
        for batch, count in zip(batches, results, strict=True):
            done, messages = done + batch.size, messages + count
            progress(done)
        return messages
    connections.close_all()
    workers = min(os.cpu_count() or 2, 4)
    with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
        for batch, count in zip(batches, pool.map(write_batch, batches), strict=True):
            done, messages = done + batch.size, messages + count
            progress(done)
    return messages


def write_batch(batch: Batch) -> int:
    """Make and store one batch; its dice depend on the batch alone, so a seed gives the same data again."""
    plan = batch.plan
    dice = random.Random(f"{plan.random_seed}/{batch.first}")
    writer = Writer(batch.company, _words(plan.random_seed), dice, now(), plan.tickets, plan.messages_per_ticket)
    writer.words.roll_with(dice)
    ids = list(reserve("tickets_ticket_id_seq", batch.size))
    numbers = list(reserve("tickets_ticket_number", batch.size))
    lives = writer.lives(batch.first, ids, numbers)
    store(lives)
    return sum(len(life.messages) for life in lives)


_pool: dict[int, Words] = {}


def _words(random_seed: int) -> Words:
    """The sentences are made once in each process."""
    if random_seed not in _pool:
        _pool[random_seed] = Words(random.Random(random_seed))
    return _pool[random_seed]


@contextmanager
def _indexes_kept() -> Iterator[None]:
    yield


@contextmanager
def _indexes_later() -> Iterator[None]:
    """Drop the indexes that no constraint needs, and build them again whatever happens."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('%%I', i.relname), pg_get_indexdef(i.oid)
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
            WHERE t.relname = ANY(%s) AND NOT x.indisunique
                AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)""",
            [list(TABLES)],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f"DROP INDEX {name}")
        # It looks for earlier facts by those indexes; what is seeded is late to every day anyhow.
        cursor.execute("ALTER TABLE sla_fact DISABLE TRIGGER reports_fact_came_late")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            for _, definition in found:
                cursor.execute(definition.replace("INDEX ", "INDEX IF NOT EXISTS ", 1))
            cursor.execute("ALTER TABLE sla_fact ENABLE TRIGGER reports_fact_came_late")
        forget_closed_days()
