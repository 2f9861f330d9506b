"""A reply as a mail: headers that thread and prove where answers belong, text and HTML, files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, SMTPUTF8, EmailPolicy, compat32
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
import idna
from django.template.loader import render_to_string

from channels_in.base import ChannelError, ErrorKind
from channels_in.email import tokens
from channels_in.email.kind import KIND
from channels_in.email.parse.addresses import normal_address
from core.text import clean_line, clean_name
from tickets.models import Inbox, Message, MessageKind
from tickets.selectors.outgoing import answered_by, content_of, files_of

LOOP_HEADER = "X-Desk-Loop"
MAX_REFERENCES = 20
# The header parser of the standard library would decode such words, line breaks and all, out of any name or subject.
_ENCODED_WORD_STARTS = re.compile(r"=(?=\?)")
_REUSED = re.compile(r"#[0-9a-f]{16}\Z")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail ready to leave, with its envelope."""

    message_id: str
    mail_from: str
    recipients: tuple[str, ...]
    content: bytes
    needs_utf8: bool


def compose(inbox: Inbox, message: Message) -> Outgoing:
    """Raises ChannelError when there is nobody to write to."""
    to, cc = _addresses(message, "to"), _addresses(message, "cc")
    if not to:
        raise ChannelError(ErrorKind.PERMANENT, "This contact has no e-mail address.")
    envelope = tuple(dict.fromkeys(item.addr_spec for item in (*to, *cc, *_addresses(message, "bcc"))))
    needs_utf8 = not all(item.isascii() for item in (*envelope, inbox.address))
    message_id = tokens.own_message_id(inbox.address, ticket_id=message.ticket_id, message_id=message.pk)
    mail = EmailMessage(policy=_policy(needs_utf8))
    mail["From"] = _from(inbox, message)
    mail["To"] = to
    if cc:
        mail["Cc"] = cc
    mail["Subject"] = _subject(message)
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message_id}>"
    mail["Reply-To"] = tokens.reply_address(inbox.address, ticket_id=message.ticket_id, to=to[0].addr_spec)
    _add_thread(mail, message)
    mail[LOOP_HEADER] = tokens.loop_mark()
    if message.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["Precedence"] = "bulk"
    _add_content(mail, message)
    mail_from = tokens.bounce_address(inbox.address, message_id=message.pk)
    return Outgoing(message_id, mail_from, envelope, _written(mail), needs_utf8)


def _written(mail: EmailMessage) -> bytes:
    """The mail as it leaves. Its head must be the one that we wrote, whatever words of strangers are in it."""
    content = mail.as_bytes()
    head = BytesHeaderParser(policy=compat32).parsebytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    if head.keys() != mail.keys():
        raise ChannelError(ErrorKind.PERMANENT, "A name or subject in this ticket cannot be written into a mail.")
    return content


def _policy(needs_utf8: bool) -> EmailPolicy[EmailMessage[Any, Any]]:
    # Long Message-IDs must not be folded inside: some readers then fail to find them.
    return (SMTPUTF8 if needs_utf8 else SMTP).clone(max_line_length=200)


def _addresses(message: Message, role: str) -> list[HeaderAddress]:
    found: dict[str, HeaderAddress] = {}
    for item in message.recipients.get(role) or []:
        address = _ascii_domain(normal_address(str(item.get("address", ""))))
        local, _, domain = address.rpartition("@")
        if local and domain and "=?" not in address:
            found.setdefault(address, HeaderAddress(_name(str(item.get("name", ""))), local.strip('"'), domain))
    return list(found.values())


def _name(text: str) -> str:
    return _plain(clean_name(text))


def _plain(text: str) -> str:
    """Words of people are words, also where they look like the encoding of others."""
    return _ENCODED_WORD_STARTS.sub("= ", text)


def _ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise ChannelError(ErrorKind.PERMANENT, f"The address {address} is not valid.") from error


def _from(inbox: Inbox, message: Message) -> HeaderAddress:
    """An agent's name with the inbox's, so that the customer knows both."""
    local, _, domain = _ascii_domain(inbox.address).rpartition("@")
    inbox_name = _name(str(inbox.config.get("from_name") or "") or inbox.name)
    author = _name(str(message.author_agent)) if message.author_agent else ""
    return HeaderAddress(f"{author} ({inbox_name})" if author else inbox_name, local, domain)


def _subject(message: Message) -> str:
    subject = _plain(clean_line(message.subject or message.ticket.subject, 500))
    tag = f"[#{message.ticket.number}]"
    if tag in subject:
        return subject
    start = re.match(r"(?:re|aw|sv|antw?|rif|res)\s*:\s*", subject, re.IGNORECASE)
    return f"{subject[: start.end()]}{tag} {subject[start.end() :]}" if start else f"{tag} {subject}"


def _add_thread(mail: EmailMessage, message: Message) -> None:
    """In-Reply-To the customer's mail that is answered; References through the ticket, its first and newest ones."""
    chain = _chain(message)
    answered = answered_by(message)
    parent = _bare_id(answered.external_id) if answered else (chain[-1] if chain else "")
    if parent:
        mail["In-Reply-To"] = f"<{parent}>"
        chain = [*(item for item in chain if item != parent), parent]
    if chain:
        kept = chain if len(chain) <= MAX_REFERENCES else [chain[0], *chain[1 - MAX_REFERENCES :]]
        mail["References"] = " ".join(f"<{item}>" for item in kept)


def _chain(message: Message) -> list[str]:
    """The Message-IDs of the ticket's mails before this one, oldest first."""
    mails = Message.objects.filter(
        ticket_id=message.ticket_id, channel=KIND, kind=MessageKind.REPLY, seq__lt=message.seq
    ).exclude(external_id="")
    ids = list(mails.order_by("-seq").values_list("external_id", flat=True)[: MAX_REFERENCES - 1])
    first = mails.order_by("seq").values_list("external_id", flat=True).first()
    chain = [*([first] if first and first not in ids else []), *reversed(ids)]
    return [bare for item in chain if (bare := _bare_id(item))]


def _bare_id(external_id: str) -> str:
    """The Message-ID behind a row's external id; "" for what may not stand in a header."""
    bare = _REUSED.sub("", external_id)
    return bare if "@" in bare and bare.isascii() and bare.isprintable() and not re.search(r"[\s<>]|=\?", bare) else ""


def _add_content(mail: EmailMessage, message: Message) -> None:
    signature = _signature(message)
    plain = f"{message.text.rstrip()}\n\n-- \n{signature}\n" if signature else message.text or ""
    mail.set_content(plain, cte="quoted-printable")
    mail.add_alternative(_html(message.text, signature), subtype="html", cte="quoted-printable")
    for file in _files(message):
        kind, _, subtype = file.content_type.partition("/")
        if not subtype or kind in ("multipart", "message"):
            kind, subtype = "application", "octet-stream"
        mail.add_attachment(content_of(file), maintype=kind, subtype=subtype, filename=_plain(clean_line(file.name)))


def _files(message: Message) -> Sequence[Any]:
    files = files_of(message)
    total = sum(file.size for file in files)
    limit = 25 * 1024 * 1024
    if total > limit:
        raise ChannelError(ErrorKind.PERMANENT, "The files are larger than the 25 MB that mail systems take.")
    return files


def _signature(message: Message) -> str:
    """What its author puts under every mail; the desk's own mails have none."""
    author = message.author_agent
    return author.signature.strip() if author and not message.is_automatic else ""


def _html(text: str, signature: str) -> str:
    context = {"paragraphs": re.split(r"\n{2,}", text.strip()), "signature": signature}
    return _inliner().inline(render_to_string("channels_in/email/reply.html", context))


@cache
def _inliner() -> css_inline.CSSInliner:
    """Mail programs drop style sheets, so the rules move into the elements."""
    rules = (Path(__file__).parent / "reply.css").read_text(encoding="utf-8")
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False, extra_css=rules)
