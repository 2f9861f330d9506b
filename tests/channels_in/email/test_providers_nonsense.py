"""Webhooks of mail providers: whatever strangers post is refused, and costs little."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest

from channels_in.base import ChannelError, Enclosed, Verdict
from channels_in.email.providers.account import Account
from channels_in.email.providers.catalog import PROVIDERS, Provider
from channels_in.email.providers.fetching import fetched
from channels_in.email.providers.form import fields_of
from channels_in.email.providers.proofs import Call
from channels_in.email.providers.webhooks import key_of

ACCOUNT = Account(key="", second_key="", proof="arn\nMFkw", place="eu-west-1", url="", hook_url="https://desk.example/")

NONSENSE = (
    *(b"", b"[]", b'"x"', b"null", b"[" * 100_000, b'{"signature":[]}', b'{"Type":[],"Signature":"x"}', b"\xff"),
    b'{"Type":"Notification","Signature":"x","SignatureVersion":"1","TopicArn":"arn","SigningCertURL":"https://["}',
)
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "x; charset=y")
MARKS: tuple[dict[str, str], ...] = (
    {},
    {"authorization": "basic \xe9"},
    {"svix-id": "1", "svix-timestamp": "nan", "svix-signature": "v1,\xe9"},
    {"signature": "\xe9", "mailtrap-signature": "\xe9", "x-postal-signature": "\xe9", "x-mandrill-signature": "\xe9"},
    {"x-twilio-email-event-webhook-timestamp": "1", "x-twilio-email-event-webhook-signature": "!"},
)


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=lambda item: item.key)
def test_nonsense_is_refused_and_never_an_error_of_ours(provider: Provider) -> None:
    for body, kind, mark in itertools.product(NONSENSE, KINDS, MARKS):
        call = Call(body, {"content-type": kind, **mark})
        assert provider.proof(ACCOUNT, call) is not Verdict.GENUINE
        key_of(provider, call)


def test_a_form_of_a_million_parts_is_cut_where_nobody_looks_any_more() -> None:
    body = b"--a\r\n" * 1_000_000
    tracemalloc.start()
    try:
        assert fields_of(body, "multipart/form-data; boundary=a").values == []
        assert tracemalloc.get_traced_memory()[1] < 5 * len(body)
    finally:
        tracemalloc.stop()


def test_a_mail_in_a_bucket_is_never_fetched_with_the_keys_of_the_machine() -> None:
    enclosed = Enclosed(ref='{"bucket": "b", "key": "k"}')
    with pytest.raises(ChannelError, match="needs the access key"):
        fetched(PROVIDERS["amazon_ses"], ACCOUNT, enclosed)
