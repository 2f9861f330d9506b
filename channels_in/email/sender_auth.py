"""Whether somebody we trust vouches for the sender: the border mail server's own words, the topmost ones, or else a
DKIM signature of the sender's domain. What others wrote into the mail about it counts for nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import idna
from publicsuffixlist import PublicSuffixList

from channels_in.email.parse import ParsedMail

PASS, FAIL, NO_POLICY, UNCHECKED = "pass", "fail", "none", ""
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\A\s*(dmarc|dkim|spf)\s*=\s*(\w+)", re.IGNORECASE)
_DOMAIN = {
    "dkim": re.compile(r"\bheader\.[di]\s*=\s*\"?(?:[^\s;@\"]*@)?([^\s;\"]+)", re.IGNORECASE),
    "spf": re.compile(r"\bsmtp\.(?:mailfrom|mail|helo)\s*=\s*\"?(?:[^\s;@\"]*@)?([^\s;\"]+)", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class SenderCheck:
    """PASS, FAIL, NO_POLICY (looked at, nothing proved) or UNCHECKED, and who says so in words."""

    verdict: str
    proof: str = ""


def by_border(mail: ParsedMail, config: Mapping[str, Any]) -> SenderCheck:
    """What the border server says, by DMARC or by what DMARC is made of."""
    if mail.from_count > 1:
        return SenderCheck(FAIL, "It names several senders")
    trusted = str(config.get("authserv_id") or "").strip().lower()
    if not trusted or not mail.authentication_results:
        return SenderCheck(UNCHECKED)
    server, _, said = _COMMENT.sub(" ", mail.authentication_results[0]).partition(";")
    if server.strip().lower().split()[:1] != [trusted] or mail.from_count != 1:
        return SenderCheck(UNCHECKED)
    results = [(match.group(1).lower(), match.group(2).lower(), part) for part, match in _results(said)]
    dmarc = next((result for method, result, _ in results if method == "dmarc"), "")
    if dmarc in (PASS, FAIL):
        return SenderCheck(dmarc, f"dmarc={dmarc}, says {trusted}")
    domain = mail.sender.address.rpartition("@")[2]
    for method, result, part in results:
        named = _DOMAIN[method].search(part) if result == PASS and method in _DOMAIN else None
        if named and is_aligned(named.group(1), domain):
            return SenderCheck(PASS, f"{method}=pass for {named.group(1).lower()}, says {trusted}")
    return SenderCheck(NO_POLICY, f"Nothing proved, says {trusted}")


def is_aligned(domain: str, sender_domain: str) -> bool:
    """Of the same organization, as DMARC means it: mail.example.com vouches for example.com, but co.uk for nobody, and
    one customer of uk.com not for another."""
    one, other = organization_of(domain), organization_of(sender_domain)
    return bool(one) and one == other


def organization_of(domain: str) -> str:
    """The registered domain above a host name; "" for a public suffix and for what is no domain."""
    name = domain.strip().strip(".").lower()
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return ""
    return str(_suffixes().privatesuffix(name) or "")


def _results(said: str) -> list[tuple[str, re.Match[str]]]:
    return [(part, match) for part in said.split(";") if (match := _RESULT.match(part))]


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
