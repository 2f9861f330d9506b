"""The cast of the tests: Ana and Ben answer mail in Support, Cleo works in the private Legal team, Lia is a light
agent, Mona manages, Ada administers; Rosa is a customer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest
from django.db import connection

from people.models import Agent, Contact, Identity, Role, Team
from tickets.inbound import Clues, Inbound, Sender
from tickets.models import Inbox, Message, Ticket
from tickets.services.intake import Intake, record_inbound

_serial = count(1)


@dataclass
class Cast:
    ana: Agent
    ben: Agent
    cleo: Agent
    lia: Agent
    mona: Agent
    ada: Agent
    support: Team
    legal: Team
    mail: Inbox
    chat: Inbox
    legal_mail: Inbox
    rosa: Contact

    def everyone(self) -> list[Agent]:
        return [self.ana, self.ben, self.cleo, self.lia, self.mona, self.ada]


def _agent(name: str, role: Role) -> Agent:
    return Agent.objects.create_user(
        f"{name.split()[0].lower()}@desk.example", "a-good-password-1", name=name, role=role
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """Everyone, with a public Support team and a private Legal team and inbox."""
    ana, ben, cleo = (_agent(name, Role.AGENT) for name in ("Ana Ruiz", "Ben", "Cleo"))
    support = Team.objects.create(name="Support", lead=ana)
    support.members.set([ana, ben])
    legal = Team.objects.create(name="Legal", lead=cleo, is_private=True)
    legal.members.set([cleo])
    legal_mail = Inbox.objects.create(
        kind="email", name="Legal", address="legal@desk.example", is_private=True, default_team=legal
    )
    legal_mail.teams.set([legal])
    rosa = Contact.objects.create(name="Rosa Lind")
    Identity.objects.create(contact=rosa, kind="email", value="rosa@example.net", label="Rosa Lind")
    return Cast(
        ana=ana,
        ben=ben,
        cleo=cleo,
        lia=_agent("Lia", Role.LIGHT),
        mona=_agent("Mona", Role.MANAGER),
        ada=_agent("Ada", Role.ADMIN),
        support=support,
        legal=legal,
        mail=Inbox.objects.create(kind="email", name="Support", address="help@desk.example", default_team=support),
        chat=Inbox.objects.create(kind="webchat", name="Site chat", default_team=support),
        legal_mail=legal_mail,
        rosa=rosa,
    )


def inbound(text: str = "Where is my refund?", **changes: object) -> Inbound:
    """A mail from Rosa, with a Message-ID of its own."""
    number = next(_serial)
    message_id = f"rosa-{number}@mail.example.net"
    values: dict[str, object] = {
        "external_id": message_id,
        "sender": Sender(kind="email", value="rosa@example.net", name="Rosa Lind"),
        "text": text,
        "subject": "Refund",
        "clues": Clues(message_id=message_id),
        **changes,
    }
    return Inbound(**values)  # type: ignore[arg-type]  # the changes name real fields


def receive(inbox: Inbox, text: str = "Where is my refund?", **changes: object) -> Intake:
    return record_inbound(inbound(text, **changes), inbox=inbox)


def ticket_of(result: Intake) -> Ticket:
    assert result.ticket_id is not None
    return Ticket.objects.get(pk=result.ticket_id)


def new_ticket(inbox: Inbox, text: str = "Where is my refund?", **changes: object) -> Ticket:
    return ticket_of(receive(inbox, text, **changes))


def last_message(ticket: Ticket) -> Message:
    return Message.objects.filter(ticket=ticket).order_by("-seq")[0]


@pytest.fixture
def young_journal(db: None) -> None:
    """Event ids begin at 1 again: an empty journal whose ids are far on looks like one with a gap."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE tickets_ticketevent_id_seq RESTART WITH 1")
