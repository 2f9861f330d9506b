"""Checks the DKIM signatures of a mail. It asks the DNS: for the worker only, outside of any transaction."""

from __future__ import annotations

import dataclasses
import logging

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from channels_in.email.parse.addresses import parse_addresses
from channels_in.email.parse.headers import split_head
from channels_in.email.sender_auth import FAIL, NO_POLICY, PASS, UNCHECKED, SenderCheck, is_aligned
from core.dns import DnsAway, lookup
from tickets.inbound import Inbound

logger = logging.getLogger(__name__)

MOST_SIGNATURES = 4
MOST_BYTES = 60 * 1024 * 1024
_HEADER = b"dkim-signature"
_UNFIT = "Changed on its way, or not by them: unfit DKIM signature"


def with_signature(inbound: Inbound, raw: bytes) -> Inbound:
    """The message with what its signature proves; what the border server says is final."""
    if inbound.sender_auth in (PASS, FAIL):
        return inbound
    check = by_signature(raw)
    if not check.verdict or (check.verdict != PASS and inbound.sender_auth):
        return inbound
    return dataclasses.replace(inbound, sender_auth=check.verdict, sender_proof=check.proof)


def by_signature(raw: bytes) -> SenderCheck:
    """PASS when a signature of the sender's own organization fits; anything else proves nothing either way."""
    if _HEADER not in raw[: 256 * 1024].lower() or len(raw) > MOST_BYTES:
        return SenderCheck(UNCHECKED)
    headers, _ = split_head(raw, 0, len(raw))
    values = headers.all_raw(_HEADER.decode())
    senders = parse_addresses(", ".join(headers.all_raw("from")))
    if not values or len(senders) != 1 or headers.count("from") != 1:
        return SenderCheck(UNCHECKED)
    sender_domain = senders[0].address.rpartition("@")[2]
    own = [(index, domain) for index, domain in _domains(values) if is_aligned(domain, sender_domain)]
    if not own:
        return SenderCheck(NO_POLICY, f"Not signed by {sender_domain}"[:200])
    return _check(raw, own)


def _check(raw: bytes, signatures: list[tuple[int, str]]) -> SenderCheck:
    told = ""
    for index, domain in signatures[:MOST_SIGNATURES]:
        try:
            if dkim.DKIM(raw).verify(idx=index, dnsfunc=_key):
                return SenderCheck(PASS, f"DKIM signature of {domain}")
            told = f"{_UNFIT} of {domain}"
        except DnsAway:
            told = f"The key of {domain} could not be looked up"
        except dkim.DKIMException as error:
            is_changed = "mismatch" in str(error)
            told = f"{_UNFIT} of {domain}" if is_changed else f"Unusable DKIM signature of {domain}: {error}"
        except Exception:
            logger.info("A DKIM signature could not be read", exc_info=True)
            told = f"Unreadable DKIM signature of {domain}"
    return SenderCheck(NO_POLICY, told[:200])


def _domains(values: list[str]) -> list[tuple[int, str]]:
    """(which signature, its domain), without those that leave a part of the mail open to additions."""
    found: list[tuple[int, str]] = []
    for index, value in enumerate(values[: MOST_SIGNATURES * 2]):
        try:
            tags = parse_tag_value(value.encode("latin-1", "replace"))
        except InvalidTagValueList:
            continue
        domain = bytes(tags.get(b"d", b"")).decode("ascii", "replace").lower()
        if domain and b"l" not in tags:
            found.append((index, domain))
    return found


def _key(name: bytes, timeout: float = 5) -> bytes | None:
    """The form in which dkimpy asks."""
    values = lookup(name.decode("ascii", "replace"))
    return values[0].encode("latin-1") if values else None
