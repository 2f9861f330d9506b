"""Who a reply goes to: a pure function of the message that it answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipients:
    """`to` gets the reply; `offered_cc` were on the message answered, and get a copy only when the agent says so."""

    to: list[dict[str, str]]
    offered_cc: list[dict[str, str]] = field(default_factory=list)


def for_reply(answered: dict[str, Any], *, own_addresses: Iterable[str] = ()) -> Recipients:
    """The sender of `answered` (their Reply-To where they gave one); its other recipients are offered as copies."""
    own = {address.lower() for address in own_addresses}
    sender = answered.get("from") or {}
    to = [item for item in answered.get("reply_to") or [] if item.get("address")] or ([sender] if sender else [])
    taken = own | {item["address"].lower() for item in to}
    offered: list[dict[str, str]] = []
    for item in [*(answered.get("to") or []), *(answered.get("cc") or [])]:
        address = str(item.get("address", "")).lower()
        if address and address not in taken:
            offered.append({"name": str(item.get("name", "")), "address": item["address"]})
            taken.add(address)
    return Recipients(to=to, offered_cc=offered)
