"""Robots, lists and mail systems are told from people by their headers, so that nothing of ours answers them."""

import pytest

from channels_in.email.parse import parse
from tests.channels_in.email.samples import mail, multipart, parsed


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated; reason"},
        {"auto_submitted": "auto-notified"},
        {"precedence": "auto_reply"},
        {"precedence": "Bulk"},
        {"x_precedence": "junk"},
        {"x_autoreply": "yes"},
        {"x_autorespond": ""} | {"x_autorespond": "anything"},
        {"x_autoresponder": "1"},
        {"delivered_to": "autoresponder"},
        {"subject": "Automatic reply: hinge", "x_auto_response_suppress": "All"},
        {"subject": "Out of Office AutoReply: hinge"},
        {"subject": "Réponse automatique : charnière"},
        {"subject": "自動応答: 蝶番"},
        {"x_mailer": "vacation 1.2.7"},
        {"preference": "auto_reply"},
        {"x_post_messageclass": "9; Autoresponder"},
        {"x_ms_exchange_generated_message_source": "Mailbox Rules Agent"},
        {"subject": "Abwesenheitsnotiz: weg", "return_path": "<>"} | {"subject": "Abwesend: weg"},
    ],
)
def test_an_automatic_mail_is_recognised(headers: dict[str, str]) -> None:
    nature = parsed(**headers).nature
    assert nature.is_auto_reply
    assert nature.refuses_automatic_answers


@pytest.mark.parametrize(
    "headers",
    [{}, {"auto_submitted": "no"}, {"subject": "Automatic reply: how do I set one up?"}, {"precedence": "normal"}],
)
def test_a_persons_mail_is_not(headers: dict[str, str]) -> None:
    nature = parsed(**headers).nature
    assert not nature.is_auto_reply
    assert not nature.refuses_automatic_answers


@pytest.mark.parametrize(
    "headers",
    [
        {"x_auto_response_suppress": "DR, OOF, AutoReply"},
        {"return_path": "<>"},
        {"feedback_id": "1:2:3"},
        {"from": "noreply@example.net"},
        {"from": "do-not-reply@example.net"},
        {"from": "MAILER-DAEMON@example.net"},
    ],
)
def test_a_sender_who_wants_silence_gets_it(headers: dict[str, str]) -> None:
    assert parsed(**headers).nature.refuses_automatic_answers


@pytest.mark.parametrize(
    "headers", [{"list_id": "<a.b>"}, {"list_unsubscribe": "<mailto:x@y>"}, {"precedence": "list"}]
)
def test_list_mail_is_recognised(headers: dict[str, str]) -> None:
    nature = parsed(**headers).nature
    assert (nature.is_list, nature.is_auto_reply) == (True, False)


def test_a_calendar_answer_is_automatic() -> None:
    kind, body = multipart(
        "alternative",
        "Content-Type: text/plain\n\nAccepted",
        "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR",
    )
    assert parsed(body, content_type=kind).nature.is_auto_reply


OURS = "Message-ID: <t.4711.m.88.6f2a@desk.example.com>\nSubject: Re: hinge"


def report(fields: str, original: str = OURS, kind: str = "delivery-status") -> bytes:
    content_type, body = multipart(
        "report",
        "Content-Type: text/plain\n\nYour mail could not be delivered.",
        f"Content-Type: message/{kind}\n\n{fields}",
        f"Content-Type: text/rfc822-headers\n\n{original}",
    )
    return mail(body, **{"from": "Mail System <mailer-daemon@mx.example.net>", "return_path": "<>",
                         "content_type": f"{content_type}; report-type={kind}"})  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; gone@example.net\nAction: failed\nStatus: 5.1.1",
            [("gone@example.net", "5.1.1", True, False)],
        ),
        (
            "Final-Recipient: rfc822; full@example.net\nAction: failed\nStatus: 4.2.2",
            [("full@example.net", "4.2.2", False, False)],
        ),
        (
            "Final-Recipient: rfc822; slow@example.net\nAction: delayed\nStatus: 4.4.1",
            [("slow@example.net", "4.4.1", False, True)],
        ),
        (
            (
                "Final-Recipient: rfc822;a@x.org\nAction: failed\nStatus: 5.0.0\n\n"
                "Original-Recipient: rfc822;b@x.org\nFinal-Recipient: rfc822;other@x.org\nAction: failed\n"
                "Diagnostic-Code: smtp; 552 5.2.2 full"
            ),
            [("a@x.org", "5.0.0", True, False), ("b@x.org", "5.2.2", True, False)],
        ),
        (
            "Final-Recipient: rfc822; <gone@example.net>\nAction: failed\nDiagnostic-Code: smtp; 550 no such user",
            [("gone@example.net", "5.0.0", True, False)],
        ),
    ],
)
def test_a_delivery_report_names_who_did_not_get_our_mail(
    fields: str, expected: list[tuple[str, str, bool, bool]]
) -> None:
    nature = parse(report(fields)).nature
    assert nature.is_bounce
    found = [(b.recipient, b.status, b.is_permanent, b.is_delay) for b in nature.bounces]
    assert found == expected
    assert {b.message_id for b in nature.bounces} == {"t.4711.m.88.6f2a@desk.example.com"}


def test_a_report_of_success_is_no_bounce() -> None:
    nature = parse(report("Final-Recipient: rfc822; a@x.org\nAction: delivered\nStatus: 2.0.0")).nature
    assert (nature.is_bounce, nature.bounces) == (False, ())


def test_an_old_mail_systems_report_is_read_by_its_wording() -> None:
    body = (
        "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message "
        "to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        "<gone@example.net>:\nUser unknown\n\n--- Below this line is a copy of the message.\n\n"
        f"Return-Path: <help@example.com>\n{OURS}\n\nbody"
    )
    read = parsed(body, **{"from": "MAILER-DAEMON@mx.example.net", "subject": "failure notice"})
    assert [(b.recipient, b.is_permanent) for b in read.nature.bounces] == [("gone@example.net", True)]
    assert read.nature.bounces[0].message_id == "t.4711.m.88.6f2a@desk.example.com"


def test_a_person_who_writes_about_bounces_is_still_a_person() -> None:
    nature = parsed("Why do I get 'User unknown' when I write to <bob@example.com>?").nature
    assert not nature.is_bounce


def test_an_abuse_report_names_who_complained() -> None:
    raw = report(
        "Feedback-Type: abuse\nUser-Agent: x\nVersion: 1\nOriginal-Rcpt-To: <rosa@example.net>", kind="feedback-report"
    )
    nature = parse(raw).nature
    assert nature.is_feedback_report
    assert nature.complained_recipient == "rosa@example.net"
    assert nature.complained_message_id == "t.4711.m.88.6f2a@desk.example.com"


def test_a_read_receipt_is_automatic() -> None:
    assert parse(report("Disposition: automatic-action/MDN-sent-automatically; displayed",
                        kind="disposition-notification")).nature.is_auto_reply  # fmt: skip
