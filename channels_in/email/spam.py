"""What the operator's own mail server says about a mail: its marks of spam, where the inbox believes them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from channels_in.base import Held, ParsedEvent, RawDelivery
from channels_in.email.parse.headers import split_head
from tickets.inbound import Inbound

TRUSTED = "trusts_spam_marks"
_YES = re.compile(r"\s*(?:yes|true|spam|1)\b", re.IGNORECASE)
# header -> what its value looks like when the filter means spam
MARKS: dict[str, re.Pattern[str]] = {
    "x-spam-flag": _YES,
    "x-spam-status": _YES,
    "x-spam": _YES,
    "x-spam-result": _YES,
    "x-rspamd-action": re.compile(r"\s*(?:add header|rewrite subject|reject|quarantine)", re.IGNORECASE),
    "x-spamd-result": re.compile(r"\s*\w+: True", re.IGNORECASE),
    "x-bogosity": _YES,
    "x-dspam-result": _YES,
    "x-barracuda-spam-status": _YES,
    "x-proofpoint-spam-details": re.compile(r".*\brule=\w*spam\b", re.IGNORECASE),
    "x-mailgun-sflag": _YES,
    "x-ses-spam-verdict": re.compile(r"\s*fail", re.IGNORECASE),
    "x-ses-virus-verdict": re.compile(r"\s*fail", re.IGNORECASE),
    "x-gm-spam": _YES,
    # Microsoft: a confidence of 5 and more is spam, and what was filtered as such.
    "x-ms-exchange-organization-scl": re.compile(r"\s*[5-9]"),
    "x-forefront-antispam-report": re.compile(r".*\bSFV:(?:SPM|SKS|SKB)\b"),
}


def screened(delivery: RawDelivery, events: Sequence[ParsedEvent]) -> Sequence[ParsedEvent]:
    """A letter that the operator's server marks as spam is held back; everything else goes on."""
    if delivery.is_released or not delivery.inbox.config.get(TRUSTED):
        return events
    mark = marked_as_spam(delivery.raw)
    return [_held(event, mark) if isinstance(event, Inbound) else event for event in events] if mark else events


def marked_as_spam(raw: bytes) -> str:
    """The first mark that says spam, as "name: value"; "" when there is none."""
    headers, _ = split_head(raw, 0, len(raw))
    for name, means_spam in MARKS.items():
        for value in headers.all_raw(name):
            if means_spam.match(" ".join(value.split())):
                return f"{name}: {' '.join(value.split())[:80]}"
    return ""


def _held(letter: Inbound, mark: str) -> Held:
    reason = f"Your mail server marks it as spam ({mark})"
    return Held(reason=reason, held_for="spam", sender=letter.sender.value, subject=letter.subject)
