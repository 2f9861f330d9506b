"""The desk as a weapon: automatic answers that flood a victim, mail to claimed addresses, headers from strangers."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from api.writing import create_ticket
from channels_in.base import ChannelError
from channels_in.email import compose, tokens
from channels_in.email.door import Mail
from channels_in.email.receiving import receive as receive_mail
from channels_in.webchat import mail as chat_mail
from channels_in.webchat.services import visitors
from core.errors import HelpdeskError, NotAllowed
from people.models import Identity
from routing.actions.reply_with_template import ReplyWithTemplate
from tests.cast import Cast, inbound, last_message, new_ticket, ticket_of
from tests.channels_in.webchat.people import a_visitor
from tests.desk import agent_replies, rule_actor
from tickets.inbound import Clues, Sender
from tickets.models import Inbox, Message, Ticket
from tickets.services import messages
from tickets.services.intake import record_inbound

pytestmark = pytest.mark.django_db
VICTIM = "victim@elsewhere.example"
TRIES = 12


def _writes(inbox: Inbox, address: str, **changes: Any) -> Ticket:
    sender = Sender(kind="email", value=address, name=str(changes.pop("name", "")))
    result = record_inbound(replace(inbound(sender=sender), **changes), inbox=inbox)
    return ticket_of(result)


def _answers_by_itself(ticket: Ticket, text: str = "Thank you, {{contact.name}}.") -> None:
    ReplyWithTemplate().apply(ticket, {"text": text}, rule_actor())


def _automatic_answers_to(address: str) -> int:
    return Message.objects.filter(is_automatic=True, recipients__to__contains=[{"address": address}]).count()


def test_mails_in_a_victims_name_bring_the_victim_two_answers_at_most(cast: Cast) -> None:
    for _ in range(TRIES):
        _answers_by_itself(_writes(cast.mail, VICTIM))
    assert 1 <= _automatic_answers_to(VICTIM) <= 2


def test_answers_cannot_be_led_to_a_victim_by_reply_to(cast: Cast) -> None:
    for number in range(TRIES):
        led = {"reply_to": [{"kind": "email", "name": "", "address": VICTIM}]}
        _answers_by_itself(_writes(cast.mail, f"bot{number}@evil.example", recipients=led))
    assert _automatic_answers_to(VICTIM) == 0


def test_forged_sender_hears_nothing(cast: Cast) -> None:
    _answers_by_itself(_writes(cast.mail, VICTIM, sender_auth="fail"))
    assert _automatic_answers_to(VICTIM) == 0


def test_proven_sender_is_answered_more_often(cast: Cast) -> None:
    for _ in range(TRIES):
        _answers_by_itself(_writes(cast.mail, "known@customer.example", sender_auth="pass"))
    assert _automatic_answers_to("known@customer.example") == 10


@pytest.mark.parametrize(
    "name", ["Win at https://evil.example/now", "www.evil.example", "call a@evil.example", "x" * 90]
)
def test_automatic_answers_carry_no_advertisement(cast: Cast, name: str) -> None:
    ticket = _writes(cast.mail, VICTIM, name=name)
    _answers_by_itself(ticket)
    answer = Message.objects.get(is_automatic=True)
    assert answer.text == "Thank you."


def test_automatic_answers_repeat_no_words_of_a_stranger(cast: Cast) -> None:
    """Neither the subject nor the text nor a name that nobody vouches for, in any part of the mail."""
    canary = "Buy c4nary pills"
    ticket = _writes(cast.mail, VICTIM, name=canary, subject=canary, text=f"{canary} today")
    _answers_by_itself(ticket, "Thank you, {{contact.name}}. {{ticket.subject}} has the number #{{ticket.number}}.")
    sent = compose.compose(cast.mail, Message.objects.get(is_automatic=True))
    assert b"c4nary" not in sent.content
    mail = message_from_bytes(sent.content, policy=policy.default)
    assert mail["Subject"] == f"[#{ticket.number}] Support"
    assert (mail["Auto-Submitted"], mail["Precedence"], mail["X-Auto-Response-Suppress"]) == (
        "auto-replied",
        "bulk",
        "All",
    )
    assert mail["X-Desk-Loop"]


def test_proven_sender_is_called_by_name(cast: Cast) -> None:
    ticket = _writes(cast.mail, "known@customer.example", name="Nora", sender_auth="pass")
    _answers_by_itself(ticket)
    assert Message.objects.get(is_automatic=True).text == "Thank you, Nora."


@pytest.mark.parametrize("address", ["legal@desk.example", "legal+r1.abc@desk.example", "old-name@desk.example"])
def test_inboxes_of_ours_are_never_answered_by_the_desk_itself(cast: Cast, address: str) -> None:
    cast.legal_mail.config = {"aliases": ["Old-Name@desk.example"]}
    cast.legal_mail.save()
    _answers_by_itself(_writes(cast.mail, address, sender_auth="pass"))
    assert _automatic_answers_to(address) == 0


def test_budget_holds_whoever_asks(cast: Cast) -> None:
    """In the service itself: a rule that forgot to ask, a macro or a program get no second one either."""
    ticket = _writes(cast.mail, "known@customer.example", sender_auth="pass")
    messages.reply(ticket, text="We got it.", is_automatic=True, actor=rule_actor())
    with pytest.raises(NotAllowed):
        messages.reply(ticket, text="We got it.", is_automatic=True, actor=rule_actor())
    robot = _writes(cast.mail, "robot@customer.example", is_automatic=True)
    with pytest.raises(NotAllowed):
        messages.reply(robot, text="We got it.", is_automatic=True, actor=rule_actor())


def test_automatic_answers_in_a_chat_go_to_no_claimed_address(cast: Cast) -> None:
    visitor = visitors.introduce(a_visitor(cast.chat), email=VICTIM, is_mail_wanted=True)
    assert chat_mail.address_now(visitor.identity_id, is_automatic=True) is None
    by_a_person = chat_mail.address_now(visitor.identity_id)
    assert by_a_person is not None
    assert by_a_person.address == VICTIM


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nBcc: victim@elsewhere.example", "x\nBcc: victim@elsewhere.example", "x\rBcc: victim@elsewhere.example",
        "x\u2028Bcc: victim@elsewhere.example", "x\x0bBcc: victim@elsewhere.example", "x\x85Bcc: v@e.example",
        "=?utf-8?q?x=0d=0aBcc:_victim@elsewhere.example?=", "\x00", "\ud800", "a" * 5000, '"', "\\", "<>@,;:",
    ],
)  # fmt: skip
def test_words_of_strangers_become_no_headers(cast: Cast, evil: str) -> None:
    """In the subject, the name, the ids, the file names: the mail that answers has our headers and no others."""
    ticket = new_ticket(
        cast.mail,
        subject=evil,
        sender=Sender(kind="email", value="rosa@example.net", name=evil),
        external_id=f"{evil}@example.net"[:900],
        clues=Clues(message_id=f"{evil}@example.net", in_reply_to=evil, references=(evil,)),
    )
    cast.ana.name = evil[:100].replace("\x00", "").encode("utf-8", "replace").decode()
    cast.ana.save()
    reply = agent_replies(ticket, cast.ana)
    sent = compose.compose(cast.mail, Message.objects.get(pk=reply.pk))
    head = sent.content.split(b"\r\n\r\n")[0].lower()
    assert b"\nbcc" not in head
    assert b"\rbcc" not in head
    assert sent.recipients == ("rosa@example.net",)
    parsed = message_from_bytes(sent.content, policy=policy.default)
    assert [str(parsed[name]) for name in ("bcc", "sender", "resent-to")] == ["None"] * 3
    assert parsed["to"].addresses[0].addr_spec == "rosa@example.net"


@pytest.mark.parametrize(
    "address",
    [
        "x@y.example\r\nBcc: v@e.example", "x@y.example\nBcc: v@e.example", "a@b.example, v@e.example", "x",
        "a@b@c.example", '"a\r\nBcc: v@e.example"@b.example', "<a@b.example>", "a@b.example;v@e.example",
        "=?utf-8?q?x=0d=0aBcc:_v@e.example?=@b.example",
    ],
)  # fmt: skip
def test_agent_writes_to_no_address_that_is_two(cast: Cast, address: str) -> None:
    """The API takes an address as text; what leaves has at most that one receiver and no header of its own."""
    values = {
        "inbox": cast.mail.pk, "contact": {"kind": "email", "value": address, "name": ""}, "subject": "s", "text": "t",
        "from_contact": False,
    }  # fmt: skip
    try:
        ticket = create_ticket(cast.ana, values)
        sent = compose.compose(cast.mail, last_message(ticket))
    except (HelpdeskError, ChannelError):
        return
    assert len(sent.recipients) == 1
    assert b"\nbcc" not in sent.content.split(b"\r\n\r\n")[0].lower()


def test_nobody_forges_or_borrows_a_reply_address(cast: Cast) -> None:
    mine, other = new_ticket(cast.mail), new_ticket(cast.legal_mail)
    address = tokens.reply_address(cast.mail.address, ticket_id=mine.pk, to="rosa@example.net")
    local, _, domain = address.partition("@")
    mark = local.rpartition(".")[2]
    # The last of 26 characters carries three bits: a true one is never "b".
    forged = [
        address.replace(f"r{mine.pk}.", f"r{other.pk}."), f"{local[:-1]}b@{domain}", f"{local[:-1]}@{domain}",
        address.replace(mark, ""), address.replace(mark, "a" * 26), f"help+r{mine.pk}@{domain}",
        f"help+r-{mine.pk}.{mark}@{domain}", f"help+r{mine.pk}.{mark}.x@{domain}", f"help+rx.{mark}@{domain}",
    ]  # fmt: skip
    assert tokens.ticket_of_reply_address(address, sender="Rosa@example.net") == mine.pk
    assert tokens.ticket_of_reply_address(address, sender="mallory@evil.example") is None
    assert [tokens.ticket_of_reply_address(item, sender="rosa@example.net") for item in forged] == [None] * len(forged)


def test_copied_in_stranger_gets_no_answer_by_default(cast: Cast) -> None:
    spoofed = {"cc": [{"kind": "email", "name": "", "address": "mallory@evil.example"}]}
    ticket = new_ticket(cast.mail, recipients=spoofed)
    sent = compose.compose(cast.mail, agent_replies(ticket, cast.ana))
    assert sent.recipients == ("rosa@example.net",)


def test_stranger_who_knows_every_id_joins_no_ticket(cast: Cast) -> None:
    ticket = new_ticket(cast.mail)
    known = last_message(ticket)
    clues = Clues(
        message_id="m@evil.example", in_reply_to=known.external_id, references=(known.external_id,),
        subject_number=ticket.number,
    )  # fmt: skip
    joined = _writes(cast.mail, "mallory@evil.example", clues=clues)
    assert joined.pk != ticket.pk
    assert Message.objects.filter(ticket=ticket).count() == 1


@pytest.mark.parametrize("kind", ["bounce", "complaint"])
def test_customer_cannot_silence_another_customer(cast: Cast, kind: str) -> None:
    """Mallory knows the marks of the mail that she got, and may speak of herself only."""
    reply = agent_replies(_writes(cast.mail, "mallory@evil.example"), cast.ana)
    own_id = tokens.own_message_id(cast.mail.address, ticket_id=reply.ticket_id, message_id=reply.pk)
    for number in range(3):  # one bounce may be a mistake, three in a row close the address
        for address in ("rosa@example.net", "mallory@evil.example"):
            raw = _report(kind, address, own_id).replace(b"Message-ID: <", f"Message-ID: <{number}.".encode(), 1)
            receive_mail(cast.mail, Mail(raw=raw, mail_from="<>"))
    closed = Identity.objects.filter(unreachable_at__isnull=False).values_list("value", flat=True)
    assert list(closed) == ["mallory@evil.example"]


def _report(kind: str, address: str, message_id: str) -> bytes:
    if kind == "bounce":
        told = (
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
            f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 gone"
        )
    else:
        told = (
            "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n"
            f"Original-Rcpt-To: {address}\nOriginal-Mail-From: help@desk.example"
        )
    report_type = "delivery-status" if kind == "bounce" else "feedback-report"
    sender, subject = ("mailer-daemon", "Undelivered") if kind == "bounce" else ("fbl", "Abuse report")
    return (
        f"From: {sender}@evil.example\nTo: help@desk.example\nSubject: {subject}\nMessage-ID: <{address}>\n"
        f'Content-Type: multipart/report; report-type={report_type}; boundary="B"\n\n--B\n\nx\n'
        f"--B\n{told}\n\n--B\nContent-Type: message/rfc822\n\nMessage-ID: <{message_id}>\nSubject: x\n\nx\n--B--\n"
    ).encode()
