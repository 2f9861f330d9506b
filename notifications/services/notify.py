"""Ring one agent's bell on purpose: a rule, or a part of the desk, has something to say about a ticket."""

from __future__ import annotations

from core.events.bus import publish, unit_of_work
from core.events.catalogue import Actor, NotificationsAdded
from notifications.models import Notification, NotificationKind
from notifications.services.telling import MAX_TEXT
from people.models import Agent
from tickets.models import Ticket, TicketEvent


def notify(ticket: Ticket, *, agent: Agent, text: str, actor: Actor) -> None:
    """One line about the ticket's newest event; telling the same agent of the same event twice makes one line."""
    del actor  # said in the text; the line belongs to the event that it points at
    with unit_of_work():
        newest = TicketEvent.objects.filter(ticket_id=ticket.pk).order_by("-seq").values_list("pk", flat=True).first()
        if newest is None:
            return
        Notification.objects.bulk_create(
            [
                Notification(
                    agent=agent, kind=NotificationKind.RULE, ticket=ticket, event_id=newest, text=text[:MAX_TEXT]
                )
            ],
            ignore_conflicts=True,
        )
        publish(NotificationsAdded(agent_ids=(agent.pk,)))
