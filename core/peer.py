"""Whose address a request really comes from: the peer's, or what a trusted proxy in front of us says."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


def client_address(peer: str, forwarded_for: str, trusted_proxies: Iterable[str]) -> str:
    """The nearest address that is no proxy of ours. `forwarded_for` counts only when the peer is trusted."""
    networks = [ipaddress.ip_network(entry, strict=False) for entry in trusted_proxies]
    address = peer
    for hop in reversed([entry.strip() for entry in forwarded_for.split(",") if entry.strip()]):
        if not _is_in(address, networks):
            break
        address = hop
    return _normal(address)


def _is_in(address: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # A unix socket has no address; whoever configured trusted proxies and a socket means that proxy.
        return address == "" and bool(networks)
    return any(parsed in network for network in networks)


def _normal(address: str) -> str:
    """IPv6 visitors are counted by their /64, which one person owns whole."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
