"""The facts of ratings, attributed to whom the ticket belonged when it was resolved: the snapshot of the request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.clock import now
from core.db import Statement, defer
from core.events.bus import within
from core.events.catalogue import CsatAsked, RatingGiven, RecoveryClosed, RecoveryOpened, TicketChanged
from csat.models import Outcome
from sla.models import FactKind

# `at` is NULL for what belongs to the moment of the question.
_RECORD = """
    INSERT INTO sla_fact
        (kind, at, ticket_id, event_id, metric, team_id, agent_id, inbox_id, channel, priority, organization_id,
         contact_id, tags, actor_kind, actor_id, data)
    SELECT %s::text, coalesce(%s::timestamptz, r.asked_at, r.created_at), r.ticket_id, %s::bigint, '', r.team_id,
        r.agent_id, r.inbox_id, r.channel, r.priority, r.organization_id, r.contact_id, r.tags, %s::text,
        %s::bigint, %s::jsonb
    FROM csat_surveyrequest r WHERE r.id = %s"""

# What a customer said before they changed it.
_VOID = """
    INSERT INTO sla_fact (kind, at, ticket_id, voids, metric, channel, priority, tags, actor_kind, data)
    SELECT 'voided', %s::timestamptz, f.ticket_id, f.id, '', '', '', '{}', '', '{}'::jsonb
    FROM sla_fact f
    WHERE f.ticket_id = %s AND f.kind = 'rated' AND (f.data->>'request')::bigint = %s
        AND NOT EXISTS (SELECT FROM sla_fact v WHERE v.voids = f.id)"""


@within(CsatAsked)
def on_asked(event: CsatAsked) -> None:
    _record(FactKind.CSAT_ASKED, event, event.request_id, {})


@within(RatingGiven)
def on_rated(event: RatingGiven) -> None:
    """A question counts as answered on the day when it was asked, so that its share has one meaning."""
    if event.before is None:
        defer(_fact(FactKind.CSAT_ANSWERED, event, event.request_id, {}, at=None))
    else:
        defer((_VOID, [event.at or now(), event.ticket_id, event.request_id]))
    _record(FactKind.RATED, event, event.request_id, {"score": event.score, "comment": event.has_comment})


@within(RecoveryOpened)
def on_recovery_opened(event: RecoveryOpened) -> None:
    _record(FactKind.RECOVERY_OPENED, event, event.request_id, {"score": event.score})


@within(RecoveryClosed)
def on_recovery_closed(event: RecoveryClosed) -> None:
    """What the customer took back was not ours to settle."""
    if event.outcome != Outcome.WITHDRAWN:
        data = {"outcome": event.outcome, "cause": event.cause, "in_time": event.is_in_time}
        _record(FactKind.RECOVERY_CLOSED, event, event.request_id, data)


def _record(kind: FactKind, event: TicketChanged, request_id: int, data: Mapping[str, Any]) -> None:
    defer(_fact(kind, event, request_id, data, at=event.at or now()))


def _fact(
    kind: FactKind, event: TicketChanged, request_id: int, data: Mapping[str, Any], *, at: datetime | None
) -> Statement:
    told = json.dumps({"request": request_id, **data})
    return _RECORD, [kind.value, at, event.event_id, event.actor.kind, event.actor.id, told, request_id]
