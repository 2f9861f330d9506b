"""Whether the border mail server vouched for the sender: only its own header, the topmost one, is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from channels_in.email.parse import ParsedMail

PASS, FAIL, NO_POLICY, UNCHECKED = "pass", "fail", "none", ""
_COMMENT = re.compile(r"\([^()]*\)")
_DMARC = re.compile(r"(?:^|;)\s*dmarc\s*=\s*(\w+)", re.IGNORECASE)


def verdict(mail: ParsedMail, config: Mapping[str, Any]) -> str:
    """What the border says; NO_POLICY when the sender's domain has none, UNCHECKED when nobody trusted looked."""
    trusted = str(config.get("authserv_id") or "").strip().lower()
    if not trusted or not mail.authentication_results:
        return UNCHECKED
    server, _, results = _COMMENT.sub(" ", mail.authentication_results[0]).partition(";")
    if server.strip().lower().split()[:1] != [trusted]:
        return UNCHECKED
    if mail.from_count != 1:
        return FAIL
    found = _DMARC.search(results)
    result = found.group(1).lower() if found else ""
    return result if result in (PASS, FAIL) else NO_POLICY
