"""A small desk for tests: people, teams, inboxes, and customers who write, all through the real services."""

from __future__ import annotations

from itertools import count
from typing import Any

from core.clock import now
from core.events.catalogue import Actor
from people.models import Agent, Availability, Team
from tickets.capabilities import Capabilities
from tickets.inbound import Clues, Inbound, Sender
from tickets.models import Inbox, Message, Ticket
from tickets.services import messages
from tickets.services.intake import record_inbound

_numbers = count(1)


def an_agent(name: str = "Mia Winter", *, is_online: bool = False, **values: Any) -> Agent:
    if is_online:
        values = {"availability": Availability.AVAILABLE, "last_seen_at": now(), **values}
    email = f"{name.split()[0].lower()}{next(_numbers)}@desk.example"
    return Agent.objects.create_user(email, "secret", name=name, **values)


def a_team(name: str = "Support", *members: Agent, **values: Any) -> Team:
    team = Team.objects.create(name=name, **values)
    team.members.set(members)
    return team


def an_inbox(kind: str = "email", **values: Any) -> Inbox:
    number = next(_numbers)
    return Inbox.objects.create(kind=kind, name=f"Inbox {number}", address=f"in{number}@desk.example", **values)


def customer_writes(
    inbox: Inbox, text: str = "It does not work.", *, on: Ticket | None = None, **values: Any
) -> Ticket:
    """A customer's message arrives: a new ticket, or a reply to their own one."""
    clues = Clues(reply_token_ticket_id=on.pk) if on else Clues()
    sender = Sender(kind="email", value="ana@customer.example", name="Ana Ruiz", verified_how="provider")
    external_id = f"message-{next(_numbers)}@customer.example"
    inbound = Inbound(
        **{"external_id": external_id, "sender": sender, "text": text, "subject": "Help", "clues": clues, **values}
    )
    intake = record_inbound(inbound, inbox=inbox)
    assert intake.ticket_id is not None, intake.reason
    return Ticket.objects.get(pk=intake.ticket_id)


def agent_replies(ticket: Ticket, agent: Agent, text: str = "Here is how.", **values: Any) -> Message:
    return messages.reply(ticket, text=text, actor=agent.as_actor(), **values)


def rule_actor() -> Actor:
    return Actor(kind="rule", id=1, name="A rule", cause="rule:1", depth=1)


def plain_channel(kind: str) -> Capabilities:
    """What any channel can do, for tests that are not about channels."""
    return Capabilities(
        label=kind.title(), icon=kind, can_undo=True, can_start=True, copies=True, rings=kind == "webchat"
    )
