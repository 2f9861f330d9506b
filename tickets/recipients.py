"""Who a message goes to: a pure function of the message that it answers, and who these people are in the ticket.

Nobody is dropped silently, our own addresses never get a copy of our own words, and a hidden copy (Bcc) stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Mode = Literal["reply", "reply_all", "forward", "new"]
Role = Literal["requester", "agent", "copy", "third_party"]
Person = dict[str, str]

ROLE_WORDS: dict[Role, str] = {
    "requester": "requester",
    "agent": "agent",
    "copy": "copy",
    "third_party": "third party",
}


@dataclass(frozen=True, slots=True)
class Recipients:
    """`to` and `cc` get the message; `offered_to` and `offered_cc` stood on the one answered, and get it only when the
    agent says so."""

    to: list[Person]
    cc: list[Person] = field(default_factory=list)
    offered_to: list[Person] = field(default_factory=list)
    offered_cc: list[Person] = field(default_factory=list)

    @property
    def offered(self) -> list[Person]:
        return [*self.offered_to, *self.offered_cc]

    def with_copies(self, chosen: Iterable[Mapping[str, str]], *, own_addresses: Iterable[str] = ()) -> Recipients:
        """Those whom the agent chose beside the receivers: each in the place where they stood before, others in Cc."""
        taken = _lowered(own_addresses) | {_address(item) for item in self.to}
        places = {_address(item): (item, place) for place in ("to", "cc") for item in _offered(self, place)}
        to, cc = list(self.to), list(self.cc)
        taken |= {_address(item) for item in cc}
        for item in chosen:
            address = _address(item)
            if not address or address in taken:
                continue
            taken.add(address)
            known, place = places.get(address, ({"name": str(item.get("name", "")), "address": address}, "cc"))
            (to if place == "to" else cc).append(known)
        return Recipients(to=to, cc=cc)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom the ticket knows: addresses in lower case."""

    requester: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    part: frozenset[str] = frozenset()

    def role_of(self, address: str) -> Role:
        address = address.lower()
        if address in self.requester:
            return "requester"
        if address in self.agents:
            return "agent"
        return "copy" if address in self.part else "third_party"

    def is_new(self, address: str) -> bool:
        """Not part of this ticket before: nobody wrote to them or heard from them here."""
        return address.lower() not in self.requester | self.part


def recipients(
    answered: Mapping[str, Any], *, mode: Mode, own_addresses: Iterable[str] = (), requester: Person | None = None
) -> Recipients:
    """`reply`: the sender (their Reply-To where they gave one), the others are offered. `reply_all`: the others are in,
    where they stood. `forward`: nobody yet. `new`: the requester."""
    if mode == "forward":
        return Recipients(to=[])
    if mode == "new":
        return Recipients(to=[requester] if requester else [])
    own = _lowered(own_addresses)
    sender = _people([answered.get("from") or {}])
    to = [item for item in _people(answered.get("reply_to") or []) if _address(item) not in own] or sender
    taken = own | {_address(item) for item in to}
    # A sender whose Reply-To leads elsewhere is not written to by the back door.
    taken |= {_address(item) for item in sender}
    others_to = _unseen(answered.get("to") or [], taken)
    others_cc = _unseen(answered.get("cc") or [], taken)
    if mode == "reply_all":
        return Recipients(to=[*to, *others_to], cc=others_cc)
    return Recipients(to=to, offered_to=others_to, offered_cc=others_cc)


def for_reply(answered: Mapping[str, Any], *, own_addresses: Iterable[str] = ()) -> Recipients:
    return recipients(answered, mode="reply", own_addresses=own_addresses)


def _offered(found: Recipients, place: str) -> list[Person]:
    return found.offered_to if place == "to" else found.offered_cc


def _unseen(items: Iterable[Mapping[str, Any]], taken: set[str]) -> list[Person]:
    """Those who are not in `taken`; they are from then on."""
    found: list[Person] = []
    for item in _people(items):
        if _address(item) not in taken:
            taken.add(_address(item))
            found.append({"name": item.get("name", ""), "address": item["address"]})
    return found


def _people(items: Iterable[Mapping[str, Any]]) -> list[Person]:
    """Each address once, as it came first."""
    found: dict[str, Person] = {}
    for item in items:
        if address := _address(item):
            found.setdefault(address, {name: str(value) for name, value in item.items()})
    return list(found.values())


def _address(item: Mapping[str, Any]) -> str:
    return str(item.get("address", "")).strip().lower()


def _lowered(addresses: Iterable[str]) -> set[str]:
    return {address.lower() for address in addresses}
