"""Asks the DNS, within a time limit, with answers remembered; while it does not answer it is left alone for a while.

For workers only: never inside a transaction or an agent's request.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import dns.exception
import dns.resolver
from django.conf import settings
from dns.nameserver import Do53Nameserver

MOST_REMEMBERED = 5_000
LONGEST_MEMORY_SECONDS = 3_600
NOTHING_FOUND_SECONDS = 300
REST_SECONDS = 20


class DnsAway(Exception):
    """Nobody answered in time, or the answer was a failure: nothing is known about the name."""


@dataclass(frozen=True, slots=True)
class _Known:
    values: tuple[str, ...]
    until: float


class _Memory:
    """What was answered, until its time ends; and until when nobody is asked."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, ...], _Known] = {}
        self.rests_until: dict[tuple[str, ...], float] = {}
        self.lock = threading.Lock()

    def get(self, key: tuple[str, ...]) -> tuple[str, ...] | None:
        with self.lock:
            found = self.known.get(key)
        return found.values if found and found.until > time.monotonic() else None

    def keep(self, key: tuple[str, ...], values: tuple[str, ...], seconds: float) -> None:
        with self.lock:
            if len(self.known) >= MOST_REMEMBERED:
                self.known.clear()
            self.known[key] = _Known(values, time.monotonic() + min(seconds, LONGEST_MEMORY_SECONDS))

    def clear(self) -> None:
        with self.lock:
            self.known.clear()
            self.rests_until.clear()


_memory = _Memory()


def lookup(name: str, kind: str = "TXT") -> tuple[str, ...]:
    """The values of a name's records, () when there are none. Raises DnsAway when nobody knows."""
    servers = tuple(settings.DNS_SERVERS)
    key = (*servers, kind, name.lower().rstrip("."))
    if (known := _memory.get(key)) is not None:
        return known
    if _memory.rests_until.get(servers, 0) > time.monotonic():
        raise DnsAway("The name servers did not answer a moment ago.")
    try:
        answer = _resolver(servers).resolve(name, kind, lifetime=settings.DNS_TIMEOUT_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        values: tuple[str, ...] = ()
        _memory.keep(key, values, NOTHING_FOUND_SECONDS)
    except (dns.resolver.LifetimeTimeout, dns.resolver.NoResolverConfiguration) as error:
        _memory.rests_until[servers] = time.monotonic() + REST_SECONDS
        raise DnsAway("No name server answered in time.") from error
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise DnsAway(f"The name could not be looked up ({type(error).__name__}).") from error
    else:
        values = tuple(_text(record, kind) for record in answer)
        _memory.keep(key, values, float(answer.rrset.ttl if answer.rrset else 0))
    return values


def forget() -> None:
    """Ask anew from now on."""
    _memory.clear()


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        strings: tuple[bytes, ...] = record.strings  # type: ignore[attr-defined]  # a TXT record has them
        return b"".join(strings).decode("latin-1")
    return str(record)


def _resolver(servers: tuple[str, ...]) -> dns.resolver.Resolver:
    """The servers of the settings (host or host:port); without any, those of the machine."""
    if not servers:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [_server(address) for address in servers]
    return resolver


def _server(address: str) -> Do53Nameserver:
    host, colon, port = address.rpartition(":")
    is_plain = not colon or ":" in host
    return Do53Nameserver(address if is_plain else host, 53 if is_plain else int(port))
