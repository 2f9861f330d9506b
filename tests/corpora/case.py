"""One mail of a collection and what its owners expect a reader to find in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage

from channels_in.email.parse import ParsedMail

CHECKS = ("crash", "from", "subject", "text", "attachments", "bounce", "recipients", "auto-reply", "stripped reply")


@dataclass(frozen=True, slots=True)
class Expectation:
    """`found` takes from the parsed mail what is compared with `wanted`."""

    check: str
    wanted: object
    found: Callable[[ParsedMail], object]

    def holds(self, mail: ParsedMail) -> bool:
        return self.found(mail) == self.wanted


@dataclass(frozen=True, slots=True)
class Case:
    corpus: str
    name: str
    raw: bytes
    expectations: tuple[Expectation, ...] = ()


def sender_is(address: str) -> Expectation:
    return Expectation("from", address.lower(), lambda mail: mail.sender.address)


def subject_is(subject: str) -> Expectation:
    return Expectation("subject", squeeze(subject), lambda mail: squeeze(mail.subject))


def text_is(text: str) -> Expectation:
    return Expectation("text", squeeze(text), lambda mail: squeeze(mail.text))


def files_are(names: Iterable[str]) -> Expectation:
    return Expectation("attachments", sorted(names), lambda mail: sorted(file.name for file in mail.files))


def bounce_is(*, wanted: bool) -> Expectation:
    return Expectation("bounce", wanted, lambda mail: mail.nature.is_bounce)


def recipients_are(addresses: Iterable[str]) -> Expectation:
    wanted = sorted({address.lower() for address in addresses})
    return Expectation("recipients", wanted, lambda mail: sorted(item.recipient for item in mail.nature.bounces))


def automatic_is(*, wanted: bool) -> Expectation:
    return Expectation("auto-reply", wanted, lambda mail: mail.nature.is_auto_reply)


def reply_is(text: str) -> Expectation:
    """Without white space: the suites compare so, and every program breaks lines as it likes."""
    return Expectation("stripped reply", packed(text), lambda mail: packed(mail.reply_text))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def packed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def mail_of(text: str, subtype: str = "plain") -> bytes:
    """A mail around a body that a suite keeps without headers."""
    mail = EmailMessage()
    mail["From"] = "sender@example.net"
    mail["Subject"] = "A body of its own"
    mail["Message-ID"] = "<body@example.net>"
    mail.set_content(text, subtype=subtype, charset="utf-8", cte="base64")
    return mail.as_bytes()
