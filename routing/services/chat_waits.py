"""Chats that wait for a person: when one begins, is answered, or is given up by its visitor.

A chat begins with the words that open or reopen a ticket of a channel that rings, and with the first words after a
chat that was abandoned, is over (chat_ends.py), or for which they booked a call. What a visitor leaves in the form,
because nobody is there, waits for no chat.
"""

# ruff: noqa: S608 - every part of the statements is constant text; values are parameters.

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from channels_in.selectors.visitors import last_seen_in
from channels_in.webchat.payload import FORM
from channels_in.webchat.presence import GONE_AFTER
from core.clock import now
from core.db import Statement, run
from core.planned import Planned
from routing.models import ChatEnd, ChatWait
from sla.models import FactKind
from sla.services import fact_sql
from tickets.models import OPEN_STATUSES

BATCH = 200

_LEFT_WORD = f"""EXISTS (
    SELECT FROM tickets_message x WHERE x.id = g.message_id AND x.recipients->>'way' = '{FORM}')"""
_BEGIN = f"""
    WITH begun AS (
        INSERT INTO routing_chatwait (ticket_id, message_id, began_at, ended_at, ended_by)
        SELECT g.ticket_id, g.message_id, g.at, CASE WHEN g.left_word THEN g.at END,
            CASE WHEN g.left_word THEN '{ChatEnd.LEFT_WORD}' ELSE '' END
        FROM (
            SELECT g.*, {_LEFT_WORD} AS left_word
            FROM (SELECT %s::bigint AS ticket_id, %s::bigint AS message_id, %s::timestamptz AS at,
                %s::boolean AS is_new) g
        ) g
        WHERE g.is_new OR g.left_word OR (
            SELECT w.ended_by IN ('{ChatEnd.ABANDONED}', '{ChatEnd.CALL}') OR w.over_at IS NOT NULL
            FROM routing_chatwait w WHERE w.ticket_id = g.ticket_id ORDER BY w.began_at DESC LIMIT 1)
        ON CONFLICT (ticket_id) WHERE ended_at IS NULL DO NOTHING
        RETURNING CASE WHEN ended_at IS NULL THEN '{FactKind.CHAT_BEGUN}' ELSE '{FactKind.CHAT_LEFT_WORD}' END AS kind,
            ticket_id, began_at AS at, NULL::timestamptz AS began_at, message_id, NULL::bigint AS agent_id,
            '{{}}'::jsonb AS data)
    {fact_sql.of_rows("begun")}"""
_RINGS = """jsonb_build_object(
    'rings', (SELECT count(*) FROM routing_offer o WHERE o.ticket_id = w.ticket_id AND o.made_at >= w.began_at),
    'missed', (SELECT count(*) FROM routing_offer o
        WHERE o.ticket_id = w.ticket_id AND o.made_at >= w.began_at AND o.ended_by = 'missed'))"""
_ANSWER = Planned(f"""
    WITH ended AS (
        UPDATE routing_chatwait w SET ended_at = m.at, ended_by = '{ChatEnd.ANSWERED}', answer_id = m.message_id
        FROM (SELECT %s::bigint AS ticket_id, %s::bigint AS message_id, %s::bigint AS agent_id,
            %s::timestamptz AS at) m
        WHERE w.ticket_id = m.ticket_id AND w.ended_at IS NULL
        RETURNING '{FactKind.CHAT_ANSWERED}' AS kind, w.ticket_id, m.at, w.began_at, m.message_id, m.agent_id,
            {_RINGS} || jsonb_build_object('at_once', (
                SELECT 1 + count(*) FROM tickets_ticket a JOIN tickets_ticket t ON t.id = w.ticket_id
                WHERE a.assignee_id = m.agent_id AND a.id <> t.id AND a.channel = t.channel AND a.status = 'open'
                    AND a.snoozed_until IS NULL)) AS data)
    {fact_sql.of_rows("ended")}""")
_ABANDON = f"""
    WITH ended AS (
        UPDATE routing_chatwait w SET ended_at = m.at, ended_by = '{ChatEnd.ABANDONED}'
        FROM (SELECT %s::bigint AS id, %s::timestamptz AS at) m
        WHERE w.id = m.id AND w.ended_at IS NULL
        RETURNING '{FactKind.CHAT_ABANDONED}' AS kind, w.ticket_id, m.at, w.began_at, w.message_id,
            NULL::bigint AS agent_id, {_RINGS} AS data)
    {fact_sql.of_rows("ended")}"""
_RING_MISSED = f"""
    WITH missed AS (
        SELECT '{FactKind.RING_MISSED}' AS kind, o.ticket_id, %s::timestamptz AS at, o.made_at AS began_at,
            NULL::bigint AS message_id, o.agent_id, '{{}}'::jsonb AS data
        FROM routing_offer o WHERE o.id = %s)
    {fact_sql.of_rows("missed")}"""
# The ticket that ended in another one (`t`): its chat, if it is not over, is that one's now.
_GO_ON = f"""
    UPDATE routing_chatwait w SET ticket_id = t.id
    FROM tickets_ticket t
    WHERE t.id = %s AND t.status IN ({", ".join(f"'{status}'" for status in OPEN_STATUSES)})
        AND w.id = (SELECT n.id FROM routing_chatwait n WHERE n.ticket_id = %s AND n.ended_by <> '{ChatEnd.LEFT_WORD}'
            ORDER BY n.began_at DESC, n.id DESC LIMIT 1)
        AND w.over_at IS NULL AND w.ended_by <> '{ChatEnd.ABANDONED}'
        AND NOT EXISTS (SELECT FROM routing_chatwait o WHERE o.ticket_id = t.id AND o.ended_at IS NULL)"""
_CLOSE = f"""
    UPDATE routing_chatwait SET over_at = %s, ended_at = %s, ended_by = '{ChatEnd.CLOSED}'
    WHERE ticket_id = %s AND ended_at IS NULL"""
_GO_BACK = """
    UPDATE routing_chatwait w SET ticket_id = %s
    WHERE w.ticket_id = %s AND w.message_id = ANY(%s)
        AND (w.ended_at IS NOT NULL OR NOT EXISTS (
            SELECT FROM routing_chatwait o WHERE o.ticket_id = %s AND o.ended_at IS NULL))"""


def begin(ticket_id: int, message_id: int, at: datetime, *, is_new: bool) -> Statement:
    """A visitor wrote; `is_new` where it opened or reopened the ticket."""
    return _BEGIN, [ticket_id, message_id, at, is_new]


def answer(ticket_id: int, message_id: int, agent_id: int | None, at: datetime) -> Statement:
    """A person wrote to the visitor."""
    return _ANSWER, [ticket_id, message_id, agent_id, at]


def call_instead(ticket_id: int, at: datetime) -> Statement:
    """The visitor booked a call: nobody keeps them waiting, and who goes now gives nothing up."""
    sql = """
        UPDATE routing_chatwait SET ended_at = %s, ended_by = %s
        WHERE ticket_id = %s AND ended_at IS NULL AND told_at IS NULL"""
    return sql, [at, ChatEnd.CALL.value, ticket_id]


def take_back(message_id: int) -> Statement:
    """The answer was undone before it left: its chat waits again."""
    sql = """
        UPDATE routing_chatwait w SET ended_at = NULL, ended_by = '', answer_id = NULL
        WHERE w.answer_id = %s AND w.over_at IS NULL AND NOT EXISTS (
            SELECT FROM routing_chatwait o WHERE o.ticket_id = w.ticket_id AND o.ended_at IS NULL)"""
    return sql, [message_id]


def go_on_in(other_id: int, *, ticket_id: int, at: datetime) -> tuple[Statement, Statement]:
    """The ticket was merged into another one: its chat goes on there, unless one waits there already."""
    return (_GO_ON, [other_id, ticket_id]), (_CLOSE, [at, at, ticket_id])


def go_back_to(ticket_id: int, *, other_id: int, message_ids: Sequence[int]) -> Statement:
    """The merge is undone: the chat that began with these words is this ticket's again."""
    return _GO_BACK, [ticket_id, other_id, list(message_ids), ticket_id]


def ring_missed(offer_id: int, at: datetime) -> Statement:
    return _RING_MISSED, [at, offer_id]


def give_up(wait_id: int, at: datetime, *, is_closed: bool) -> None:
    """Nobody has answered: the visitor left, which is a fact of its own, or the ticket `is_closed`."""
    if is_closed:
        ChatWait.objects.filter(pk=wait_id, ended_at=None).update(ended_at=at, ended_by=ChatEnd.CLOSED)
    else:
        run([(_ABANDON, [wait_id, at])])


def close_settled() -> None:
    """Waits on tickets that are no longer open, however they came to be so."""
    at = now()
    ChatWait.objects.filter(ended_at=None).exclude(ticket__status__in=OPEN_STATUSES).update(
        ended_at=at, over_at=at, ended_by=ChatEnd.CLOSED
    )


def abandoned() -> list[tuple[int, int, datetime]]:
    """The waits of visitors who have left (wait, ticket, when), one batch."""
    at = now()
    long_enough = ChatWait.objects.filter(ended_at=None, began_at__lte=at - GONE_AFTER)
    waits = list(long_enough.order_by("began_at").values_list("pk", "ticket_id", "began_at"))
    seen = last_seen_in([ticket_id for _, ticket_id, _ in waits]) if waits else {}
    left = [(pk, ticket_id, max(seen[ticket_id] or began_at, began_at)) for pk, ticket_id, began_at in waits]
    return [one for one in left if one[2] < at - GONE_AFTER][:BATCH]
