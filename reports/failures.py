"""Why messages were not delivered, as a closed set of reasons: what a server said, sorted by its words."""

from __future__ import annotations

import re

FAILURES = {
    "unknown": "No such address",
    "full": "Mailbox full",
    "refused": "Refused as unwanted",
    "too_large": "Too large",
    "window": "Outside the reply window",
    "credentials": "The inbox could not sign in",
    "unreachable": "Server not reached",
    "uncertain": "Perhaps delivered",
    "other": "Another reason",
}
# In this order: an enhanced status code says more than the words around it.
_SIGNS = (
    ("too_large", r"\b[45]\.(2\.3|3\.4)\b|too (large|big|long)|size limit|exceeds? (the )?(maximum|limit|size)"),
    ("full", r"\b[45]\.2\.2\b|\b552 |mailbox (is )?full|over ?quota|quota exceeded|insufficient storage"),
    ("unknown", r"\b5\.1\.\d+\b|chat not found"),
    ("unknown", r"(user|mailbox|recipient|address)\b.{0,30}\b(unknown|not found|does not exist|unavailable|disabled)"),
    ("unknown", r"(unknown|no such|invalid) (user|mailbox|recipient|address|chat)"),
    ("refused", r"\b5\.7\.\d+\b|spam|blocked|blacklist|blocklist|policy|denied|refus|unwanted|reputation|dmarc"),
    ("window", r"window|24 hours"),
    ("credentials", r"password|credential|unauthori[sz]ed|authenticat|sign(ed)? in|token"),
    ("unreachable", r"\b[45]\.4\.\d+\b|time[d -]?out|reach|connect|no route|not answer|temporar|unavailable|away"),
)


def failure(reason: str, delivery: str = "failed") -> str:
    """A key of FAILURES; facts keep it, and never the words, which may hold an address."""
    if delivery == "uncertain":
        return "uncertain"
    text = reason.lower()
    return next((key for key, signs in _SIGNS if re.search(signs, text)), "other")
