"""The statements on requests that travel with a change of the ticket's status."""

from __future__ import annotations

from datetime import datetime

from core.db import Statement
from core.planned import Planned

_KEEP = Planned("""
    INSERT INTO csat_surveyrequest
        (ticket_id, state, is_by_hand, token_hash, language, created_at, due_at, reason, resolved_at,
         team_id, agent_id, inbox_id, channel, priority, organization_id, contact_id, tags)
    SELECT t.id, 'new', false, '', '', m.at, m.at, '', m.at,
        t.team_id, t.assignee_id, t.inbox_id, t.channel, t.priority, t.organization_id, t.contact_id, t.tags
    FROM (SELECT %s::bigint AS ticket_id, %s::timestamptz AS at) m JOIN tickets_ticket t ON t.id = m.ticket_id
    WHERE EXISTS (SELECT FROM csat_survey WHERE is_active)
    ON CONFLICT DO NOTHING""")

# What the chat has asked already stays asked: only its message is called off.
_CANCEL = Planned("""
    UPDATE csat_surveyrequest SET state = CASE WHEN asked_at IS NULL THEN 'cancelled' ELSE 'asked' END,
        reason = %s::text
    WHERE ticket_id = %s::bigint AND state IN ('new', 'waiting') AND NOT is_by_hand""")

_CANCEL_WITH = Planned("""
    UPDATE csat_surveyrequest r SET state = CASE WHEN asked_at IS NULL THEN 'cancelled' ELSE 'asked' END,
        reason = %s::text
    FROM (SELECT %s::bigint AS message_id) g JOIN tickets_message m ON m.id = g.message_id
    WHERE r.ticket_id = m.ticket_id AND r.state = 'waiting' AND r.is_by_hand AND r.created_at >= m.created_at""")


def keep_snapshot(ticket_id: int, at: datetime) -> Statement:
    """To whom a rating of this resolution will be attributed; nothing where there is no survey."""
    return _KEEP, [ticket_id, at]


def cancel(ticket_id: int, reason: str) -> Statement:
    return _CANCEL, [reason, ticket_id]


def cancel_with(message_id: int, reason: str) -> Statement:
    """What was asked for after this reply was written, and waits for it to leave."""
    return _CANCEL_WITH, [reason, message_id]
