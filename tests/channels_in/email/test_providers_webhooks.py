"""What providers tell by webhook, from their own kinds of call to tickets, delivery states and contacts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from channels_in.base import ChannelError
from channels_in.email.providers import sns
from channels_in.models import DeliveryState, InboundDelivery
from channels_in.services.process import process
from people.models import Identity
from tests.channels_in.email import provider_calls as calls
from tests.desk import agent_replies, an_agent, customer_writes
from tests.fakes.mail_providers import ProviderServer, running_providers, told
from tickets.models import Delivery, Inbox, Message
from tickets.services import outbox

pytestmark = pytest.mark.django_db
TEXT = calls.MIME.decode("latin-1")


@pytest.fixture
def api(settings: Settings) -> Iterator[ProviderServer]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with running_providers() as running:
        yield running
    cache.clear()


def connect(inbox: Inbox, key: str, *, proof: str = calls.KEY, url: str = "") -> None:
    inbox.config = {"provider": key, "provider_place": "eu-west-1", "provider_url": url}
    inbox.secrets = {"provider_key": "k", "provider_second_key": "s", "provider_proof": proof}
    inbox.save()


def posted(inbox: Inbox, call: calls.Call) -> int:
    """Over the real door, and handled as a worker does: what came in, and then what was inside."""
    body, headers = call
    others = {name: value for name, value in headers.items() if name != "content-type"}
    answer = Client().post(f"/hooks/{inbox.token}/", body, content_type=headers["content-type"], headers=others)
    for _ in range(2):
        waiting = InboundDelivery.objects.filter(state=DeliveryState.NEW).order_by("id")
        process(list(waiting.values_list("pk", flat=True)))
    return int(answer.status_code)


def signed_hex(body: Any) -> calls.Call:
    import hashlib
    import hmac

    raw = json.dumps(body).encode()
    return raw, {
        "content-type": "application/json",
        "signature": hmac.new(calls.KEY.encode(), raw, hashlib.sha256).hexdigest(),
    }


HEADER_LIST = [["From", "Rosa Lind <rosa@example.net>"], ["To", "help@desk.example"], ["Subject", "Broken hinge"]]
HEADERS = {"Message-ID": "<hinge-1@mail.example.net>", **{item[0]: item[1] for item in HEADER_LIST}}
POSTMARK = {
    "From": "rosa@example.net",
    "FromFull": {"Email": "rosa@example.net", "Name": "Rosa Lind", "MailboxHash": ""},
    "To": "help@desk.example",
    "ToFull": [{"Email": "help@desk.example", "Name": "", "MailboxHash": ""}],
    "OriginalRecipient": "help@desk.example",
    "Subject": "Broken hinge",
    "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
    "TextBody": "It is broken, café style.",
    "HtmlBody": "",
    "Headers": [{"Name": "Message-ID", "Value": "<hinge-1@mail.example.net>"}],
    "Attachments": [
        {"Name": "hinge.txt", "Content": "aGluZ2U=", "ContentType": "text/plain", "ContentLength": 5, "ContentID": ""}
    ],
}
MAILJET = {
    "Sender": "rosa@example.net",
    "Recipient": "help@desk.example",
    "From": "Rosa Lind <rosa@example.net>",
    "Subject": "Broken hinge",
    "Headers": HEADERS,
    "Parts": [{"Headers": {"Content-Type": "text/plain; charset=utf-8"}, "ContentRef": "Text-part"}],
    "Text-part": "It is broken, café style.",
}
RELAY = {
    "content": {"email_rfc822": TEXT, "email_rfc822_is_base64": False},
    "msg_from": "rosa@example.net",
    "rcpt_to": "help@desk.example",
    "protocol": "smtp",
    "webhook_id": "w",
}

INBOUND: dict[str, tuple[str, str, Callable[[], calls.Call]]] = {
    "mailgun raw": ("mailgun", calls.KEY, lambda: calls.form({**calls.mailgun_mark(), "body-mime": calls.MIME})),
    "mailgun fields": (
        "mailgun",
        calls.KEY,
        lambda: calls.form(
            {
                **calls.mailgun_mark("token-2"),
                "message-headers": json.dumps([*HEADER_LIST, ["Message-Id", "<hinge-1@mail.example.net>"]]),
                "sender": "rosa@example.net",
                "recipient": "help@desk.example",
                "body-plain": "It is broken, café style.",
            }
        ),
    ),
    "postmark": ("postmark", calls.PASSWORD, lambda: calls.with_password(calls.as_json(POSTMARK))),
    "postmark raw": (
        "postmark",
        calls.PASSWORD,
        lambda: calls.with_password(calls.as_json({**POSTMARK, "RawEmail": TEXT.replace("iso-8859-1", "utf-8")})),
    ),
    "mailjet": ("mailjet", calls.PASSWORD, lambda: calls.with_password(calls.as_json(MAILJET))),
    "sparkpost": (
        "sparkpost",
        calls.PASSWORD,
        lambda: calls.with_password(
            calls.as_json([{"msys": {"relay_message": {**RELAY, "content": _base64_content()}}}])
        ),
    ),
    "mailersend": (
        "mailersend",
        calls.KEY,
        lambda: signed_hex(
            {
                "type": "inbound.message",
                "created_at": "2026-11-21T22:00:00.000000Z",
                "data": {
                    "object": "message",
                    "id": "m1",
                    "sender": {"email": "rosa@example.net"},
                    "recipients": {"rcptTo": [{"email": "help@desk.example"}]},
                    "raw": TEXT.replace("iso-8859-1", "utf-8"),
                    "spam_check": {"code": 0, "value": 0},
                },
            }
        ),
    ),
}


def _base64_content() -> dict[str, Any]:
    return {"email_rfc822": base64.b64encode(calls.MIME).decode(), "email_rfc822_is_base64": True}


@pytest.mark.parametrize("name", INBOUND)
def test_a_mail_by_webhook_becomes_a_ticket_once(inbox: Inbox, name: str) -> None:
    key, proof, call = INBOUND[name]
    connect(inbox, key, proof=proof)
    assert posted(inbox, call()) == 200
    (message,) = Message.objects.all()
    assert (message.subject, message.text) == ("Broken hinge", "It is broken, café style.")
    assert message.author_contact is not None
    assert message.author_contact.identities.get().value == "rosa@example.net"
    assert message.external_id == "hinge-1@mail.example.net"
    posted(inbox, call())
    assert Message.objects.count() == 1


def test_the_same_mail_by_webhook_and_by_smtp_is_one_message(inbox: Inbox) -> None:
    from channels_in.email.door import Mail, take_in

    connect(inbox, "mailgun")
    take_in(inbox, Mail(raw=calls.MIME, rcpt_to="help@desk.example"))
    posted(inbox, calls.form({**calls.mailgun_mark(), "body-mime": calls.MIME}))
    assert Message.objects.count() == 1


def test_a_raw_mail_stays_byte_for_byte(inbox: Inbox) -> None:
    connect(inbox, "sendgrid", proof="")
    body, headers = calls.form(
        {"email": calls.MIME, "envelope": '{"from":"rosa@example.net","to":["help@desk.example"]}'}
    )
    delivery = InboundDelivery.objects.create(
        inbox=inbox, external_id="x", raw=body, headers={**headers, "provider": "sendgrid"}
    )
    process([delivery.pk])
    inner = InboundDelivery.objects.exclude(pk=delivery.pk).get()
    assert bytes(inner.raw) == calls.MIME
    assert inner.headers["rcpt_to"] == "help@desk.example"


def test_an_attachment_of_a_providers_fields_is_kept(inbox: Inbox) -> None:
    connect(inbox, "postmark", proof=calls.PASSWORD)
    posted(inbox, calls.with_password(calls.as_json(POSTMARK)))
    assert [file.name for file in Message.objects.get().attachments.all()] == ["hinge.txt"]


def test_resend_only_mentions_a_mail_and_a_worker_fetches_it(inbox: Inbox, api: ProviderServer) -> None:
    connect(inbox, "resend", proof="whsec_c3RhbmRhcmQtd2ViaG9vay1zZWNyZXQh", url=f"{api.base}/r/")
    api.answers["/r/emails/receiving/e1"] = told(200, {"id": "e1", "raw": {"download_url": f"{api.base}/raw/e1"}})
    api.answers["/raw/e1"] = (200, {}, calls.MIME)
    assert (
        posted(inbox, calls.svix({"type": "email.received", "data": {"email_id": "e1", "to": ["help@desk.example"]}}))
        == 200
    )
    assert Message.objects.get().text == "It is broken, café style."
    first, second = api.taken
    assert first.headers["authorization"] == "Bearer k"
    assert "authorization" not in second.headers, "the key goes to the provider only"


def test_what_cannot_be_fetched_now_is_fetched_later(inbox: Inbox, api: ProviderServer) -> None:
    connect(inbox, "resend", proof="whsec_c3RhbmRhcmQtd2ViaG9vay1zZWNyZXQh", url=f"{api.base}/r/")
    api.answers["/r/emails/receiving/e1"] = told(503, {})
    posted(inbox, calls.svix({"type": "email.received", "data": {"email_id": "e1", "to": ["help@desk.example"]}}))
    waiting = InboundDelivery.objects.get()
    assert (waiting.state, "does not give the mail" in waiting.error) == (DeliveryState.NEW, True)


def test_brevos_attachments_are_fetched_by_a_worker(inbox: Inbox, api: ProviderServer) -> None:
    connect(inbox, "brevo", proof=calls.PASSWORD, url=f"{api.base}/b/")
    api.answers["/b/inbound/attachments/tok"] = (200, {}, b"hinge")
    item = {
        "Uuid": ["u1"],
        "Headers": {**HEADERS, "Delivered-To": "help%40desk.example"},
        "RawTextBody": "It is broken, café style.",
        "Attachments": [
            {"Name": "hinge.pdf", "ContentType": "application/pdf", "ContentLength": 5, "DownloadToken": "tok"}
        ],
    }
    assert posted(inbox, calls.with_password(calls.as_json({"items": [item]}))) == 200
    message = Message.objects.get()
    assert message.text == "It is broken, café style."
    assert [file.name for file in message.attachments.all()] == ["hinge.pdf"]


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> calls.Amazon:
    signer = calls.Amazon()
    monkeypatch.setattr(sns, "_certificate", lambda url: signer.certificate)
    return signer


def test_amazon_brings_a_mail_plain_or_by_its_bucket(inbox: Inbox, api: ProviderServer, amazon: calls.Amazon) -> None:
    connect(inbox, "amazon_ses", proof=calls.TOPIC, url=api.base)
    mail = {"source": "rosa@example.net", "destination": ["help@desk.example"], "messageId": "ses-9"}
    action = {"type": "SNS", "encoding": "BASE64"}
    content = base64.b64encode(calls.MIME).decode()
    received = {"notificationType": "Received", "mail": mail, "receipt": {"action": action}, "content": content}
    assert posted(inbox, amazon.notification(received)) == 200
    assert Message.objects.get().text == "It is broken, café style."
    other = calls.MIME.replace(b"hinge-1", b"hinge-2")
    api.answers["/mails/key-2?x-id=GetObject"] = api.answers["/mails/key-2"] = (200, {}, other)
    action = {"type": "S3", "bucketName": "mails", "objectKey": "key-2"}
    received = {"notificationType": "Received", "mail": mail, "receipt": {"action": action}}
    posted(inbox, amazon.notification(received, MessageId="sns-2"))
    assert Message.objects.count() == 2, InboundDelivery.objects.latest("pk").error


def test_amazons_question_is_answered_by_a_worker(
    inbox: Inbox, amazon: calls.Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(inbox, "amazon_ses", proof=calls.TOPIC)
    asked: list[str] = []
    monkeypatch.setattr(sns, "_fetched", asked.append)
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    call = amazon.notification({}, Type="SubscriptionConfirmation", Token="t", SubscribeURL=url)
    assert posted(inbox, call) == 200
    assert asked == [url]
    with pytest.raises(ChannelError):
        sns.confirm("https://evil.example/?Action=ConfirmSubscription")


@pytest.fixture
def answer(inbox: Inbox) -> Message:
    """One that left by the provider, which gave it an id of its own."""
    ticket = customer_writes(inbox, external_id="m1@customer.example")
    message = agent_replies(ticket, an_agent("Mia Winter"), "Here is how.")
    outbox.record_sent(message, aliases=["their-own-id"])
    return message


def mailgun_event(event: str, message: Message, token: str, **more: Any) -> calls.Call:
    from channels_in.email import tokens

    mark = tokens.own_message_id(message.inbox.address, ticket_id=message.ticket_id, message_id=message.pk)
    data = {
        "event": event,
        "recipient": "ana@customer.example",
        "timestamp": 1763766000.1,
        "user-variables": {"desk_message": mark},
        "message": {"headers": {"message-id": mark}},
        **more,
    }
    signature = {name: str(value) for name, value in calls.mailgun_mark(token).items()}
    return calls.as_json({"signature": signature, "event-data": data})


def test_a_delivery_and_a_bounce_are_shown_at_the_message(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "mailgun")
    posted(inbox, mailgun_event("delivered", answer, "t1"))
    answer.refresh_from_db()
    assert answer.delivery == Delivery.DELIVERED
    said = {"code": 550, "message": "5.1.1 no such user", "description": ""}
    posted(inbox, mailgun_event("failed", answer, "t2", severity="permanent", **{"delivery-status": said}))
    answer.refresh_from_db()
    assert answer.delivery == Delivery.FAILED
    assert "ana@customer.example did not get it: 5.1.1 no such user" in answer.failure


def test_a_bounce_for_now_changes_nothing(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "mailgun")
    posted(inbox, mailgun_event("failed", answer, "t1", severity="temporary", **{"delivery-status": {"code": 450}}))
    answer.refresh_from_db()
    assert answer.delivery == Delivery.SENT


def test_a_complaint_closes_the_address(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "mailgun")
    posted(inbox, mailgun_event("complained", answer, "t1"))
    assert "spam" in Identity.objects.get(value="ana@customer.example").unreachable_reason


def test_the_third_bounce_closes_the_address(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "mailgun")
    said = {"delivery-status": {"code": 550, "message": "5.1.1 no such user"}}
    for number in range(3):
        assert Identity.objects.get(value="ana@customer.example").unreachable_at is None
        posted(inbox, mailgun_event("failed", answer, f"t{number}", severity="permanent", **said))
    assert Identity.objects.get(value="ana@customer.example").unreachable_at is not None


def test_a_report_about_somebody_else_is_not_believed(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "mailgun")
    Identity.objects.create(kind="email", value="victim@example.org", contact=Identity.objects.all()[0].contact)
    posted(inbox, mailgun_event("complained", answer, "t1", recipient="victim@example.org"))
    assert Identity.objects.get(value="victim@example.org").unreachable_at is None


def test_a_message_is_known_by_the_id_that_the_provider_gave_it(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "postmark", proof=calls.PASSWORD)
    event = {"RecordType": "Delivery", "MessageID": "their-own-id", "Recipient": "ana@customer.example"}
    posted(inbox, calls.with_password(calls.as_json({**event, "DeliveredAt": "2026-11-21T22:00:00Z", "Details": "ok"})))
    answer.refresh_from_db()
    assert answer.delivery == Delivery.DELIVERED


def test_an_opened_mail_is_nobodys_business(inbox: Inbox, answer: Message) -> None:
    connect(inbox, "mailgun")
    posted(inbox, mailgun_event("opened", answer, "t1"))
    answer.refresh_from_db()
    assert answer.delivery == Delivery.SENT


def test_a_call_of_an_unknown_kind_is_set_aside_and_not_lost(inbox: Inbox) -> None:
    connect(inbox, "postmark", proof=calls.PASSWORD)
    assert posted(inbox, calls.with_password(calls.as_json({"RecordType": "Inbound"}))) == 200
    (problem,) = InboundDelivery.objects.filter(state=DeliveryState.QUARANTINED)
    assert problem.error == "Nobody is named who wrote this mail."
