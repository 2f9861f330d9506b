"""How often one peer and one sender may knock at the SMTP door in a minute; mail that is fetched is not counted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings

from core.limits import Limit, is_within
from core.peer import client_address

WINDOW_SECONDS = 60
# One server may not take the door from all others.
MAX_SESSIONS_PER_PEER = 50
PEER_IS_OVER = "451 4.7.1 Too many mails from your server in this minute; please try again later"
SENDER_IS_OVER = "451 4.7.1 Too many mails from this sender in this minute; please try again later"


def refusal(peer: str, mail_from: str) -> str:
    """Count one more mail; "" when it may come in, else the SMTP answer. A limit of 0 is none.

    Relays of the operator's hand over everybody's mail, so only its senders are counted. Bounces have no sender.
    """
    if not is_relay(peer, settings.MAIL_IN_RELAYS):
        per_peer = Limit(name="mail-peer", times=settings.MAIL_IN_PER_PEER, seconds=WINDOW_SECONDS)
        if per_peer.times and not is_within(per_peer, client_address(peer, "", ())):
            return PEER_IS_OVER
    sender = mail_from.strip().strip("<>").lower()
    per_sender = Limit(name="mail-sender", times=settings.MAIL_IN_PER_SENDER, seconds=WINDOW_SECONDS)
    if sender and per_sender.times and not is_within(per_sender, sender):
        return SENDER_IS_OVER
    return ""


def name_of(peer: str) -> str:
    """Under which one counts a server: by its network where it has a whole one."""
    return client_address(peer, "", ())


def has_enough(peer: str, sessions: int) -> bool:
    """Whether a server that has so many open sessions must wait with the next one."""
    return sessions >= MAX_SESSIONS_PER_PEER and not is_relay(peer, settings.MAIL_IN_RELAYS)


def is_relay(peer: str, relays: Iterable[str]) -> bool:
    """A server of the operator's own, by its address; whoever comes by a unix socket is on this machine."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer == ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in _network(relay) for relay in relays)


@lru_cache(maxsize=64)
def _network(relay: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(relay, strict=False)
