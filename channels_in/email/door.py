"""The door for raw mail, whoever knocks (SMTP, a command, a benchmark): which inbox, stored and committed once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from channels_in.email import tokens
from channels_in.email.kind import KIND
from channels_in.email.parse.headers import Headers, split_head
from channels_in.email.parse.identifiers import generated_message_id, own_message_id
from channels_in.email.reading import NULL_SENDER, REUSED_ID_MARK
from channels_in.models import InboundDelivery
from channels_in.services.accept import Accepted, accept
from tickets.models import Inbox

__all__ = ["NULL_SENDER", "Mail", "inbox_for", "mail_inboxes", "take_in"]


# What PostgreSQL itself tells versions of a row apart by.
_VERSIONS = "SELECT id, xmin::text, ctid::text FROM tickets_inbox WHERE kind = %s AND address <> '' ORDER BY id"
_remembered: tuple[list[tuple[Any, ...]], list[Inbox]] = ([], [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Raw bytes with their envelope, which is not in the bytes. An unknown envelope is empty.

    `is_fetched`: from a mailbox, whose server noted in the head where it delivered the mail. `whole_size` is set
    when `raw` is only the beginning. `history`: it comes from before the desk, and makes tickets of this status.
    """

    raw: bytes
    mail_from: str = ""
    rcpt_to: str = ""
    arrived_at: datetime | None = None
    whole_size: int = 0
    is_fetched: bool = False
    history: str = ""


def inbox_for(address: str, inboxes: Iterable[Inbox] | None = None) -> Inbox | None:
    """The inbox that an address leads to: its own, an alias, or either with a +mark."""
    wanted = address.strip().strip("<>").lower()
    known = _present_inboxes() if inboxes is None else inboxes
    by_address = {name: inbox for inbox in known for name in _names(inbox)}
    return by_address.get(wanted) or by_address.get(tokens.without_mark(wanted))


def mail_inboxes() -> list[Inbox]:
    return list(Inbox.objects.filter(kind=KIND).exclude(address="").order_by("-is_active", "id"))


def _present_inboxes() -> list[Inbox]:
    """A changed address counts at once: each mail asks for the versions of the rows, and reads what has changed."""
    global _remembered
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, [KIND])
        versions = cursor.fetchall()
    if versions != _remembered[0]:
        _remembered = versions, mail_inboxes()
    return _remembered[1]


def take_in(inbox: Inbox, mail: Mail, *, is_enqueued: bool = True) -> Accepted:
    """Store and commit a mail. The same mail again changes nothing; another one under the same Message-ID is kept."""
    head, body = split_head(mail.raw, 0, len(mail.raw))
    message_id, digest = _identity(mail.raw, head, body)
    headers = {**_circumstances(mail, head), "digest": digest}
    accepted = accept(inbox, message_id, mail.raw, headers, is_enqueued=is_enqueued)
    if accepted.is_duplicate and _digest_of(accepted.delivery_id) != digest:
        key = f"{message_id}{REUSED_ID_MARK}{digest}"
        accepted = accept(inbox, key, mail.raw, headers, is_enqueued=is_enqueued)
    return accepted


def _names(inbox: Inbox) -> list[str]:
    aliases = inbox.config.get("aliases") or []
    return [inbox.address.lower(), *(str(alias).lower() for alias in aliases)]


def _circumstances(mail: Mail, head: Headers) -> dict[str, str]:
    """What the bytes do not say, as the parser will want to know it."""
    rcpt_to = mail.rcpt_to
    if mail.is_fetched and not rcpt_to:
        rcpt_to = head.first_filled("delivered-to") or head.first_filled("x-original-to")
    known = {"mail_from": mail.mail_from, "rcpt_to": rcpt_to[:320]}
    if mail.arrived_at:
        known["arrived_at"] = mail.arrived_at.isoformat()
    if mail.whole_size:
        known["whole_size"] = str(mail.whole_size)
    if mail.history:
        known["history"] = mail.history
    return known


def _identity(raw: bytes, head: Headers, body: int) -> tuple[str, str]:
    """(Message-ID, digest of what the sender wrote): relays add headers of their own, so those do not count."""
    message_id = own_message_id(head.first_filled("message-id")) or generated_message_id(raw)
    written = raw[body:].replace(b"\r\n", b"\n").strip()
    who = "\n".join(head.first_filled(name) for name in ("from", "subject", "date"))
    return message_id, hashlib.sha256(who.encode("utf-8", "replace") + b"\n" + written).hexdigest()[:16]


def _digest_of(delivery_id: int) -> str:
    headers = InboundDelivery.objects.values_list("headers", flat=True).get(pk=delivery_id)
    return str(headers.get("digest", ""))
