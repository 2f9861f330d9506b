"""Signed identities: the widget's own secret, its own audience, an hour at most; everything else is refused."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from channels_in.webchat import signed_identity
from channels_in.webchat.signed_identity import IdentityRefused
from tests.channels_in.webchat.people import SECRET, signed
from tickets.models import Inbox

WIDGET = Inbox(kind="webchat", token="the-widget")
YEAR_2100 = 4_102_444_800


def read(token: str, *secrets: str) -> signed_identity.SignedIdentity:
    return signed_identity.read(token, secrets=secrets or (SECRET,), audience="the-widget", now=int(time.time()))


def test_signed_user_is_read_whole() -> None:
    identity = read(signed(WIDGET, jti="one"))
    assert (identity.subject, identity.token_id, identity.email) == ("user-7", "one", "eva@customer.example")
    assert identity.name == "Eva Berg"


def test_secret_is_changed_and_the_old_one_still_counts() -> None:
    assert read(signed(WIDGET), "the-new-secret-of-the-shop-with-more-letters", SECRET).subject == "user-7"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-widget"},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1},
        {"exp": YEAR_2100},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 65},
        {"sub": None},
        {"sub": 7},
        {"sub": " "},
        {"sub": "x" * 121},
        {"nbf": YEAR_2100},
        {"nbf": "later"},
    ],
)
def test_claims_that_promise_too_much_or_too_little_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(IdentityRefused):
        read(signed(WIDGET, **changes))


def test_another_secret_is_refused() -> None:
    with pytest.raises(IdentityRefused):
        read(signed(WIDGET, secret="somebody-elses-secret-of-32-characters!!"))


def test_widget_without_a_secret_verifies_nobody() -> None:
    with pytest.raises(IdentityRefused):
        signed_identity.read(signed(WIDGET), secrets=[], audience="the-widget", now=0)


def test_other_algorithms_are_refused() -> None:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"sub": "user-7", "aud": "the-widget", "exp": int(time.time()) + 60, "jti": "x"}
    for token in (
        f"{part({'alg': 'none'})}.{part(claims)}.",
        f"{part({'alg': 'None'})}.{part(claims)}.",
        signed(WIDGET, alg="HS512"),
        "a.b.c",
        "",
        "x" * 5000,
    ):
        with pytest.raises(IdentityRefused):
            read(token)
