"""Facts that only reports want: hops between channels, rules, macros, and mail that could not be delivered."""

from __future__ import annotations

from core.clock import now
from core.db import defer
from core.events.bus import within
from core.events.catalogue import MacroApplied, MessageFailed, MessageReceived, RuleRan, TicketChanged
from reports.failures import failure
from sla.models import FactKind
from sla.services import fact_sql

# The customer's message before this one came through another channel.
_HOPPED = """
    WHERE (
        SELECT o.channel FROM tickets_message o
        WHERE o.ticket_id = t.id AND o.direction = 'in' AND o.kind = 'reply' AND o.id <> %s
        ORDER BY o.seq DESC LIMIT 1
    ) <> %s"""


@within(MessageReceived)
def on_message_received(event: MessageReceived) -> None:
    if event.opened:
        return
    sql, params = fact_sql.changed(
        FactKind.CHANNEL_HOPPED,
        event.ticket_id,
        event.at or now(),
        event_id=event.event_id,
        actor_kind=event.actor.kind,
        actor_id=event.actor.id,
        data={"after": event.channel},
    )
    defer((sql + _HOPPED, [*params, event.message_id, event.channel]))


@within(RuleRan, MacroApplied, MessageFailed)
def on_done(event: TicketChanged) -> None:
    kind, data = _told(event)
    actor = event.actor
    at = event.at or now()
    defer(
        fact_sql.changed(
            kind, event.ticket_id, at, event_id=event.event_id, actor_kind=actor.kind, actor_id=actor.id, data=data
        )
    )


def _told(event: TicketChanged) -> tuple[FactKind, dict[str, int | str]]:
    match event:
        case RuleRan():
            return FactKind.RULE_RAN, {"rule": event.rule_id}
        case MacroApplied():
            return FactKind.MACRO_APPLIED, {"macro": event.macro_id}
        case MessageFailed():
            why = failure(event.reason, event.delivery)
            return FactKind.DELIVERY_FAILED, {"message": event.message_id, "why": why}
    raise TypeError(f"{type(event).__name__} is no such event")
