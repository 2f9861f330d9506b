"""The clock at volume: ticks over very many open tickets, a downtime that left misses behind, and an edited policy."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

from django.db import connection

from core.clock import now
from core.db import run as send
from core.events.catalogue import SYSTEM
from helpdesk.bench.contract import Figures, Options, Samples, sampled, spread
from people.models import Contact
from sla.models import Clock, Fact, Metric, Policy
from sla.services import policies
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from sla.tasks import tick_clocks
from tickets.models import Inbox, Ticket
from tickets.services import changes

TICKETS = 0
OPEN, SHORT_OPEN = 200_000, 5_000
LATE, SHORT_LATE = 2_000, 200
DOWNTIME = timedelta(minutes=30)
HOUR = 3600
_DUE = """SELECT id FROM sla_clock WHERE due_at <= %s AND breach_told_at IS NULL
    AND (finished_at IS NULL OR breached_at IS NOT NULL) ORDER BY due_at, id LIMIT 50"""


def run(options: Options) -> Iterator[Figures]:
    count = SHORT_OPEN if options.is_short else OPEN
    policy, draft = _desk(count)
    yield from _ticks(count, options)
    yield from _downtime(SHORT_LATE if options.is_short else LATE)
    yield from _edit(policy, draft, 1_000 if options.is_short else 5_000)


def _desk(count: int) -> tuple[Policy, PolicyDraft]:
    """So many open tickets, each with an answer and a solution that fall due within the next month."""
    week = [(day, 9 * 60, 17 * 60) for day in range(5)]
    hours = save_hours(HoursDraft(name="Office", time_zone="Europe/Berlin", periods=week))
    targets = {(str(metric), "normal"): 8 * HOUR for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION)}
    draft = PolicyDraft(name="Standard", targets=targets, hours=hours, warnings=({"percent": 80},))
    policy = save_policy(draft)
    inbox = Inbox.objects.create(kind="email", name="Bench", address="bench@desk.example")
    contact = Contact.objects.create(name="Rosa")
    tickets = """
        INSERT INTO tickets_ticket (subject, status, priority, inbox_id, channel, contact_id, tags, skills, last_seq,
            snippet, snippet_from, message_count, created_at, updated_at, last_message_at, waiting_since,
            last_public_seq, sla_due_at, sla_metric, sla_breached, follows_why)
        SELECT 'Question ' || n, 'open', 'normal', %s, 'email', %s, '{}', '{}', 1, '', 'in', 1,
            %s, %s, %s, %s, 0, %s + n * interval '12 seconds', 'first_response', false, ''
        FROM generate_series(1, %s) n"""
    clocks = """
        INSERT INTO sla_clock (ticket_id, metric, policy_id, policy_version, hours_id, target_seconds, allowed_seconds,
            warn_after, warnings_done, escalate_after, escalations_done, started_at, running_since, elapsed_seconds,
            due_at, warn_at, escalate_at, channel, priority)
        SELECT t.id, metric, %s, 1, %s, 28800, 28800, '{23040}', 0, '{}', 0, t.created_at, t.created_at, 0,
            t.sla_due_at, t.sla_due_at - interval '30 minutes', '9999-01-01Z', '', ''
        FROM tickets_ticket t CROSS JOIN unnest(ARRAY['first_response', 'resolution']) metric"""
    at = now()
    send([(tickets, [inbox.pk, contact.pk, at, at, at, at, at + timedelta(hours=2), count])])
    send([(clocks, [policy.pk, hours.pk])])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return policy, draft


def _ticks(count: int, options: Options) -> Iterator[Figures]:
    """A beat that finds nothing, and the one query that looks for misses."""
    times = 100 if options.is_short else 500
    plan = "\n".join(row[0] for row in send([("EXPLAIN " + _DUE, [now()])]))
    if "clock_due" not in plan:
        raise RuntimeError(f"misses are not found by their index:\n{plan}")
    yield {"work": "look for misses", "open": count, **spread(sampled(lambda: send([(_DUE, [now()])]), times=times))}
    yield {"work": "tick, nothing due", "open": count, **spread(sampled(tick_clocks, times=times))}


def _downtime(late: int) -> Iterator[Figures]:
    """Nobody has ticked for half an hour; then two beats come at once."""
    chosen = list(Clock.objects.filter(metric=Metric.FIRST_RESPONSE).order_by("id").values_list("pk", flat=True)[:late])
    due = now() - DOWNTIME
    Clock.objects.filter(pk__in=chosen).update(due_at=due)
    started = time.perf_counter()
    beats = [threading.Thread(target=_beat) for _ in range(2)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join()
    took = time.perf_counter() - started
    told = Fact.objects.filter(kind="breached")
    behind = sorted(int(fact.data["late_by_seconds"]) for fact in told)
    if told.count() != late or told.values("ticket_id").distinct().count() != late:
        raise RuntimeError(f"{told.count()} misses were told of {late}")
    yield {
        "work": "misses of a downtime, two beats", "n": late, "seconds": round(took, 1),
        "per_second": round(late / took),
        "told_twice": 0, "late_by_s": [behind[0], behind[-1]],
    }  # fmt: skip


def _beat() -> None:
    try:
        tick_clocks()
    finally:
        connection.close()


def _edit(policy: Policy, draft: PolicyDraft, walked: int) -> Iterator[Figures]:
    """An edited policy walks over the open tickets, while agents go on changing theirs."""
    targets = {key: seconds + HOUR for key, seconds in draft.targets.items()}
    save_policy(PolicyDraft(name=draft.name, targets=targets, hours=draft.hours), policy=policy)
    agents = _Agents()
    agents.start()
    position: int | None = 0
    batches: list[float] = []
    started = time.perf_counter()
    while position is not None and len(batches) * 200 < walked:
        began = time.perf_counter()
        position = policies.apply_policies(after_ticket_id=position)
        batches.append((time.perf_counter() - began) * 1000)
    took = time.perf_counter() - started
    agents.stop()
    yield {
        "work": "apply an edited policy", "n": len(batches) * 200, "per_second": round(len(batches) * 200 / took),
        "batch_of_200": spread(Samples(batches, batches)),
        "agents_meanwhile": spread(Samples(agents.took, agents.took)),
    }  # fmt: skip


class _Agents(threading.Thread):
    """Changes tickets all over the desk, those that the walk is at too, and takes the time."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.took: list[float] = []
        self._ends = threading.Event()

    def run(self) -> None:
        try:
            for number, ticket in enumerate(Ticket.objects.order_by("pk").iterator(chunk_size=200)):
                if self._ends.is_set():
                    return
                began = time.perf_counter()
                changes.add_tags(ticket, tags=[f"t{number % 7}"], actor=SYSTEM)
                self.took.append((time.perf_counter() - began) * 1000)
        finally:
            connection.close()

    def stop(self) -> None:
        self._ends.set()
        self.join()
