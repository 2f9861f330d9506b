"""Raw mails and webhook bodies of the usual sorts, made with the seed's words."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP

from helpdesk.seeding.words import Words

SENDERS = 400


def mails(count: int, *, run: str, to: str, random_seed: int = 1) -> Iterator[bytes]:
    """Plain, HTML, answers with quotes, and every tenth with a file; ids are new in every run."""
    dice = random.Random(f"{random_seed}/{run}")
    words = Words(dice)
    sent: list[tuple[str, str]] = []
    for number in range(count):
        yield _mail(number, run, to, dice, words, sent).as_bytes(policy=SMTP)


def _mail(
    number: int, run: str, to: str, dice: random.Random, words: Words, sent: list[tuple[str, str]]
) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    message_id = f"<{run}.{number}@corpus.example>"
    sender, subject = f"sender{dice.randrange(SENDERS)}@corpus.example", words.subject()
    text = "\n\n".join(words.message() for _ in range(dice.choice((1, 1, 2, 3))))
    if sent and dice.random() < 0.4:
        earlier, sender = dice.choice(sent)
        mail["In-Reply-To"] = earlier
        mail["References"] = earlier
        quoted = "\n".join(f"> {line}" for line in words.message().split(". "))
        subject, text = f"Re: {subject}", f"{text}\n\nOn Monday, Support wrote:\n{quoted}\n"
    mail["From"] = f"Corpus Sender <{sender}>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    mail["Message-ID"] = message_id
    mail.set_content(text)
    if dice.random() < 0.5:
        paragraphs = "".join(f"<p style='margin:0'>{part}</p>" for part in text.split("\n\n"))
        mail.add_alternative(f"<html><body><div>{paragraphs}</div></body></html>", subtype="html")
    if number % 10 == 9:
        mail.add_attachment(dice.randbytes(40_000), maintype="image", subtype="png", filename="photo.png")
    sent.append((message_id, sender))
    return mail


def telegram_updates(count: int, *, first: int, random_seed: int = 1) -> Iterator[bytes]:
    """Text messages of many chats; update and message ids go on from `first`."""
    dice = random.Random(random_seed + first)
    words = Words(dice)
    for number in range(first, first + count):
        person = first + dice.randrange(2000)  # chats of their own, so that parts do not wait for each other
        who = {"id": person, "first_name": "Rosa", "language_code": "en"}
        message = {
            "message_id": number,
            "from": {**who, "is_bot": False},
            "chat": {**who, "type": "private"},
            "date": 1_772_442_000 + number % 100_000,
            "text": words.message(),
        }
        yield json.dumps({"update_id": number, "message": message}).encode()
