"""Fills the blanks of a canned response from a fixed list; what cannot be filled is marked [[so]]."""

from __future__ import annotations

import re

from people.models import Agent
from tickets.models import Ticket

_BLANK = re.compile(r"\{\{\s*([a-z_.]{1,40})\s*\}\}")
BLANKS = ("contact.name", "contact.first_name", "agent.name", "agent.first_name", "ticket.number", "ticket.subject")


def filled(text: str, *, ticket: Ticket, agent: Agent) -> str:
    contact = ticket.contact.name.strip()
    known = {
        "contact.name": contact,
        "contact.first_name": contact.split(" ")[0],
        "agent.name": agent.name,
        "agent.first_name": agent.get_short_name(),
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
    }
    return _BLANK.sub(lambda blank: known.get(blank.group(1)) or f"[[{blank.group(1)}]]", text)
