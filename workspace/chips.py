"""The people of an answer as chips: who gets it, as what, and who is new to the ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tickets.models import Ticket
from tickets.recipients import ROLE_WORDS, Known, Person
from tickets.selectors.known_people import copied_last, known_people
from tickets.selectors.reach import Reach


@dataclass(frozen=True, slots=True)
class Chip:
    name: str
    address: str
    role: str
    is_new: bool
    is_chosen: bool = False


def chips(ticket: Ticket, way: Reach) -> dict[str, Any]:
    """Receivers, and those whom the answered message named: chosen already when our last answer went to them, too."""
    people = way.recipients
    if not way.capabilities.copies:
        # A chat has one receiver, and no addresses that could be mistaken.
        return {"to_chips": [Chip(item.get("name", ""), item.get("address", ""), "", False) for item in people.to]}
    known = known_people(ticket, [item["address"] for item in (*people.to, *people.offered) if item.get("address")])
    offered = [*people.offered, *_requester_left_out(ticket, way, known)]
    confirmed = copied_last(ticket) if offered else set()
    to_chips = [chip(item, known) for item in people.to]
    return {
        "to_chips": to_chips,
        "copy_chips": [chip(item, known, is_chosen=item["address"].lower() in confirmed) for item in offered],
        "turned_to": _turned(way),
        "leaves_out": str(ticket.contact) if not any(item.role == "requester" for item in to_chips) else "",
    }


def _requester_left_out(ticket: Ticket, way: Reach, known: Known) -> list[Person]:
    """Somebody else wrote last: the answer goes to them, and whether the requester gets it is for the agent to say."""
    named = {item.get("address", "").lower() for item in (*way.recipients.to, *way.recipients.offered)}
    addresses = sorted(address for address in known.requester if "@" in address)
    if not addresses or named & known.requester:
        return []
    return [{"name": str(ticket.contact), "address": addresses[0]}]


def chip(person: Person, known: Known, *, is_chosen: bool = False) -> Chip:
    address = person.get("address", "")
    role = ROLE_WORDS[known.role_of(address)]
    return Chip(person.get("name", ""), address, role, known.is_new(address), is_chosen)


def _turned(way: Reach) -> str:
    """The sender's own address, when their Reply-To leads the answer elsewhere."""
    if way.answered is None or not way.answered.recipients.get("reply_to"):
        return ""
    sender = str((way.answered.recipients.get("from") or {}).get("address", ""))
    return "" if sender.lower() in {item.get("address", "").lower() for item in way.recipients.to} else sender
