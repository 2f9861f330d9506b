"""What every channel kind promises; a new line in the registry is tested here by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings as desk_settings
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from channels_in.base import RawDelivery, Verdict
from channels_in.models import InboundDelivery
from channels_in.registry import adapter_for, kinds
from channels_in.services.accept import accept
from channels_in.services.deliver import deliver
from channels_in.services.process import process_now
from core.clock import now
from core.errors import HelpdeskError
from tests.cast import Cast
from tests.contracts.providers import PROVIDERS, WITHOUT_PROVIDER, Provider
from tickets.inbound import Inbound
from tickets.models import Delivery, Inbox, Message
from tickets.services.messages import reply

ROOT = Path(desk_settings.BASE_DIR)
WITH_WEBHOOK = [kind for kind in kinds() if adapter_for(kind).has_webhook]
WITH_PROVIDER = [kind for kind in kinds() if kind not in WITHOUT_PROVIDER]
CANARY = "canary-7f3a-secret"


@dataclass
class Recorded:
    """One recorded payload: what came, and which events it is."""

    name: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    expect: list[str] | None = None


def recorded(kind: str) -> list[Recorded]:
    """Webhooks as .json with headers, body and expect; anything else as it came, its expectation beside it."""
    found: list[Recorded] = []
    for path in sorted((ROOT / "tests/fixtures/channels_in" / kind).iterdir()):
        if path.suffix == ".json":
            told = json.loads(path.read_text())
            headers = {name.lower(): value for name, value in told["headers"].items()}
            body = told["body"].encode(errors="surrogatepass")
            found.append(Recorded(path.stem, body, headers, told.get("expect")))
        elif path.is_file():
            found.append(Recorded(path.stem, path.read_bytes()))
    return found


def raw(inbox: Inbox, payload: Recorded) -> RawDelivery:
    return RawDelivery(
        inbox=inbox, external_id=payload.name, raw=payload.body, headers=payload.headers, received_at=now()
    )


def messages_of(inbox: Inbox, payloads: list[Recorded]) -> list[Recorded]:
    """The payloads that hold a contact's message."""
    adapter, found = adapter_for(inbox.kind), []
    for payload in payloads:
        try:
            events = adapter.parse(raw(inbox, payload))
        except (ValueError, HelpdeskError):
            continue
        if any(isinstance(event, Inbound) for event in events):
            found.append(payload)
    return found


@pytest.fixture(params=kinds())
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def provider(kind: str, settings: Settings) -> Iterator[Provider]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with PROVIDERS[kind]() as running:
        yield running


@pytest.fixture
def inbox(kind: str, provider: Provider, db: None) -> Inbox:
    return Inbox.objects.create(
        kind=kind, name="Contract", address="help@desk.example", config=provider.config, secrets=dict(provider.secrets)
    )


def test_kind_declares_itself_and_is_documented(kind: str) -> None:
    adapter = adapter_for(kind)
    assert adapter.kind == kind
    assert adapter.capabilities.label
    assert adapter.capabilities.icon
    assert issubclass(adapter.Config, forms.Form)
    assert adapter.Config.secret_fields <= set(adapter.Config.base_fields)
    assert (ROOT / f"docs/channels/{kind}.md").is_file(), f"write docs/channels/{kind}.md"
    assert kind in PROVIDERS, f"play the provider of {kind} in tests/contracts/providers.py"
    assert len(recorded(kind)) >= 5, f"record at least five payloads in tests/fixtures/channels_in/{kind}/"


def test_secret_fields_are_never_shown_again(kind: str) -> None:
    adapter = adapter_for(kind)
    secrets = dict.fromkeys(adapter.Config.secret_fields, CANARY)
    form = adapter.Config(initial=secrets)
    assert CANARY not in form.as_div()
    assert CANARY not in adapter.Config(data=secrets).as_div()


@pytest.mark.parametrize("kind", WITH_WEBHOOK)
def test_bad_signature_is_refused_and_nothing_is_stored(kind: str, inbox: Inbox, provider: Provider) -> None:
    adapter, body = adapter_for(kind), recorded(kind)[0].body
    assert adapter.verify(inbox, provider.headers, body) is Verdict.GENUINE
    wrong = {name: value[:-1] + chr(ord(value[-1]) ^ 1) for name, value in provider.headers.items()}
    assert adapter.verify(inbox, wrong, body) is not Verdict.GENUINE
    assert adapter.verify(inbox, {}, body) is not Verdict.GENUINE
    assert adapter.verify(Inbox(kind=kind), provider.headers, body) is Verdict.FORGED
    for headers in ({}, wrong):
        answer = Client().post(f"/hooks/{inbox.token}/", body, content_type="application/json", headers=headers)
        assert answer.status_code in (401, 403)
    assert not InboundDelivery.objects.exists()


def test_parser_is_pure_and_says_what_was_recorded(kind: str, inbox: Inbox, django_db_blocker: DjangoDbBlocker) -> None:
    adapter = adapter_for(kind)
    for payload in recorded(kind):
        with django_db_blocker.block():
            first, second = adapter.parse(raw(inbox, payload)), adapter.parse(raw(inbox, payload))
        assert first == second, payload.name
        if payload.expect is not None:
            assert [type(event).__name__ for event in first] == payload.expect, payload.name


def test_duplicate_makes_one_message(kind: str, inbox: Inbox) -> None:
    adapter = adapter_for(kind)
    for payload in messages_of(inbox, recorded(kind)):
        before = Message.objects.count()
        key = adapter.delivery_key(inbox, payload.headers, payload.body)
        first = accept(inbox, key, payload.body, payload.headers, is_enqueued=False)
        done = process_now(first.delivery_id)
        copy = accept(inbox, key, payload.body, payload.headers, is_enqueued=False)
        assert copy.is_duplicate, payload.name
        assert process_now(copy.delivery_id) == done
        # The provider may also tell the same thing in another delivery.
        again = accept(inbox, f"{key}-again", payload.body, payload.headers, is_enqueued=False)
        process_now(again.delivery_id)
        assert Message.objects.count() <= before + 1, payload.name


@pytest.mark.parametrize("kind", WITH_PROVIDER)
def test_temporary_trouble_is_tried_again_and_then_sent(cast: Cast, inbox: Inbox, provider: Provider) -> None:
    assert provider.be_busy_once is not None
    message = a_reply(cast, inbox)
    provider.be_busy_once()
    assert attempt(message).delivery == Delivery.RETRYING
    assert message.failure
    assert attempt(message).delivery == Delivery.SENT
    assert provider.taken() == 1


@pytest.mark.parametrize("kind", WITH_PROVIDER)
def test_permanent_refusal_fails_with_a_sentence(cast: Cast, inbox: Inbox, provider: Provider) -> None:
    assert provider.refuse_once is not None
    message = a_reply(cast, inbox)
    provider.refuse_once()
    assert attempt(message).delivery == Delivery.FAILED
    assert len(message.failure.split()) >= 4
    assert provider.taken() == 0


def test_secrets_are_in_no_log_no_reason_and_no_name(
    cast: Cast, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.secrets = {
        name: f"{name}-{CANARY}" for name in (*adapter_for(inbox.kind).Config.secret_fields, "webhook_secret")
    }
    inbox.save()
    caplog.set_level("DEBUG")
    message = attempt(a_reply(cast, inbox))
    inbox.refresh_from_db()
    shown = f"{inbox!r} {inbox} {message.failure} {inbox.disabled_reason} {caplog.text}"
    shown += str(list(message.outbound_attempts.values_list("detail", flat=True)))
    assert CANARY not in shown


def a_reply(cast: Cast, inbox: Inbox) -> Message:
    """An agent answers the first recorded message."""
    payload = messages_of(inbox, recorded(inbox.kind))[0]
    accepted = accept(inbox, payload.name, payload.body, payload.headers, is_enqueued=False)
    processed = process_now(accepted.delivery_id)
    assert processed.message_id, processed
    ticket = Message.objects.get(pk=processed.message_id).ticket
    return reply(ticket, text="Here you are.", actor=cast.ana.as_actor())


def attempt(message: Message) -> Message:
    due: dict[str, Any] = {"next_attempt_at": "2020-01-01T00:00Z"}
    Message.objects.filter(pk=message.pk, next_attempt_at__isnull=False).update(**due)
    deliver([message.pk])
    message.refresh_from_db()
    return message
