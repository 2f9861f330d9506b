"""Who is told of what: statements that write the bell's lines inside the transaction of the change itself.

Nobody is told of what they did themselves. Who may not see the ticket (any more) is filtered when the bell is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.clock import now
from core.db import Statement
from core.events.catalogue import Actor, TicketChanged
from core.planned import Planned
from notifications.models import NotificationKind

# Each is a SELECT of agent ids for ticket t.
ASSIGNEE = "SELECT t.assignee_id"
FOLLOWERS = "SELECT agent_id FROM tickets_follower WHERE ticket_id = t.id"
TEAM_LEAD = "SELECT lead_id FROM people_team WHERE id = t.team_id"
LEAD_WHERE_NOBODY_HAS_IT = f"{TEAM_LEAD} AND t.assignee_id IS NULL"

MAX_TEXT = 200
# Whoever drops out and comes back again and again reads where the ticket went last.
CALM = timedelta(minutes=10)
# Lines that are being read or mailed this moment are left as they are: nobody waits for a bell.
_REPLACE_MOVES = Planned(f"""
    DELETE FROM notifications_notification WHERE id IN (
        SELECT id FROM notifications_notification
        WHERE agent_id = %s AND ticket_id = %s AND at > %s AND read_at IS NULL
            AND kind IN ('{NotificationKind.ASSIGNED}', '{NotificationKind.UNASSIGNED}')
        FOR UPDATE SKIP LOCKED)""")  # noqa: S608 - constants of this file; values are parameters


def tell_agents(event: TicketChanged, kind: NotificationKind, *, agent_ids: Sequence[int], text: str = "") -> Statement:
    """Tell these agents."""
    return _tell(event, kind, "SELECT unnest(%s::bigint[])", [list(agent_ids)], "%s::text", [text[:MAX_TEXT]])


def tell_of_move(event: TicketChanged, kind: NotificationKind, *, agent_id: int, text: str) -> tuple[Statement, ...]:
    """Tell who was given the ticket, or has lost it: one line for what happened to it within minutes, the newest."""
    since = (event.at or now()) - CALM
    earlier = _REPLACE_MOVES, [agent_id, event.ticket_id, since]
    return earlier, tell_agents(event, kind, agent_ids=[agent_id], text=text)


def tell(event: TicketChanged, kind: NotificationKind, *, who: Sequence[str], text: str = "") -> Statement:
    """Tell those whom the ticket names: any of ASSIGNEE, FOLLOWERS, TEAM_LEAD, LEAD_WHERE_NOBODY_HAS_IT."""
    return _tell(event, kind, " UNION ".join(who), [], "%s::text", [text[:MAX_TEXT]])


def tell_of_reply(event: TicketChanged) -> Statement:
    """Tell the assignee and the followers what the customer wrote. A lively chat is one line until it is read."""
    unread = """NOT EXISTS (
        SELECT FROM notifications_notification n
        WHERE n.agent_id = a.id AND n.ticket_id = t.id AND n.kind = 'reply' AND n.read_at IS NULL)"""
    who = f"{ASSIGNEE} UNION {FOLLOWERS}"
    return _tell(event, NotificationKind.REPLY, who, [], "t.snippet", [], only_if=unread)


def tell_of_failure(event: TicketChanged, *, message_id: int, reason: str) -> Statement:
    """Tell the author of the reply, and the assignee, that it did not arrive."""
    author = f"SELECT author_agent_id FROM tickets_message WHERE id = %s UNION {ASSIGNEE}"  # noqa: S608 - constant
    return _tell(event, NotificationKind.FAILED, author, [message_id], "%s::text", [reason[:MAX_TEXT]])


def tell_of_held(event: TicketChanged, *, author_id: int, reason: str) -> Statement:
    """Tell who wrote the reply that was to leave later, and the assignee, that it did not."""
    text = f"It was to leave later. {reason}"
    who = f"SELECT %s::bigint UNION {ASSIGNEE}"
    return _tell(event, NotificationKind.FAILED, who, [author_id], "%s::text", [text[:MAX_TEXT]])


def _tell(
    event: TicketChanged,
    kind: NotificationKind,
    who: str,
    who_params: Sequence[object],
    text: str,
    text_params: Sequence[object],
    *,
    only_if: str = "true",
) -> Statement:
    sql = f"""
        INSERT INTO notifications_notification (agent_id, kind, ticket_id, event_id, text, at)
        SELECT a.id, %s::text, t.id, %s::bigint, {text}, %s::timestamptz
        FROM tickets_ticket t
        CROSS JOIN LATERAL ({who}) AS told (agent_id)
        JOIN people_agent a ON a.id = told.agent_id AND a.is_active
        WHERE t.id = %s AND a.id <> %s AND {only_if}
        ON CONFLICT (event_id, agent_id) DO NOTHING"""  # noqa: S608 - constants of this file; values are parameters
    at = event.at or now()
    own = _own_id(event.actor)
    return Planned(sql), [kind.value, event.event_id, *text_params, at, *who_params, event.ticket_id, own]


def _own_id(actor: Actor) -> int:
    return actor.id or 0 if actor.kind == "agent" else 0
