"""A letter as the bytes that travel, with its envelope."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from email.policy import SMTP, SMTPUTF8, EmailPolicy, compat32
from email.utils import format_datetime
from typing import Any

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.compose.letter import Letter, letter_of
from tickets.models import Inbox, Message


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail ready to leave, with its envelope."""

    message_id: str
    mail_from: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)
    needs_utf8: bool


def compose(inbox: Inbox, message: Message) -> Outgoing:
    """Raises ChannelError when there is nobody to write to."""
    return written(letter_of(inbox, message))


def written(letter: Letter) -> Outgoing:
    needs_utf8 = not all(item.isascii() for item in (*letter.recipients, letter.sender.addr_spec))
    mail = EmailMessage(policy=_policy(needs_utf8))
    mail["From"] = letter.sender
    mail["To"] = letter.to
    if letter.cc:
        mail["Cc"] = letter.cc
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(letter.date)
    mail["Message-ID"] = f"<{letter.message_id}>"
    mail["Reply-To"] = letter.reply_to
    for name, value in letter.headers:
        mail[name] = value
    _add_content(mail, letter)
    return Outgoing(letter.message_id, letter.mail_from, letter.recipients, _as_bytes(mail), needs_utf8)


def _add_content(mail: EmailMessage, letter: Letter) -> None:
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    html = mail.get_body(("html",))
    for part in letter.inside:
        maintype, _, subtype = part.content_type.partition("/")
        if isinstance(html, MIMEPart):
            html.add_related(
                part.content,
                maintype=maintype,
                subtype=subtype,
                disposition="inline",
                filename=part.name,
                cid=f"<{part.content_id}>",
            )
    for part in letter.beside:
        maintype, _, subtype = part.content_type.partition("/")
        mail.add_attachment(part.content, maintype=maintype, subtype=subtype, filename=part.name)


def _as_bytes(mail: EmailMessage) -> bytes:
    """The mail as it leaves. Its head must be the one that we wrote, whatever words of strangers are in it."""
    content = mail.as_bytes()
    head = BytesHeaderParser(policy=compat32).parsebytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    if head.keys() != mail.keys():
        raise ChannelError(ErrorKind.PERMANENT, "A name or subject in this ticket cannot be written into a mail.")
    return content


def _policy(needs_utf8: bool) -> EmailPolicy[EmailMessage[Any, Any]]:
    # Long Message-IDs must not be folded inside: some readers then fail to find them.
    return (SMTPUTF8 if needs_utf8 else SMTP).clone(max_line_length=200)
