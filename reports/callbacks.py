"""The facts of callbacks: promised, kept or missed, attributed to who was to call and the team of the callback."""

from __future__ import annotations

import json
from typing import Any

from core.clock import now
from core.db import Statement, defer
from core.events.bus import within
from core.events.catalogue import CallbackMade, CallbackMissed, CallbackPlanned, CallbackUndone, TicketChanged
from sla.models import FactKind

# Whoever called made it; else it was theirs who had promised it, or the ticket's owner's.
_RECORD = """
    INSERT INTO sla_fact
        (kind, at, ticket_id, event_id, metric, team_id, agent_id, inbox_id, channel, priority, organization_id,
         contact_id, tags, actor_kind, actor_id, data)
    SELECT %s::text, %s::timestamptz, t.id, %s::bigint, '', coalesce(c.team_id, t.team_id),
        coalesce(%s::bigint, c.assignee_id, t.assignee_id), t.inbox_id, t.channel, t.priority, t.organization_id,
        t.contact_id, t.tags, %s::text, %s::bigint, %s::jsonb
    FROM callbacks_callback c JOIN tickets_ticket t ON t.id = c.ticket_id WHERE c.id = %s"""

# A word that was taken back; a miss that was told stands.
_VOID = """
    INSERT INTO sla_fact (kind, at, ticket_id, voids, metric, channel, priority, tags, actor_kind, data)
    SELECT 'voided', %s::timestamptz, f.ticket_id, f.id, '', '', '', '{}', '', '{}'::jsonb
    FROM sla_fact f
    WHERE f.ticket_id = %s AND f.kind = 'callback_made' AND f.event_id = %s
        AND NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)"""


@within(CallbackPlanned)
def on_planned(event: CallbackPlanned) -> None:
    defer(_fact(FactKind.CALLBACK_PLANNED, event, event.callback_id, moved=event.moved_from is not None))


@within(CallbackMade)
def on_made(event: CallbackMade) -> None:
    caller = event.actor.id if event.actor.kind == "agent" else None
    told = {"outcome": event.outcome, "kept": event.is_kept}
    defer(_fact(FactKind.CALLBACK_MADE, event, event.callback_id, agent_id=caller, **told))


@within(CallbackMissed)
def on_missed(event: CallbackMissed) -> None:
    defer(_fact(FactKind.CALLBACK_MISSED, event, event.callback_id, late_by=event.late_by))


@within(CallbackUndone)
def on_undone(event: CallbackUndone) -> None:
    defer((_VOID, [event.at or now(), event.ticket_id, event.undoes]))


def _fact(
    kind: FactKind, event: TicketChanged, callback_id: int, *, agent_id: int | None = None, **data: Any
) -> Statement:
    actor, told = event.actor, json.dumps({"callback": callback_id, **data})
    at = event.at or now()
    return _RECORD, [kind.value, at, event.event_id, agent_id, actor.kind, actor.id, told, callback_id]
