"""Answers that leave by a provider's API: each by its own contract, and every way in which one may fail."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.core.cache import cache
from pytest_django import Settings

from channels_in.email.compose import letter_of, written
from channels_in.email.providers.catalog import PROVIDERS
from channels_in.services.deliver import deliver
from tests.desk import agent_replies, an_agent, customer_writes
from tests.fakes.mail_providers import CUT, ProviderServer, running_providers, told
from tickets.models import Delivery, Inbox, Message, MessageRef, Ticket
from tickets.services.refs import ref_hash

pytestmark = pytest.mark.django_db

# provider -> (path of its API in the fake, place, the id that it gives)
ACCOUNTS: dict[str, tuple[str, str, str]] = {
    "mailgun": ("/v3", "mg.desk.example", "mg-1@mg.desk.example"),
    "postmark": ("", "", "pm-1"),
    "sendgrid": ("", "", ""),
    "amazon_ses": ("", "eu-west-1", "ses-1@eu-west-1.amazonses.com"),
    "mailjet": ("/v3.1", "", "456"),
    "brevo": ("", "", "brevo-1@smtp-relay.mailin.fr"),
    "resend": ("/resend", "", "re-1"),
    "mandrill": ("", "", "md-1"),
    "sparkpost": ("", "", "sp-1"),
    "mailersend": ("/mailersend", "", "ms-1"),
    "mailtrap": ("/api", "", "mt-1"),
    "postal": ("", "", "1"),
    "unisender_go": ("/uni", "", ""),
    "scaleway": ("/scaleway", "project-1", "sc-1"),
}


@pytest.fixture
def api(settings: Settings) -> Iterator[ProviderServer]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with running_providers() as running:
        yield running
    cache.clear()


def connect(inbox: Inbox, key: str, base: str) -> None:
    path, place, _ = ACCOUNTS[key]
    inbox.config = {"provider": key, "provider_url": f"{base}{path}", "provider_place": place}
    inbox.secrets = {"provider_key": "the-key", "provider_second_key": "the-second-key"}
    inbox.save()


@pytest.fixture
def ticket(inbox: Inbox) -> Ticket:
    return customer_writes(inbox, external_id="m1@customer.example")


@pytest.fixture
def by_mailgun(inbox: Inbox, api: ProviderServer) -> ProviderServer:
    connect(inbox, "mailgun", api.base)
    return api


def delivered(message: Message) -> Message:
    Message.objects.filter(pk=message.pk, next_attempt_at__isnull=False).update(next_attempt_at="2020-01-01T00:00Z")
    deliver([message.pk])
    message.refresh_from_db()
    return message


def answer_to(ticket: Ticket, text: str = "Here is how.") -> Message:
    return agent_replies(Ticket.objects.get(pk=ticket.pk), an_agent("Mia Winter"), text)


def test_every_provider_of_the_catalogue_is_tried_here() -> None:
    assert set(ACCOUNTS) == set(PROVIDERS)


@pytest.mark.parametrize("key", ACCOUNTS)
def test_provider_takes_an_answer_by_its_own_contract(
    inbox: Inbox, ticket: Ticket, api: ProviderServer, key: str
) -> None:
    connect(inbox, key, api.base)
    answer = delivered(answer_to(ticket))
    assert (answer.delivery, answer.failure) == (Delivery.SENT, "")
    (call,) = api.taken
    said = unquote_plus(call.text) if key == "mailgun" else call.text
    if key == "amazon_ses":
        said = base64.b64decode(json.loads(said)["Content"]["Raw"]["Data"]).decode()
    assert "Here is how." in said
    assert answer.external_id in said, "our own Message-ID goes along"
    given = ACCOUNTS[key][2]
    assert not given or MessageRef.objects.filter(id_hash=ref_hash(given), message_id=answer.pk).exists()


@pytest.mark.parametrize(
    ("said", "delivery", "words"),
    [
        (told(500, {"message": "oops"}), Delivery.RETRYING, "Mailgun: oops"),
        (told(429, {"message": "slow down"}), Delivery.RETRYING, "slow down"),
        (told(400, {"message": "'to' parameter is not a valid address"}), Delivery.FAILED, "not a valid address"),
        (told(504, {}), Delivery.UNCERTAIN, "may or may not"),
        ((200, {}, b"<html>login</html>"), Delivery.UNCERTAIN, "do not understand"),
        (CUT, Delivery.UNCERTAIN, "did not answer in time"),
    ],
)
def test_an_answer_of_the_provider_is_understood(
    ticket: Ticket, by_mailgun: ProviderServer, said: Any, delivery: Delivery, words: str
) -> None:
    by_mailgun.next = [said]
    answer = delivered(answer_to(ticket))
    assert answer.delivery == delivery
    assert words in answer.failure
    deliver([answer.pk])
    assert len(by_mailgun.taken) <= 1, "what may have arrived is not sent again by itself"


def test_wrong_credentials_stop_the_inbox(inbox: Inbox, ticket: Ticket, by_mailgun: ProviderServer) -> None:
    by_mailgun.next = [told(401, {"message": "Forbidden"})]
    assert delivered(answer_to(ticket)).delivery == Delivery.FAILED
    inbox.refresh_from_db()
    assert (inbox.is_active, "credentials" in inbox.disabled_reason) == (False, True)


def test_missing_credentials_are_named(inbox: Inbox, ticket: Ticket, by_mailgun: ProviderServer) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(config={**inbox.config, "provider_place": ""})
    assert "Mailgun needs the sending domain" in delivered(answer_to(ticket)).failure


def test_a_provider_that_is_away_is_tried_again_and_its_breaker_opens(inbox: Inbox, ticket: Ticket, api: Any) -> None:
    connect(inbox, "mailgun", "http://127.0.0.1:9")
    answer = delivered(answer_to(ticket))
    assert (answer.delivery, answer.failure) == (Delivery.RETRYING, "Mailgun cannot be reached.")
    for _ in range(5):
        answer = delivered(answer)
    assert "has not answered for a while" in answer.failure


def test_no_address_of_our_own_network_is_called(
    inbox: Inbox, ticket: Ticket, api: ProviderServer, settings: Settings
) -> None:
    settings.OUTGOING_HTTP_ALLOWED = []
    for key in ("mailgun", "amazon_ses"):
        connect(inbox, key, api.base)
        answer = delivered(answer_to(ticket))
        assert (answer.delivery, "not one that we may call" in answer.failure) == (Delivery.FAILED, True)
    assert api.taken == []


def test_amazons_refusals_are_understood(inbox: Inbox, ticket: Ticket, api: ProviderServer) -> None:
    connect(inbox, "amazon_ses", api.base)
    api.next = [
        (400, {"x-amzn-ErrorType": "TooManyRequestsException"}, b'{"message":"Maximum sending rate exceeded."}')
    ]
    assert "Maximum sending rate" in delivered(answer_to(ticket)).failure
    api.next = [(403, {"x-amzn-ErrorType": "SignatureDoesNotMatch"}, b'{"message":"bad key"}')]
    other = customer_writes(inbox, external_id="m2@customer.example")
    assert "refuses our credentials" in delivered(answer_to(other)).failure


def test_the_letter_of_a_provider_says_the_same_as_the_mail(inbox: Inbox, ticket: Ticket) -> None:
    answer = answer_to(ticket)
    letter = letter_of(inbox, answer)
    assert letter.message_id.encode() in written(letter).content
    assert letter.text in written(letter).content.decode().replace("\r\n", "\n").replace("=\n", "")
