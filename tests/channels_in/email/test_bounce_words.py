"""Reports of failure in no standard format, and mails that only look like them."""

from __future__ import annotations

import pytest

from tests.channels_in.email.samples import parsed

DAEMON = "Mail Delivery System <mailer-daemon@mx.example.net>"
REPORTS = {
    "plain": "Your message to gone@example.net could not be delivered:\n550 5.1.1 no such user",
    "below": "The following recipient(s) could not be reached:\n\n   gone@example.net\n      Error: no mailbox",
    "groupwise": "The message that you sent was undeliverable to the following:\n\n\tgone@example.net (user not found)",
    "angle": "<gone@example.net>: host mx.example.net said: 550 User unknown (in reply to RCPT TO)",
    "german": "Ihre Nachricht an gone@example.net konnte nicht zugestellt werden: Empfänger unbekannt.",
    "french": "Le message adressé à gone@example.net n'a pas pu être remis : destinataire introuvable.",
    "spanish": "No se pudo entregar su mensaje a gone@example.net: el buzón no existe.",
    "italian": "Impossibile consegnare a gone@example.net: utente sconosciuto.",
    "dutch": "Uw bericht aan gone@example.net kon niet worden bezorgd: adres bestaat niet.",
    "polish": "Wiadomość do gone@example.net nie została dostarczona: adres nie istnieje.",
    "russian": "Сообщение для gone@example.net не доставлено: адресат не найден.",
    "japanese": "gone@example.net へのメールは配信できませんでした。",
    "chinese": "发送到 gone@example.net 的邮件无法送达。",
    "returned": "Undelivered: gone@example.net, user unknown.\n\n--- Original message ---\nTo: x@example.org",
}


@pytest.mark.parametrize("text", REPORTS.values(), ids=REPORTS.keys())
def test_a_report_in_words_names_who_did_not_get_it(text: str) -> None:
    read = parsed(text, **{"from": DAEMON, "subject": "Undelivered mail"})
    assert read.nature.is_bounce
    assert [bounced.recipient for bounced in read.nature.bounces] == ["gone@example.net"]
    assert read.nature.bounces[0].is_permanent


def test_the_status_is_taken_from_the_words() -> None:
    read = parsed(REPORTS["plain"], **{"from": DAEMON, "subject": "Undelivered mail"})
    assert read.nature.bounces[0].status == "5.1.1"
    assert "no such user" in read.nature.bounces[0].diagnostic


def test_a_warning_is_a_delay() -> None:
    text = "Your message to slow@example.net has been delayed. We will keep trying for 3 days; you need not resend it."
    read = parsed(text, **{"from": DAEMON, "subject": "Warning: could not send message for past 4 hours"})
    assert [(item.recipient, item.is_delay) for item in read.nature.bounces] == [("slow@example.net", True)]


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": "Fwd: Undelivered Mail Returned to Sender"},
        {"subject": "WG: Unzustellbar: Rechnung"},
        {"subject": "Re: delivery failure", "in_reply_to": "<a@example.com>"},
        {"subject": "Delivery problem with my order"},
        {"subject": "My mailbox is full of boxes"},
    ],
)
def test_a_person_who_writes_about_a_failure_is_a_person(fields: dict[str, str]) -> None:
    read = parsed(f"Why did I get this?\n\n{REPORTS['below']}", **fields)
    assert not read.nature.is_bounce or read.nature.is_uncertain_bounce


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"subject": "Please verify your message"},
            "This account is protected by SpamStop. Click the link to deliver it.",
        ),
        ({"subject": "Confirm", "x_tmda_fingerprint": "abc"}, "Reply to this mail."),
        ({"subject": "[Action required] Re: hinge"}, "Please confirm that you are a human by following this link."),
    ],
)
def test_challenges_are_automatic_and_never_answered(fields: dict[str, str], text: str) -> None:
    nature = parsed(text, **fields).nature
    assert (nature.is_auto_reply, nature.refuses_automatic_answers, nature.is_bounce) == (True, True, False)


def test_mails_of_people_are_not_challenges() -> None:
    assert not parsed("Can you confirm my address, please?", subject="Confirmation of my order").nature.is_auto_reply
