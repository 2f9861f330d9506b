"""Listens to the heart: the visitor's own words are shown in all their windows, and an agent's typing in the chat."""

from __future__ import annotations

from collections.abc import Sequence

from channels_in.models import ChatVisitor
from channels_in.webchat import push
from channels_in.webchat.conversation import identity_for_address
from channels_in.webchat.payload import KIND
from core.events.bus import after
from core.events.catalogue import AgentTyped, MessageReceived
from tickets.models import ChannelThread, Message


@after(MessageReceived)
def on_message_received(events: Sequence[MessageReceived]) -> None:
    ids = [event.message_id for event in events if event.channel == KIND]
    if not ids:
        return
    for message in Message.objects.select_related("ticket").prefetch_related("attachments").filter(pk__in=ids):
        identity_id = identity_for_address(message.recipients.get("from", {}).get("address", ""))
        if identity_id is not None:
            push.show_message(message, identity_id=identity_id)


@after(AgentTyped)
def on_agent_typed(events: Sequence[AgentTyped]) -> None:
    """Every chat that goes on in the ticket hears of it."""
    for event in events:
        threads = ChannelThread.objects.filter(ticket_id=event.ticket_id, inbox__kind=KIND)
        addresses = list(threads.values_list("key", flat=True)[:5])
        for visitor in ChatVisitor.objects.filter(identity__kind=KIND, identity__value__in=addresses)[:5]:
            push.show_typing(identity_id=visitor.identity_id, name=event.agent_name.split(" ")[0])
