"""Writes as a demo customer: a real mail, sent to the desk's own door over SMTP like any other."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from django.conf import settings

from channels_in.email.services.demo_mailbox import keep
from core.clock import now
from core.text import clean_line, clean_name

TIMEOUT_SECONDS = 10


class NotSent(Exception):
    """The desk's door did not take the mail; the words are its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    sender: str
    sender_name: str = ""
    to: str
    subject: str
    text: str
    in_reply_to: str = ""
    references: Sequence[str] = ()
    files: Sequence[tuple[str, str, bytes]] = ()


def send(letter: Letter) -> None:
    """Send it, and keep a copy among the customer's sent mails. Raises NotSent."""
    raw = _mail(letter).as_bytes()
    try:
        with smtplib.SMTP(settings.MAIL_IN_HOST, settings.MAIL_IN_PORT, timeout=TIMEOUT_SECONDS) as server:
            server.sendmail(letter.sender, [letter.to], raw)
    except smtplib.SMTPRecipientsRefused as error:
        raise NotSent(_said(*next(iter(error.recipients.values())))) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(_said(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"The mail-in process does not answer ({type(error).__name__}).") from error
    keep(letter.sender, raw, is_sent=True)


def _said(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _mail(letter: Letter) -> EmailMessage:
    mail = EmailMessage(policy=SMTP.clone(max_line_length=200))
    mail["From"] = _address(letter.sender, letter.sender_name)
    mail["To"] = _address(letter.to)
    mail["Subject"] = clean_line(letter.subject, 500)
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = make_msgid(domain=letter.sender.rpartition("@")[2])
    if letter.in_reply_to:
        mail["In-Reply-To"] = f"<{letter.in_reply_to}>"
        mail["References"] = " ".join(f"<{item}>" for item in (*letter.references, letter.in_reply_to))
    mail.set_content(letter.text)
    for name, content_type, content in letter.files:
        kind, _, subtype = content_type.partition("/")
        mail.add_attachment(content, maintype=kind, subtype=subtype or "octet-stream", filename=clean_line(name))
    return mail


def _address(address: str, name: str = "") -> Address:
    local, _, domain = address.rpartition("@")
    return Address(clean_name(name), local, domain)
