"""What a mail means to the desk: by whom, in which thread, automatic or not, news of our own mail, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from channels_in.base import Ignored, ParsedEvent, RawDelivery, Unreadable
from channels_in.email import tokens
from channels_in.email.reading import read
from core.clock import now
from tests.channels_in.email.conftest import ADDRESS
from tests.channels_in.email.samples import mail, multipart
from tickets.inbound import Inbound, Reachability, Receipt
from tickets.models import Inbox


def events(
    raw: bytes, *, external_id: str = "m1@example.net", config: Any = None, **envelope: str
) -> list[ParsedEvent]:
    inbox = Inbox(pk=1, kind="email", name="Support", address=ADDRESS, config=config or {})
    delivery = RawDelivery(inbox=inbox, external_id=external_id, raw=raw, headers=envelope, received_at=now())
    return list(read(delivery))


def message(raw: bytes, **options: Any) -> Inbound:
    (event,) = events(raw, **options)
    assert isinstance(event, Inbound)
    return event


def test_a_customers_mail_becomes_a_message() -> None:
    read_mail = message(mail("It broke.\n\n-- \nRosa", cc="Bob <bob@example.org>, help@desk.example"))
    assert (read_mail.sender.value, read_mail.sender.name) == ("rosa@example.net", "Rosa Lind")
    assert (read_mail.text, read_mail.full_text) == ("It broke.", "It broke.\n\n-- \nRosa")
    assert (read_mail.external_id, read_mail.clues.message_id) == ("m1@example.net", "m1@example.net")
    assert [item["address"] for item in read_mail.recipients["cc"]] == ["bob@example.org", ADDRESS]
    assert not read_mail.is_automatic
    assert not read_mail.refuses_answers
    assert read_mail.problems == ()


def test_the_signed_reply_address_threads_and_proves_the_sender() -> None:
    address = tokens.reply_address(ADDRESS, ticket_id=7, to="rosa@example.net")
    by_envelope = message(mail(), rcpt_to=address.upper())
    by_header = message(mail(to=f"Support <{address}>"))
    for read_mail in (by_envelope, by_header):
        assert read_mail.clues.reply_token_ticket_id == 7
        assert read_mail.sender.verified_how == "token"
    assert by_header.recipients["to"][0]["address"] == ADDRESS


def test_a_borrowed_reply_address_proves_nothing() -> None:
    address = tokens.reply_address(ADDRESS, ticket_id=7, to="rosa@example.net")
    read_mail = message(mail(**{"from": "mallory@example.org"}), rcpt_to=address)
    assert read_mail.clues.reply_token_ticket_id is None
    assert read_mail.sender.verified_how == ""


def test_threading_clues_are_passed_on() -> None:
    clues = message(mail(subject="Re: [#4711] hinge", in_reply_to="<b@x>", references="<a@x> <b@x>")).clues
    assert (clues.subject_number, clues.in_reply_to, clues.references) == (4711, "b@x", ("a@x", "b@x"))


def test_a_reply_to_is_where_answers_go_but_not_who_wrote() -> None:
    read_mail = message(mail(reply_to="Desk of Rosa <office@example.net>"))
    assert read_mail.sender.value == "rosa@example.net"
    assert [item["address"] for item in read_mail.recipients["reply_to"]] == ["office@example.net"]
    assert "reply_to" not in message(mail(reply_to="rosa@example.net")).recipients


@pytest.mark.parametrize(
    ("headers", "automatic", "refuses"),
    [
        ({"auto_submitted": "auto-replied"}, True, True),
        ({"return_path": "<>"}, True, True),
        ({"precedence": "bulk"}, True, True),
        ({"list_id": "<users.example.org>"}, False, True),
        ({"from": "noreply@shop.example"}, False, True),
        ({"x_auto_response_suppress": "All"}, False, True),
        ({}, False, False),
    ],
)
def test_robots_and_lists_get_no_automatic_answer(headers: dict[str, str], automatic: bool, refuses: bool) -> None:
    read_mail = message(mail(**headers))
    assert (read_mail.is_automatic, read_mail.refuses_answers) == (automatic, refuses)


@pytest.mark.parametrize(
    ("results", "config", "expected"),
    [
        ("mx.desk.example; dmarc=pass header.from=example.net", {"authserv_id": "mx.desk.example"}, "pass"),
        ("mx.desk.example; dkim=pass; dmarc=fail", {"authserv_id": "MX.desk.example"}, "fail"),
        ("mx.desk.example; dkim=pass", {"authserv_id": "mx.desk.example"}, "none"),
        ("mx.desk.example (x; dmarc=pass); spf=fail", {"authserv_id": "mx.desk.example"}, "none"),
        ("mx.evil.example; dmarc=pass", {"authserv_id": "mx.desk.example"}, ""),
        ("mx.desk.example; dmarc=pass", {}, ""),
    ],
)
def test_only_the_trusted_border_vouches_for_a_sender(results: str, config: dict[str, str], expected: str) -> None:
    assert message(mail(authentication_results=results), config=config).sender_auth == expected


def test_a_forged_sender_is_told_to_who_decides() -> None:
    raw = mail(subject="[#7] x", in_reply_to="<a@b>", references="<a@b>", authentication_results="mx.d; dmarc=fail")
    read_mail = message(raw, config={"authserv_id": "mx.d"})
    assert (read_mail.sender_auth, read_mail.sender_proof) == ("fail", "dmarc=fail, says mx.d")
    assert "forged" in read_mail.problems[0]


def test_an_empty_envelope_sender_marks_a_robot() -> None:
    read_mail = message(mail(), mail_from="<>")
    assert read_mail.is_automatic
    assert read_mail.refuses_answers


def test_two_senders_are_never_vouched_for() -> None:
    raw = b"Authentication-Results: mx.d; dmarc=pass\nFrom: evil@x.y\n" + mail()
    read_mail = message(raw, config={"authserv_id": "mx.d"})
    assert read_mail.sender_auth == "fail"
    assert "several senders" in read_mail.problems[0]


def test_a_mail_without_any_sender_is_set_aside_unless_the_envelope_names_one() -> None:
    raw = mail(**{"from": ""})
    with pytest.raises(Unreadable):
        events(raw)
    assert message(raw, mail_from="rosa@example.net").sender.value == "rosa@example.net"


@pytest.mark.parametrize(
    "headers",
    [
        {"x_desk_loop": tokens.loop_mark()},
        {"message_id": f"<{tokens.own_message_id(ADDRESS, ticket_id=1, message_id=2)}>"},
        {"from": "help@desk.example"},
        {"from": "help+r1.abc@desk.example"},
    ],
)
def test_our_own_mail_that_comes_back_starts_nothing(headers: dict[str, str]) -> None:
    (event,) = events(mail(**headers))
    assert isinstance(event, Ignored)


def test_an_inbox_address_may_itself_have_a_plus() -> None:
    inbox = Inbox(pk=1, kind="email", name="EU", address="help+eu@desk.example")
    raw = mail(**{"from": "help+eu@desk.example"})
    delivery = RawDelivery(inbox=inbox, external_id="x", raw=raw, headers={}, received_at=now())
    assert isinstance(read(delivery)[0], Ignored)


def bounce(recipient: str, status: str, action: str = "failed", message_id: str = "foreign@x") -> bytes:
    kind, body = multipart(
        "report",
        "Content-Type: text/plain\n\nSorry",
        f"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\n"
        f"Status: {status}\nDiagnostic-Code: smtp; 550 no such user",
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: <{message_id}>",
    )
    return mail(body, **{"from": "mailer-daemon@mx.example.net", "return_path": "<>", "content_type": kind})


def test_a_bounce_of_our_mail_fails_the_message_and_closes_the_address() -> None:
    ours = tokens.own_message_id(ADDRESS, ticket_id=4, message_id=88)
    receipt, closed = events(bounce("gone@example.net", "5.1.1", message_id=ours))
    assert isinstance(receipt, Receipt)
    assert (receipt.delivery, receipt.message_id) == ("failed", 88)
    assert receipt.reason == "gone@example.net did not get it: smtp; 550 no such user"
    assert isinstance(closed, Reachability)
    assert (closed.value, closed.is_reachable) == ("gone@example.net", False)


def test_a_full_mailbox_fails_the_message_but_closes_nothing() -> None:
    address = tokens.bounce_address(ADDRESS, message_id=88)
    (receipt,) = events(bounce("full@example.net", "5.2.2"), rcpt_to=address)
    assert isinstance(receipt, Receipt)
    assert receipt.message_id == 88


def test_a_forged_bounce_closes_nothing() -> None:
    (receipt,) = events(bounce("victim@example.net", "5.1.1"))
    assert isinstance(receipt, Receipt)
    assert receipt.message_id is None


def test_a_mere_delay_is_no_failure() -> None:
    (event,) = events(bounce("slow@example.net", "4.4.1", "delayed"))
    assert isinstance(event, Ignored)


def test_a_mail_with_a_reused_message_id_is_kept_apart_and_says_so() -> None:
    read_mail = message(mail(), external_id="m1@example.net#0123456789abcdef")
    assert read_mail.external_id == "m1@example.net#0123456789abcdef"
    assert "same Message-ID" in read_mail.problems[0]


def test_an_encrypted_mail_shows_a_sentence_instead_of_nothing() -> None:
    kind, body = multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1")
    read_mail = message(mail(body, content_type=kind))
    assert "encrypted" in read_mail.text
    assert read_mail.files
