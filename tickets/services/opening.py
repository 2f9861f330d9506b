"""Agents and integrators open tickets too: for a customer who called, or to write first."""

from __future__ import annotations

from core.errors import Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import Actor, TicketOpened
from people.models import Identity, Team
from people.policy import require
from people.selectors.agents import acting_agent
from tickets.models import Inbox, Ticket
from tickets.services.journal import locked, record


def open_ticket(
    *,
    inbox: Inbox,
    identity: Identity,
    subject: str,
    team: Team | None = None,
    actor: Actor,
) -> Ticket:
    """An empty ticket of the identity's contact; the first reply or note is the next call."""
    subject = " ".join(subject.replace("\x00", "").split())[:500]
    if not subject:
        raise Invalid("A subject is needed.", fields={"subject": "Enter a subject."})
    if agent := acting_agent(actor):
        require(agent, "edit_ticket")
    team_id = team.pk if team else inbox.default_team_id
    with unit_of_work():
        made = Ticket.objects.create(
            subject=subject,
            inbox=inbox,
            channel=inbox.kind,
            contact_id=identity.contact_id,
            organization_id=identity.contact.organization_id,
            team_id=team_id,
        )
        ticket = locked(made)
        record(ticket, TicketOpened(inbox_id=inbox.pk, team_id=team_id, channel=inbox.kind), actor=actor)
    return ticket
