"""The same change of all tickets that match: asked for in one statement, done in the background, ticket by ticket.

Each ticket is one transaction that also settles its item, so a killed worker leaves nothing done twice or forgotten:
the next one goes on with the items that wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import EmptyResultSet

from core.batches import stop_if_out_of_time
from core.clock import now
from core.db import run
from core.errors import Conflict, HelpdeskError, Invalid
from core.events.bus import publish, unit_of_work
from core.events.catalogue import BulkAsked
from core.given import optional_whole
from people.models import Agent
from people.policy import require
from routing.models import BulkItem, BulkJob, BulkState, ItemState
from routing.models.bulk import MOST_TICKETS, UNDO_FOR
from routing.selectors.macros import macros_for
from routing.services import action_lists
from routing.services.macros import NEEDS_SEND
from routing.verbs import left_as, verb_named
from tickets.selectors.access import tickets_visible_to
from tickets.selectors.filters import Filters, apply, filters_from
from tickets.services import journal

logger = logging.getLogger(__name__)

MOST_JOBS = 3
BATCH = 50
WORK_SECONDS = 30.0
LEASE = timedelta(seconds=60)
# The ordinary task comes within moments; what nobody works on for this long was lost.
GRACE = timedelta(seconds=15)
_GONE = "It no longer matched, or you may not see it."
_CHANGED = "Somebody changed it since; it stays as it is now."
_UNFINISHED = (BulkState.QUEUED, BulkState.RUNNING)

# ruff: noqa: S608 - the SELECT inside is compiled by the ORM; values are parameters.


_TAKE_BACK = """
    INSERT INTO routing_bulkitem (job_id, ticket_id, state, problem, undo)
    SELECT %s, d.ticket_id, 'waiting', '', d.undo FROM routing_bulkitem d
    WHERE d.job_id = %s AND d.state = 'done' AND d.undo IS NOT NULL ORDER BY d.id"""


def start(agent: Agent, *, verb: str, values: Mapping[str, str], filters: Filters, label: str) -> BulkJob:
    """Remember which tickets match now, at most `MOST_TICKETS`; the work begins after the commit."""
    require(agent, "edit_ticket")
    verb_named(verb)
    if verb == "macro":
        require_no_send(agent, values)
    with unit_of_work():
        Agent.objects.select_for_update().get(pk=agent.pk)
        if BulkJob.objects.filter(agent=agent, state__in=_UNFINISHED).count() >= MOST_JOBS:
            raise Conflict(f"{MOST_JOBS} of your changes are still running. Wait for one of them, or stop it.")
        job = BulkJob.objects.create(
            agent=agent,
            label=label[:160],
            verb=verb,
            values=dict(values),
            filters=filters.as_dict(),
            claimed_until=now() + GRACE,
        )
        _remember(job, filters)
        _announce(job)
    return job


def undo(job: BulkJob, *, by: Agent) -> BulkJob:
    """Take back what a finished job did, ticket by ticket, for an hour."""
    with unit_of_work():
        done = BulkJob.objects.select_for_update().filter(pk=job.pk, agent=by, undoes=None).first()
        if done is None or not done.is_over or BulkJob.objects.filter(undoes=done).exists():
            raise Conflict("This cannot be taken back (any more).")
        if done.finished_at is None or done.finished_at < now() - UNDO_FOR:
            raise Conflict("It is too late to take this back.")
        fresh = BulkJob.objects.create(
            agent=by, label=f"Undo: {done.label}"[:160], undoes=done, claimed_until=now() + GRACE
        )
        # What a worker is just doing to a ticket of a stopped job is waited for: it is to be taken back, too.
        list(BulkItem.objects.select_for_update().filter(job=done, state=ItemState.WAITING).values_list("pk"))
        run([(_TAKE_BACK, [fresh.pk, done.pk])])
        _announce(fresh)
    return fresh


def cancel(job: BulkJob, *, by: Agent) -> None:
    """Stop it: what is done stays done, the rest is left alone."""
    found = BulkJob.objects.filter(pk=job.pk, agent=by, state__in=_UNFINISHED)
    found.update(state=BulkState.CANCELLED, finished_at=now())


def lost_jobs() -> list[int]:
    """Those on which nobody works. Asking takes them for a while: each sweep while the workers are behind would start
    one more chain of tasks on the same job."""
    at = now()
    lost = BulkJob.objects.filter(state__in=_UNFINISHED, claimed_until__lt=at)
    ids = list(lost.values_list("pk", flat=True)[:20])
    return [pk for pk in ids if lost.filter(pk=pk).update(claimed_until=at + LEASE)]


def work(job_id: int, *, seconds: float = WORK_SECONDS) -> bool:
    """Work on a job for a while; returns whether there is more to do."""
    BulkJob.objects.filter(pk=job_id, state=BulkState.QUEUED).update(state=BulkState.RUNNING)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = BulkJob.objects.select_related("agent").filter(pk=job_id, state=BulkState.RUNNING).first()
        if job is None:
            return False
        BulkJob.objects.filter(pk=job_id).update(claimed_until=now() + LEASE)
        waiting = BulkItem.objects.filter(job=job, state=ItemState.WAITING).order_by("id")
        batch = list(waiting.values_list("pk", "ticket_id")[:BATCH])
        if not batch:
            running = BulkJob.objects.filter(pk=job_id, state=BulkState.RUNNING)
            running.update(state=BulkState.DONE, finished_at=now())
            return False
        _do_batch(job, batch)
    return True


def require_no_send(agent: Agent, values: Mapping[str, str]) -> None:
    """What would be refused on every single ticket is refused at once."""
    macro = macros_for(agent).filter(pk=optional_whole(values.get("macro", ""), "macro") or 0).first()
    if macro and action_lists.wait_for_send(macro.actions):
        raise Invalid(NEEDS_SEND, fields={"macro": NEEDS_SEND})


def _remember(job: BulkJob, filters: Filters) -> None:
    found = apply(tickets_visible_to(job.agent), filters, agent=job.agent).order_by("pk").values("pk")
    try:
        sql, params = found[: MOST_TICKETS + 1].query.sql_with_params()
    except EmptyResultSet:
        sql, params = "SELECT NULL::bigint WHERE false", ()
    insert = f"""
        INSERT INTO routing_bulkitem (job_id, ticket_id, state, problem)
        SELECT %s, found.id, 'waiting', '' FROM ({sql}) found (id)
        RETURNING 1"""
    job.total = run([(f"WITH kept AS ({insert}) SELECT count(*) FROM kept", [job.pk, *params])])[0][0]
    if not job.total:
        raise Invalid("No ticket matches any more.", fields={"view": "Choose another view."})
    if job.total > MOST_TICKETS:
        raise Invalid("These are too many at once.", fields={"view": f"Narrow the view to {MOST_TICKETS:,} tickets."})


def _announce(job: BulkJob) -> None:
    BulkJob.objects.filter(pk=job.pk).update(total=BulkItem.objects.filter(job=job).count())
    job.refresh_from_db(fields=["total"])
    publish(BulkAsked(job_id=job.pk))


@dataclass(frozen=True, slots=True)
class _Batch:
    agent: Agent
    seen: frozenset[int]


def _do_batch(job: BulkJob, items: list[tuple[int, int]]) -> None:
    """Who may see what is asked anew for each batch: rights may change while the job runs."""
    agent = job.agent
    seen = tickets_visible_to(agent).filter(pk__in=[ticket_id for _, ticket_id in items])
    if job.undoes_id is None:
        seen = apply(seen, filters_from(job.filters), agent=agent)
    batch = _Batch(agent, frozenset(seen.values_list("pk", flat=True)))
    for item_id, ticket_id in items:
        try:
            _do(job, item_id, batch, ticket_id)
        except Exception as error:
            logger.exception("One ticket of a bulk change failed", extra={"job_id": job.pk, "ticket_id": ticket_id})
            _settle(BulkItem(pk=item_id), ItemState.REFUSED, problem="Something went wrong.")
            stop_if_out_of_time(error)


def _do(job: BulkJob, item_id: int, batch: _Batch, ticket_id: int) -> None:
    with unit_of_work():
        waiting = BulkItem.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            pk=item_id, state=ItemState.WAITING, job__state=BulkState.RUNNING
        )
        item = waiting.first()
        if item is None:
            return
        if ticket_id not in batch.seen:
            _settle(item, ItemState.SKIPPED, problem=_GONE)
            return
        # As it is now: what is taken back later is what this change overwrites, not what it was when the batch began.
        ticket = journal.locked(ticket_id)
        values = dict(item.undo or {}) if job.undoes_id else {"verb": job.verb, **job.values}
        if "left" in values and values.pop("left") != left_as(ticket, values):
            _settle(item, ItemState.SKIPPED, problem=_CHANGED)
            return
        verb = verb_named(str(values.pop("verb")))
        back = None if job.undoes_id else verb.undo(ticket, values) or None
        try:
            with unit_of_work():
                verb.do(ticket, values, batch.agent.as_actor())
        except HelpdeskError as refusal:
            _settle(item, ItemState.REFUSED, problem=refusal.message)
            return
        item.undo = back and {**back, "left": left_as(journal.locked(ticket_id), back)}
        _settle(item, ItemState.DONE)


def _settle(item: BulkItem, state: ItemState, *, problem: str = "") -> None:
    found = BulkItem.objects.filter(pk=item.pk)
    if state == ItemState.DONE:
        found.update(state=state, problem=problem[:200], undo=item.undo)
    else:
        found.update(state=state, problem=problem[:200])
