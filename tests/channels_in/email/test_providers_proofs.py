"""Webhooks of mail providers: the genuine are told from forgeries, old ones and copies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from channels_in.base import Verdict
from channels_in.email.providers import proofs, sns
from channels_in.email.providers.account import Account
from channels_in.email.providers.proofs import Call
from channels_in.models import InboundDelivery
from core import http
from core.clock import now
from tests.channels_in.email import provider_calls as calls
from tickets.models import Inbox

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures/channels_in_providers/vectors.json").read_text()
)
AT = 1763766000


def account(proof: str) -> Account:
    return Account(
        key="k", second_key="", proof=proof, place="eu-west-1", url="", hook_url="https://desk.example/hooks/t/"
    )


def test_the_known_signature_of_mailgun_fits_and_no_other() -> None:
    known = VECTORS["mailgun"]
    body, headers = calls.form({name: known[name] for name in ("timestamp", "token", "signature")})
    as_json = calls.as_json({"signature": {name: known[name] for name in ("timestamp", "token", "signature")}})
    with time_machine.travel(AT):
        assert proofs.by_mailgun(account(known["key"]), Call(body, headers)) is Verdict.GENUINE
        assert proofs.by_mailgun(account(known["key"]), Call(*as_json)) is Verdict.GENUINE
        assert proofs.by_mailgun(account("another"), Call(body, headers)) is Verdict.FORGED
        assert proofs.by_mailgun(account(""), Call(body, headers)) is Verdict.FORGED
        assert proofs.by_mailgun(account(known["key"]), Call(*calls.form({}))) is Verdict.UNSIGNED
    with time_machine.travel(AT + 90_000):
        assert proofs.by_mailgun(account(known["key"]), Call(body, headers)) is Verdict.STALE


def test_the_known_signature_of_svix_fits_and_no_other() -> None:
    known = VECTORS["svix"]
    headers = {"svix-id": known["id"], "svix-timestamp": known["timestamp"], "svix-signature": known["signature"]}
    call = Call(known["body"].encode(), headers)
    with time_machine.travel(AT):
        assert proofs.by_svix(account(f"whsec_b3RoZXI=\n{known['secret']}"), call) is Verdict.GENUINE
        assert proofs.by_svix(account("whsec_b3RoZXI="), call) is Verdict.FORGED
        assert proofs.by_svix(account(known["secret"]), Call(call.body + b" ", headers)) is Verdict.FORGED
    with time_machine.travel(AT + 400):
        assert proofs.by_svix(account(known["secret"]), call) is Verdict.STALE


def test_the_known_signature_of_sendgrid_fits_and_no_other() -> None:
    known = VECTORS["sendgrid"]
    names = ("x-twilio-email-event-webhook-timestamp", "x-twilio-email-event-webhook-signature")
    headers = dict(zip(names, (known["timestamp"], known["signature"]), strict=True))
    with time_machine.travel(AT):
        assert (
            proofs.by_sendgrid(account(known["public_key"]), Call(known["body"].encode(), headers)) is Verdict.GENUINE
        )
        assert proofs.by_sendgrid(account(known["public_key"]), Call(b"[]", headers)) is Verdict.FORGED
        assert proofs.by_sendgrid(account("no key"), Call(known["body"].encode(), headers)) is Verdict.FORGED
        assert proofs.by_sendgrid(account(known["public_key"]), Call(known["body"].encode(), {})) is Verdict.UNSIGNED


def test_sns_signs_its_fields_in_their_order() -> None:
    assert sns.string_to_sign(VECTORS["sns"]["message"]) == VECTORS["sns"]["string_to_sign"]


@pytest.mark.parametrize(
    ("url", "is_theirs"),
    [
        ("https://sns.eu-west-1.amazonaws.com/x.pem", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", True),
        ("http://sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", False),
        ("https://evil.example/sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:8443/x.pem", False),
        ("https://user@sns.eu-west-1.amazonaws.com/x.pem", False),
        ("https://bucket.s3.amazonaws.com/x.pem", False),
        ("https://[/x.pem", False),
    ],
)
def test_certificates_come_from_amazons_hosts_only(url: str, is_theirs: bool) -> None:
    assert sns.is_amazon(url) is is_theirs


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> calls.Amazon:
    cache.clear()
    signer = calls.Amazon()

    def get(url: str, **_: object) -> http.Answer:
        assert url == calls.CERTIFICATE_URL, "nothing else is fetched"
        return http.Answer(status=200, headers={}, body=signer.certificate)  # type: ignore[arg-type]  # none are read

    monkeypatch.setattr(http, "get", get)
    return signer


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazons_signature_fits_for_the_topics_that_were_named(amazon: calls.Amazon, version: str) -> None:
    call = Call(*amazon.notification({"notificationType": "Delivery"}, version=version))
    assert proofs.by_sns(account(f"arn:other\n{calls.TOPIC}"), call) is Verdict.GENUINE
    assert proofs.by_sns(account("arn:other"), call) is Verdict.FORGED
    assert proofs.by_sns(account(""), call) is Verdict.FORGED
    changed = json.loads(call.body)
    for name, value in (("Message", "{}"), ("SignatureVersion", "3"), ("SigningCertURL", "https://evil.example/x.pem")):
        forged = Call(*calls.Amazon.posted({**changed, name: value}))
        assert proofs.by_sns(account(calls.TOPIC), forged) is Verdict.FORGED, name
    with time_machine.travel(now() + timedelta(days=2)):
        assert proofs.by_sns(account(calls.TOPIC), call) is Verdict.STALE


def test_signed_words_of_a_strangers_own_topic_cannot_be_cut_into_a_message_of_ours(amazon: calls.Amazon) -> None:
    """Amazon signs whatever a customer of theirs publishes; cut elsewhere, it would name our topic."""
    mail = json.dumps({"notificationType": "Received", "content": "From: agent@desk.example"})
    at = now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    middle = f"MessageId\nsns-7\nTimestamp\n{at}\nTopicArn\n{calls.TOPIC}\nType\nMade-up"
    genuine = json.loads(amazon.notification({})[0])
    published = {**genuine, "Message": f"{mail}\n{middle}", "TopicArn": "arn:aws:sns:eu-west-1:666:strangers"}
    told = json.loads(amazon.notification({}, **{name: published[name] for name in ("Message", "TopicArn")})[0])
    rest = f"MessageId\n{told['MessageId']}\nTimestamp\n{told['Timestamp']}\nTopicArn\n{told['TopicArn']}"
    cut = {
        **told,
        "Message": mail,
        "MessageId": "sns-7",
        "Timestamp": at,
        "TopicArn": calls.TOPIC,
        "Type": f"Made-up\n{rest}\nType\nNotification",
    }
    assert sns.string_to_sign(cut) == sns.string_to_sign(told), "the same bytes are signed"
    body, headers = calls.Amazon.posted(cut)
    headers.pop("x-amz-sns-message-type")
    assert proofs.by_sns(account(calls.TOPIC), Call(body, headers)) is Verdict.FORGED
    odd = Call(json.dumps({**cut, "Type": ["Notification"]}).encode(), headers)
    assert proofs.by_sns(account(calls.TOPIC), odd) is Verdict.FORGED


def test_who_signs_nothing_must_know_the_password() -> None:
    call = calls.with_password(calls.as_json({"RecordType": "Delivery"}))
    assert proofs.by_password(account(calls.PASSWORD), Call(*call)) is Verdict.GENUINE
    assert proofs.by_password(account("another"), Call(*call)) is Verdict.FORGED
    assert proofs.by_password(account(""), Call(*call)) is Verdict.FORGED
    assert proofs.by_password(account(calls.PASSWORD), Call(call[0], {})) is Verdict.UNSIGNED


def test_a_digest_of_the_body_in_a_header_is_checked() -> None:
    proof = proofs.by_hex_hmac("signature")
    signature = hmac.new(b"secret", b"{}", hashlib.sha256).hexdigest()
    assert proof(account("other\nsecret"), Call(b"{}", {"signature": signature})) is Verdict.GENUINE
    assert proof(account("secret"), Call(b"{ }", {"signature": signature})) is Verdict.FORGED
    assert proof(account(""), Call(b"{}", {"signature": signature})) is Verdict.FORGED
    assert proof(account("secret"), Call(b"{}", {})) is Verdict.UNSIGNED


def test_mandrill_signs_the_address_too() -> None:
    proof = proofs.by_anymail("mandrill.MandrillCombinedWebhookView", "webhook_key", url="webhook_url")
    body = b"mandrill_events=%5B%5D"
    signed = hmac.new(b"secret", b"https://desk.example/hooks/t/mandrill_events[]", hashlib.sha1).digest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-mandrill-signature": base64.b64encode(signed).decode(),
    }
    assert proof(account("secret"), Call(body, headers)) is Verdict.GENUINE
    assert proof(account("other"), Call(body, headers)) is Verdict.FORGED
    assert proof(account(""), Call(body, headers)) is Verdict.FORGED


@pytest.mark.django_db
def test_a_token_of_mailgun_serves_once_whatever_comes_with_it(inbox: Inbox) -> None:
    """Its signature does not cover the content: who overheard one could put other words under it."""
    inbox.config, inbox.secrets = {"provider": "mailgun"}, {"provider_key": "k", "provider_proof": calls.KEY}
    inbox.save()
    for words in ("the genuine mail", "another one with the same mark"):
        body, headers = calls.form({**calls.mailgun_mark(), "body-mime": f"Subject: {words}\r\n\r\n{words}"})
        answer = Client().post(f"/hooks/{inbox.token}/", body, content_type=headers["content-type"])
        assert answer.status_code == 200
    (kept,) = InboundDelivery.objects.all()
    assert b"the genuine mail" in bytes(kept.raw)


@pytest.mark.django_db
def test_an_inbox_without_a_provider_takes_no_webhooks(inbox: Inbox) -> None:
    assert Client().post(f"/hooks/{inbox.token}/", b"{}", content_type="application/json").status_code == 404
    assert Client().head(f"/hooks/{inbox.token}/").status_code == 404


@pytest.mark.django_db
def test_a_large_mail_is_taken_and_an_endless_one_is_not(inbox: Inbox) -> None:
    inbox.config, inbox.secrets = {"provider": "mailgun"}, {"provider_key": "k", "provider_proof": calls.KEY}
    inbox.save()
    large = b"Subject: x\r\n\r\n" + b"a" * 7_000_000
    body, headers = calls.form({**calls.mailgun_mark(), "body-mime": large})
    assert Client().post(f"/hooks/{inbox.token}/", body, content_type=headers["content-type"]).status_code == 200
    endless = Client().post(f"/hooks/{inbox.token}/", b"x" * (41 * 1024 * 1024), content_type="text/plain")
    assert endless.status_code == 413
