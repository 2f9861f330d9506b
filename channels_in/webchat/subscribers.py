"""Listens to the heart: the visitor's own words are shown in all their windows, and an agent's typing in the chat."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.webchat import push
from channels_in.webchat.conversation import addressee, identity_for_address, visitors_of
from channels_in.webchat.payload import KIND
from channels_in.webchat.services.visitors import mark_agent_saw
from core.events.bus import after
from core.events.catalogue import AgentTyped, MessageDelivered, MessageReceived, TicketSeen
from tickets.models import Delivery, Direction, Message


@after(MessageReceived)
def on_message_received(events: Sequence[MessageReceived]) -> None:
    ids = [event.message_id for event in events if event.channel == KIND]
    if not ids:
        return
    for message in Message.objects.select_related("ticket").prefetch_related("attachments").filter(pk__in=ids):
        identity_id = identity_for_address(message.recipients.get("from", {}).get("address", ""))
        if identity_id is not None:
            push.show_message(message, identity_id=identity_id)


@after(MessageDelivered)
def on_message_delivered(events: Sequence[MessageDelivered]) -> None:
    """An answer is shown once its row says that it is sent: the browser's word that it was read finds it so."""
    ids = [event.message_id for event in events if event.delivery == Delivery.SENT]
    if not ids:
        return
    sent = Message.objects.filter(pk__in=ids, channel=KIND).select_related("ticket", "author_agent")
    for message in sent.prefetch_related("attachments"):
        identity_id = addressee(message)
        if identity_id is not None:
            push.show_message(message, identity_id=identity_id)


@after(AgentTyped)
def on_agent_typed(events: Sequence[AgentTyped]) -> None:
    """Every chat that goes on in the ticket hears of it."""
    for event in events:
        for visitor in visitors_of(event.ticket_id):
            push.show_typing(identity_id=visitor.identity_id, name=event.agent_name.split(" ")[0])


@after(TicketSeen)
def on_ticket_seen(events: Sequence[TicketSeen]) -> None:
    """The second tick: a person has the visitor's words on the screen."""
    for ticket_id in {event.ticket_id for event in events}:
        visitors = visitors_of(ticket_id)
        if not visitors:
            continue
        written = Message.objects.filter(ticket_id=ticket_id, direction=Direction.IN, channel=KIND)
        newest = written.select_related("ticket").order_by("-seq").first()
        for visitor in visitors:
            if newest and mark_agent_saw(visitor.identity_id, message_id=newest.pk):
                push.show_seen(identity_id=visitor.identity_id, ticket_number=newest.ticket.number, seq=newest.seq)
