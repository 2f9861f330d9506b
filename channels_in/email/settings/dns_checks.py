"""Whether the world may believe that mail from this address is ours: SPF, DKIM and DMARC in the DNS of its domain."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from channels_in.checks import Check, Finding, Mark
from channels_in.email.compose.people import ascii_domain
from channels_in.email.providers.catalog import provider_of
from core import dns
from tickets.models import Inbox

# Under these names mail systems publish their keys, when nobody tells us another.
USUAL_SELECTORS = (
    "default", "google", "selector1", "selector2", "s1", "s2", "k1", "k2", "k3", "mail", "dkim", "smtp", "pm",
    "resend", "mlsend", "mailjet", "brevo1", "brevo2", "scph0120", "mta", "mx",
)  # fmt: skip
# What a provider wants to be named by in SPF; the others sign with a domain of their own for bounces.
_NAMED_BY = {
    "mailgun": "mailgun.org",
    "sendgrid": "sendgrid.net",
    "mailjet": "spf.mailjet.com",
    "mailersend": "spf.mailersend.net",
    "scaleway": "_spf.tem.scaleway.com",
}
_KEY = re.compile(r"\bp=\s*([A-Za-z0-9+/=\s]*)")


def spf(inbox: Inbox, domain: str) -> Finding:
    records = [text for text in dns.lookup(domain) if re.match(r"v=spf1(\s|$)", text.strip(), re.IGNORECASE)]
    if not records:
        advice = f"Publish a TXT record at {domain} that names who sends, such as: v=spf1 mx ~all"
        return Finding(mark=Mark.BAD, sentence=f"{domain} names no servers that may send for it.", advice=advice)
    if len(records) > 1:
        sentence = f"{domain} has {len(records)} SPF records; receivers then believe none of them."
        return Finding(mark=Mark.BAD, sentence=sentence, advice="Join them into one.", facts=tuple(records[:4]))
    (record,) = records
    if re.search(r"(^|\s)\+?all\b", record):
        sentence = f"{domain} lets everybody send for it."
        return Finding(mark=Mark.BAD, sentence=sentence, advice="End the record with ~all or -all.", facts=(record,))
    provider = provider_of(inbox)
    wanted = _NAMED_BY.get(provider.key, "") if provider else ""
    if provider and wanted and wanted not in record:
        advice = f"Add include:{wanted} to it."
        return Finding(
            mark=Mark.WARNING, sentence=f"The record does not name {provider.label}.", advice=advice, facts=(record,)
        )
    return Finding(mark=Mark.OK, sentence=f"{domain} names who may send for it.", facts=(record,))


def dkim(inbox: Inbox, domain: str) -> Finding:
    named = str(inbox.config.get("dkim_selector") or "")
    for selector in [named] if named else USUAL_SELECTORS:
        for record in dns.lookup(f"{selector}._domainkey.{domain}"):
            if found := _KEY.search(record):
                return _dkim_key(selector, domain, found.group(1).strip(), record)
    if named:
        sentence = f"There is no key at {named}._domainkey.{domain}."
        return Finding(mark=Mark.BAD, sentence=sentence, advice="Publish the key that your mail server shows you.")
    return Finding(
        mark=Mark.WARNING,
        sentence=f"Under none of the usual names {domain} has a key.",
        advice="Enter the DKIM selector above when your mail server signs by another name.",
    )


def _dkim_key(selector: str, domain: str, key: str, record: str) -> Finding:
    if not key:
        sentence = f"The key “{selector}” of {domain} has been withdrawn."
        return Finding(mark=Mark.BAD, sentence=sentence, facts=(record,))
    shown = f"{selector}._domainkey.{domain}: {record[:60]}…"
    return Finding(mark=Mark.OK, sentence=f"{domain} has a key, named “{selector}”.", facts=(shown,))


def dmarc(inbox: Inbox, domain: str) -> Finding:
    for name in dict.fromkeys((domain, domain.partition(".")[2])):
        if "." not in name:
            continue
        for record in dns.lookup(f"_dmarc.{name}"):
            if record.strip().lower().startswith("v=dmarc1"):
                return _dmarc_policy(name, record)
    return Finding(
        mark=Mark.WARNING,
        sentence=f"{domain} does not say what to do with mail that only pretends to be from it.",
        advice=f"Publish a TXT record at _dmarc.{domain}, to begin with: v=DMARC1; p=none",
    )


def _dmarc_policy(name: str, record: str) -> Finding:
    found = re.search(r"\bp\s*=\s*(none|quarantine|reject)", record, re.IGNORECASE)
    policy = found.group(1).lower() if found else ""
    words = {
        "none": "asks receivers to watch only",
        "quarantine": "asks receivers to put forgeries aside",
        "reject": "asks receivers to refuse forgeries",
    }
    if not policy:
        sentence, advice = f"The DMARC record of {name} names no policy.", "Add p=none, p=quarantine or p=reject."
        return Finding(mark=Mark.BAD, sentence=sentence, advice=advice, facts=(record,))
    return Finding(mark=Mark.OK, sentence=f"{name} {words[policy]}.", facts=(record,))


def _asked(look: Callable[[Inbox, str], Finding]) -> Callable[[Inbox], Finding]:
    def run(inbox: Inbox) -> Finding:
        domain = ascii_domain(inbox.address).rpartition("@")[2].lower()
        if "." not in domain:
            return Finding(mark=Mark.SKIPPED, sentence="This inbox has no address at a domain of the internet.")
        # Whoever asks has perhaps just corrected it.
        dns.forget()
        try:
            return look(inbox, domain)
        except dns.DnsAway as error:
            return Finding(mark=Mark.WARNING, sentence=f"The DNS cannot be asked: {error}", advice="Try again.")

    return run


def _check(name: str, label: str, help_text: str, look: Callable[[Inbox, str], Finding]) -> Check:
    values: dict[str, Any] = {"name": name, "label": label, "help": help_text, "run": _asked(look)}
    return Check(**values)


SPF = _check("spf", "SPF", "Looks up who may send for the address's domain.", spf)
DKIM = _check("dkim", "DKIM", "Looks for the key that mail from the domain is signed with.", dkim)
DMARC = _check("dmarc", "DMARC", "Looks up what receivers shall do with forgeries.", dmarc)
