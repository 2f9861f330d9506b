"""Which network addresses we may talk to: public ones, and what OUTGOING_HTTP_ALLOWED names."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

import httpcore
from django.conf import settings

PORTS = frozenset({80, 443})
MAILBOX_PORTS = frozenset({110, 143, 993, 995})

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Prefixes that carry an IPv4 address inside: the carried address must be public too.
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_NEVER = (
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("100.64.0.0/10"),
    ipaddress.ip_network("2001::/23"),
    ipaddress.ip_network("fec0::/10"),
)


class Forbidden(Exception):
    """The name leads to an address that is not public."""


def checked_addresses(host: str, port: int, ports: frozenset[int] = PORTS) -> list[str]:
    """The addresses of the host, all of them allowed. Raises Forbidden, or ConnectError when there is none."""
    if f"{host}:{port}".lower() in _allowed_names() or host.lower() in _allowed_names():
        return _resolve(host, port)
    addresses = _resolve(host, port)
    networks = _allowed_networks()
    parsed = [ipaddress.ip_address(address.partition("%")[0]) for address in addresses]
    if all(any(address in network for network in networks) for address in parsed):
        return addresses
    if port not in ports:
        allowed = " and ".join(", ".join(str(item) for item in sorted(ports)).rsplit(", ", 1))
        raise Forbidden(f"Only the ports {allowed} can be called, not {port}.")
    if "%" in "".join(addresses) or not all(is_public(address) for address in parsed):
        raise Forbidden("This address is not on the public internet.")
    return addresses


def is_public(address: Address) -> bool:
    """Whether the address is on the public internet, looking through every wrapping of IPv4 in IPv6."""
    if isinstance(address, ipaddress.IPv6Address) and (inner := _wrapped(address)) is not None:
        return is_public(inner)
    if any(address in network for network in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if int(address) >> 32 == 0 and int(address) > 1:  # ::a.b.c.d, long deprecated and still understood
        return ipaddress.IPv4Address(int(address))
    return None


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("the name cannot be resolved") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _allowed_networks() -> list[Network]:
    return [network for entry in _entries() if (network := _network(entry)) is not None]


def _allowed_names() -> set[str]:
    return {entry.lower() for entry in _entries() if _network(entry) is None}


def _entries() -> Iterable[str]:
    return [entry.strip() for entry in settings.OUTGOING_HTTP_ALLOWED if entry.strip()]


def _network(entry: str) -> Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
