"""A mail before it takes a form: what every way out needs to know, a mail server's as well as a provider's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address as HeaderAddress

from channels_in.base import ChannelError, ErrorKind
from channels_in.email import tokens
from channels_in.email.compose.body import html_part, quote_for, text_part
from channels_in.email.compose.files import Part, files_for
from channels_in.email.compose.people import addresses, sender
from channels_in.email.compose.signature import signature_of
from channels_in.email.compose.thread import subject_of, thread_headers
from tickets.models import Inbox, Message

LOOP_HEADER = "X-Desk-Loop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`headers` are those beyond the ordinary ones, in order."""

    message_id: str
    mail_from: str
    recipients: tuple[str, ...]
    sender: HeaderAddress
    to: list[HeaderAddress]
    cc: list[HeaderAddress]
    bcc: list[HeaderAddress]
    subject: str
    date: datetime
    reply_to: str
    headers: list[tuple[str, str]]
    text: str = field(repr=False)
    html: str = field(repr=False)
    inside: list[Part]
    beside: list[Part]
    has_links: bool


def letter_of(inbox: Inbox, message: Message, *, as_links: bool = False) -> Letter:
    """Raises ChannelError when there is nobody to write to."""
    to, cc, bcc = (addresses(message, role) for role in ("to", "cc", "bcc"))
    if not to:
        raise ChannelError(ErrorKind.PERMANENT, "This contact has no e-mail address.")
    files = files_for(message, domain=inbox.address.rpartition("@")[2] or "localhost", as_links=as_links)
    signature, quote = signature_of(inbox, message), quote_for(inbox, message)
    return Letter(
        message_id=tokens.own_message_id(inbox.address, ticket_id=message.ticket_id, message_id=message.pk),
        mail_from=tokens.bounce_address(inbox.address, message_id=message.pk),
        recipients=tuple(dict.fromkeys(item.addr_spec for item in (*to, *cc, *bcc))),
        sender=sender(inbox, message),
        to=to,
        cc=cc,
        bcc=bcc,
        subject=subject_of(message),
        date=message.created_at,
        reply_to=_reply_address(inbox, message, to=to[0].addr_spec),
        headers=[*thread_headers(message), (LOOP_HEADER, tokens.loop_mark()), *_robot_headers(message)],
        text=text_part(message.text, signature, quote, files.links),
        html=html_part(message.text, signature, quote, files.links, files.pictures),
        inside=files.inside,
        beside=files.beside,
        has_links=bool(files.links),
    )


def _reply_address(inbox: Inbox, message: Message, *, to: str) -> str:
    """A third party's answers come back into its side conversation, never to the customer's."""
    if message.side_id is not None:
        return tokens.side_address(inbox.address, side_id=message.side_id, to=to)
    return tokens.reply_address(inbox.address, ticket_id=message.ticket_id, to=to)


def _robot_headers(message: Message) -> list[tuple[str, str]]:
    """Everything that no person wrote says so, in each of the words that mail systems know."""
    if not message.is_automatic:
        return []
    return [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "bulk")]
