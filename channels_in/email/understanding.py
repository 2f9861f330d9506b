"""What a mail is beside its words and files, as a message keeps and shows it: an invitation, a seal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from channels_in.email.parse import ParsedMail
from channels_in.email.parse.model import Protection

_ENCRYPTED = "[This mail is encrypted. The desk cannot show it; the original is attached.]"


def understood(mail: ParsedMail) -> dict[str, Any]:
    known: dict[str, Any] = {}
    if mail.invitation is not None:
        known["invitation"] = {name: value for name, value in asdict(mail.invitation).items() if value}
    if mail.protection:
        known["protection"] = mail.protection
    return known


def shown_text(mail: ParsedMail) -> str:
    """What was written now; for mails without readable words, what they are."""
    text = mail.reply_text or mail.text
    if text.strip():
        return text
    if mail.protection == Protection.ENCRYPTED:
        return _ENCRYPTED
    return f"[Invitation: {mail.invitation.summary}]" if mail.invitation and mail.invitation.summary else text
