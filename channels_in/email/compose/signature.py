"""What stands under a mail: the agent's signature, framed by the inbox's, with blanks from a fixed list."""

from __future__ import annotations

import re

from tickets.models import Inbox, Message

BLANKS = ("agent.name", "agent.first_name", "agent.signature", "inbox.name", "inbox.address", "ticket.number")
_BLANK = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")


def unknown_blanks(text: str) -> list[str]:
    return [name for name in _BLANK.findall(text) if name not in BLANKS]


def signature_of(inbox: Inbox, message: Message) -> str:
    """The desk's own mails carry the inbox's only. Text is never a program: a blank is a word of the list or stays."""
    values = _values(inbox, message)
    own = _filled(message.author_agent.signature, values) if message.author_agent and not message.is_automatic else ""
    frame = str(inbox.config.get("signature") or "").strip()
    if not frame:
        return own
    if "agent.signature" not in _BLANK.findall(frame):
        frame = f"{{{{agent.signature}}}}\n{frame}"
    return re.sub(r"\n{3,}", "\n\n", _filled(frame, {**values, "agent.signature": own})).strip()


def _filled(text: str, values: dict[str, str]) -> str:
    return _BLANK.sub(lambda match: values.get(match.group(1), match.group(0)), text).strip()


def _values(inbox: Inbox, message: Message) -> dict[str, str]:
    agent = message.author_agent
    by_person = agent is not None and not message.is_automatic
    return {
        "agent.name": str(agent) if by_person else "",
        "agent.first_name": agent.get_short_name() if agent and by_person else "",
        "inbox.name": str(inbox.config.get("from_name") or "") or inbox.name,
        "inbox.address": inbox.address,
        "ticket.number": str(message.ticket.number),
    }
