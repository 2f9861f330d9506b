"""A mixed post: letters and answers, newsletters, other alphabets, reports of failure, automatic answers, big files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import SMTP

from helpdesk.bench.corpus import mails
from helpdesk.seeding.words import Words

# Of a hundred mails; the rest are the letters and answers of `corpus`.
_SHARES = {"newsletter": 12, "alphabet": 8, "report": 6, "old_report": 4, "automatic": 4, "outlook": 14, "big_file": 6}
_BIG = (60_000, 200_000, 700_000)
_ALPHABETS = (
    ("iso-2022-jp", "蝶番が壊れました。交換していただけますか。\n"),
    ("koi8-r", "Петля сломалась. Пришлите, пожалуйста, новую.\n"),
    ("gb2312", "铰链坏了，请寄一个新的。\n"),
    ("iso-8859-15", "Das Scharnier ist gebrochen, bitte schicken Sie für 20 € ein neues.\n"),
    ("windows-1251", "Петля сломалась. Пришлите, пожалуйста, новую.\n"),
)
_BLOCK = "From: Support <help@desk.example>\nSent: Monday, March 2, 2026 10:00 AM\nTo: Rosa\nSubject: RE: order\n"


def mixed_mails(count: int, *, run: str, to: str, random_seed: int = 1) -> Iterator[bytes]:
    dice = random.Random(f"mixed/{random_seed}/{run}")
    words = Words(dice)
    letters = mails(count, run=run, to=to, random_seed=random_seed)
    sorts = [name for name, share in _SHARES.items() for _ in range(share)]
    for letter in letters:
        number = dice.randrange(100)
        if number >= len(sorts):
            yield letter
        else:
            yield _MAKERS[sorts[number]](_head(dice, words, run, to), dice, words).as_bytes(policy=SMTP)


def _head(dice: random.Random, words: Words, run: str, to: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"Rosa Lind <rosa{dice.randrange(400)}@corpus.example>"
    mail["To"] = to
    mail["Subject"] = words.subject()
    mail["Date"] = "Mon, 02 Mar 2026 09:00:00 +0000"
    mail["Message-ID"] = f"<{run}.{dice.getrandbits(60):x}@corpus.example>"
    return mail


def _newsletter(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    rows = "".join(
        f'<tr><td style="padding:8px"><a href="https://news.example/{n}?u=1&amp;c=2">{words.subject()}</a>'
        f'<p style="color:#333">{words.message()}</p><img src="https://img.example/{n}.png" alt=""></td></tr>'
        for n in range(dice.choice((10, 25)))
    )
    mail["List-Unsubscribe"] = "<https://news.example/off>"
    mail.set_content(words.message())
    mail.add_alternative(f'<html><body><table width="100%">{rows}</table></body></html>', subtype="html")
    return mail


def _alphabet(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    charset, text = dice.choice(_ALPHABETS)
    mail.set_content(text * dice.randrange(2, 8), charset=charset, cte="base64")
    return mail


def _report(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    mail.replace_header("From", "Mail Delivery System <mailer-daemon@mx.example.net>")
    mail.replace_header("Subject", "Undelivered Mail Returned to Sender")
    mail["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="R"'
    status = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; gone@example.net\n"
    status += "Action: failed\nStatus: 5.1.1\n"
    parts = (
        "Content-Type: text/plain\n\nYour message could not be delivered.\n",
        f"Content-Type: message/delivery-status\n\n{status}",
        f"Content-Type: message/rfc822\n\nMessage-ID: <x@desk.example>\nSubject: RE\n\n{words.message()}\n",
    )
    mail.set_payload("".join(f"--R\n{part}" for part in parts) + "--R--\n")
    return mail


def _old_report(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    mail.replace_header("From", "MAILER-DAEMON@mx.example.net")
    mail.replace_header("Subject", "failure notice")
    mail.set_content(
        "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message.\n\n"
        f"<gone@example.net>:\n550 No such user\n\n--- Below this line is a copy of the message.\n\n{words.message()}\n"
    )
    return mail


def _automatic(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    mail.replace_header("Subject", "Automatic reply: order")
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("I am away until Monday.\n")
    return mail


def _outlook(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    history = "\n\n".join(f"{_BLOCK}\n{words.message()}" for _ in range(dice.choice((1, 3, 6))))
    mail.set_content(f"{words.message()}\n\nBest regards,\nRosa\n\n{history}\n")
    block = _BLOCK.replace("<", "&lt;").replace("\n", "<br>")
    mail.add_alternative(
        f'<html><body><div class="WordSection1"><p class="MsoNormal">{words.message()}</p>'
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt">{block}</div>'
        f"<p>{history.replace(chr(10), '<br>')}</p></div></body></html>",
        subtype="html",
    )
    return mail


def _big_file(mail: EmailMessage, dice: random.Random, words: Words) -> EmailMessage:
    mail.set_content(words.message())
    content = dice.randbytes(dice.choice(_BIG))
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="Rechnung März.pdf")
    return mail


_MAKERS: dict[str, Callable[[EmailMessage, random.Random, Words], EmailMessage]] = {
    "newsletter": _newsletter, "alphabet": _alphabet, "report": _report, "old_report": _old_report,
    "automatic": _automatic, "outlook": _outlook, "big_file": _big_file,
}  # fmt: skip
