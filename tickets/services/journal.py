"""Writes one change of a ticket (columns, next seq, event) in one round trip, then publishes it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder

from core.clock import now
from core.db import Statement, require_transaction, run
from core.errors import Conflict, NotFound
from core.events.bus import publish
from core.events.catalogue import Actor, TicketChanged
from tickets.models import Ticket

E = TypeVar("E", bound=TicketChanged)

# Columns that journal entries may set; the SQL below is built from these names only.
_FIELDS = Ticket._meta.concrete_fields  # noqa: SLF001 - a documented API in spite of its name
_COLUMNS = frozenset(field.column for field in _FIELDS) - {"id", "number", "last_seq"}


def locked(ticket: Ticket | int) -> Ticket:
    """The fresh row under its lock: every service begins here."""
    require_transaction()
    pk = ticket if isinstance(ticket, int) else ticket.pk
    found = Ticket.objects.select_for_update().filter(pk=pk).first()
    if found is None:
        raise NotFound("This ticket no longer exists.")
    return found


def refuse_merged(ticket: Ticket) -> None:
    """What was merged is worked on where it went: nobody would look for it here. Without a number, for not everybody
    who sees this ticket may see the other one.

    One that is open was opened again when that was still possible. It stands in lists and queues, so it is worked on to
    its end: whoever hands out many tickets must not stumble over one."""
    if ticket.merged_into_id is not None and not ticket.is_open:
        raise Conflict("This ticket was merged into another one. Go on there, or undo the merge.")


def record(ticket: Ticket, event: E, *, actor: Actor, columns: Mapping[str, Any] | None = None) -> E:
    """Set `columns` (database names), take the next seq, store and publish the event; returns it completed.

    `ticket` must be locked; its attributes follow.
    """
    values = dict(columns or {})
    at = now()
    rows = run([raise_seq(ticket.pk, values, at=at), store_event(ticket.pk, event, actor=actor, at=at)])
    event_id, seq = rows[0]
    for column, value in values.items():
        setattr(ticket, column, value)
    ticket.last_seq, ticket.updated_at = seq, at
    done = dataclasses.replace(event, ticket_id=ticket.pk, seq=seq, event_id=event_id, actor=actor, at=at)
    publish(done)
    return done


def record_each(events: Mapping[int, E], *, actor: Actor) -> list[E]:
    """One event on each of many locked tickets (by id) in one round trip, for work that walks over the whole desk."""
    at, ids = now(), list(events)
    raising = "UPDATE tickets_ticket SET last_seq = last_seq + 1, updated_at = %s WHERE id = ANY(%s)"
    storing = """
        INSERT INTO tickets_ticketevent
            (ticket_id, seq, kind, data, actor_kind, actor_id, actor_name, cause, depth, at)
        SELECT t.id, t.last_seq, e.kind, e.data::jsonb, %s, %s, %s, %s, %s, %s
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) e (ticket_id, kind, data)
        JOIN tickets_ticket t ON t.id = e.ticket_id
        RETURNING ticket_id, id, seq"""
    kinds = [event.key() for event in events.values()]
    data = [json.dumps(event.data(), cls=DjangoJSONEncoder) for event in events.values()]
    by = [actor.kind, actor.id, actor.name[:160], actor.cause[:80], actor.depth, at]
    rows = run([(raising, [at, ids]), (storing, [*by, ids, kinds, data])]) if ids else []
    done = [
        dataclasses.replace(events[pk], ticket_id=pk, seq=seq, event_id=event_id, actor=actor, at=at)
        for pk, event_id, seq in sorted(rows)
    ]
    for event in done:
        publish(event)
    return done


def raise_seq(ticket_id: int, columns: Mapping[str, Any], *, at: Any) -> Statement:
    """The UPDATE that takes the next seq together with the changed columns."""
    unknown = set(columns) - _COLUMNS
    if unknown:
        raise KeyError(f"Not a column that the journal may set: {sorted(unknown)}")
    sets = "".join(f', "{name}" = %s' for name in columns)
    sql = f"UPDATE tickets_ticket SET last_seq = last_seq + 1, updated_at = %s{sets} WHERE id = %s"  # noqa: S608
    return sql, [at, *columns.values(), ticket_id]


def store_event(ticket_id: int, event: TicketChanged, *, actor: Actor, at: Any) -> Statement:
    """The INSERT of the event under the seq that the ticket has now; returns (id, seq)."""
    sql = """
        INSERT INTO tickets_ticketevent
            (ticket_id, seq, kind, data, actor_kind, actor_id, actor_name, cause, depth, at)
        SELECT id, last_seq, %s, %s::jsonb, %s, %s, %s, %s, %s, %s FROM tickets_ticket WHERE id = %s
        RETURNING id, seq"""
    params: Sequence[Any] = [
        event.key(),
        json.dumps(event.data(), cls=DjangoJSONEncoder),
        actor.kind,
        actor.id,
        actor.name[:160],
        actor.cause[:80],
        actor.depth,
        at,
        ticket_id,
    ]
    return sql, params
