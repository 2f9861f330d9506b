"""What a visitor may not: read others, outlive a sign-out, be somebody else, come from another site."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import TestCase

from channels_in.models import ChatVisitor
from channels_in.webchat import tokens
from channels_in.webchat.services.visitors import sign_out
from live.hub import Hub
from portal import consumers
from tests.cast import Cast, last_message, new_ticket
from tests.channels_in.webchat.people import SECRET, a_chat, signed
from tests.desk import agent_replies
from tests.live.sockets import hub_connected, in_loop
from tests.portal.conftest import Browser
from tests.portal.test_chat_socket import ChatSocket
from tickets.models import Attachment, Inbox, Ticket
from tickets.services.files import store
from tickets.services.messages import add_note

pytestmark = pytest.mark.django_db(transaction=True)
CANARY = "c4nary"


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr("channels.db.close_old_connections", lambda: None)


def test_socket_hears_nothing_after_the_sign_out(cast: Cast) -> None:
    """Also one that a thief of the token opened."""
    key = tokens.new_key(cast.chat.pk)
    token = tokens.issue(key)

    async def story(hub: Hub) -> None:
        own, stolen, other = ChatSocket(), ChatSocket(), ChatSocket()
        await own.enter(cast.chat, token)
        await stolen.enter(cast.chat, token)
        await other.enter(cast.chat, tokens.issue(tokens.new_key(cast.chat.pk)))
        await hub_connected(hub)
        await own.says("Hello", "client-id-1")
        await sync_to_async(sign_out)(key)
        assert await own.closed_with() == consumers.CLOSE_TOKEN
        assert await stolen.closed_with() == consumers.CLOSE_TOKEN
        await other.send(type="ping")
        await other.hear("pong")

    in_loop(story)


def _two(cast: Cast) -> tuple[Browser, Browser]:
    eva, mallory = Browser(cast.chat), Browser(cast.chat)
    for browser in (eva, mallory):
        browser.begin()
    return eva, mallory


def test_visitor_reads_no_note_no_mail_and_no_other_visitor(cast: Cast) -> None:
    eva, mallory = _two(cast)
    eva.says(f"{CANARY} of Eva")
    ticket = Ticket.objects.get()
    add_note(ticket, text=f"{CANARY} note", actor=cast.ana.as_actor())
    agent_replies(ticket, cast.ana, f"{CANARY} answer")
    mallory.says("me too")
    for path in ("messages/", f"messages/?ticket={ticket.number}&seq=0", "messages/?before=99", "messages/?seq=-1"):
        assert CANARY not in mallory.get(path).content.decode()
        assert "note" not in eva.get(path).content.decode()
    assert CANARY not in json.dumps(mallory.begin())


def test_visitor_gets_no_file_of_others(cast: Cast) -> None:
    eva, mallory = _two(cast)
    eva.says("mine")
    mallory.says("me too")
    ticket = Ticket.objects.order_by("pk").first()
    assert ticket is not None
    note = add_note(ticket, text="secret", actor=cast.ana.as_actor())
    files = []
    for message in (last_message(ticket), note, last_message(new_ticket(cast.mail))):
        kept = store(CANARY.encode(), name="s.txt", content_type="text/plain")
        files.append(
            Attachment.objects.create(
                id=kept.id, message=message, storage_name=kept.storage_name, name="s.txt", size=6, sha256=kept.sha256
            )
        )
    for file in files:
        assert mallory.get(f"files/{file.pk}/").status_code == 404
        assert eva.get(f"files/{file.pk}/").status_code == 404


def _forged(token: str) -> list[str]:
    payload, *rest = token.split(":")
    other = base64.urlsafe_b64encode(json.dumps({"i": 1, "v": "a" * 26, "g": 0}).encode()).decode().rstrip("=")
    return ["", "x", token[:-1], f"{token}x", ":".join([other, *rest]), f".{token}", payload, "::", "null", "\x00" * 9]


def test_nobody_forges_a_visitors_token(cast: Cast) -> None:
    eva, _ = _two(cast)
    eva.says("mine")
    elsewhere = Browser(a_chat())
    for token in (*_forged(eva.token), tokens.issue(tokens.new_key(elsewhere.inbox.pk))):
        thief = Browser(cast.chat)
        thief.token = token.replace("\x00", "%00")
        assert thief.get("messages/").status_code == 401
        assert thief.post("sign-out/").status_code == 401
    elsewhere.token = eva.token
    assert elsewhere.get("messages/").status_code == 401


def _unsigned(claims: dict[str, Any], header: dict[str, str]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return f"{parts[0]}.{parts[1]}."


@pytest.fixture
def shop(cast: Cast) -> Inbox:
    return a_chat(secrets={"identity_secret": SECRET})


def test_nobody_signs_in_with_a_made_up_identity(cast: Cast, shop: Inbox) -> None:
    now = int(time.time())
    claims = {"sub": "user-7", "aud": shop.token, "exp": now + 60, "jti": "j", "email": "rosa@example.net"}
    made_up = [
        _unsigned(claims, {"alg": "none"}), _unsigned(claims, {"alg": "None"}), _unsigned(claims, {"alg": "HS256"}),
        signed(shop, secret="another-secret-of-32-characters-or-more!"), signed(shop, aud="another-widget"),
        signed(shop, aud=None), signed(shop, exp=now - 600), signed(shop, exp=now + 86_400), signed(shop, exp=None),
        signed(shop, sub=""), signed(shop, sub=None), signed(shop, jti=None), signed(shop, nbf=now + 600),
        signed(shop, exp="9999999999"), signed(shop, exp=True), signed(shop, sub=["user-7"]), "x" * 5000, "a.b.c",
        signed(shop, alg="HS512"), signed(cast.chat),
    ]  # fmt: skip
    for identity in made_up:
        browser = Browser(shop)
        assert browser.post("session/", jwt=identity).status_code == 401, identity[:80]
    assert not ChatVisitor.objects.filter(is_verified=True).exists()


def test_signed_identity_serves_one_browser_once(shop: Inbox) -> None:
    identity = signed(shop)
    Browser(shop).begin(jwt=identity)
    assert Browser(shop).post("session/", jwt=identity).status_code == 401


def test_claimed_address_opens_no_history(cast: Cast) -> None:
    new_ticket(cast.mail, f"{CANARY} of Rosa")
    _, mallory = _two(cast)
    mallory.says("hi")
    mallory.post("address/", email="rosa@example.net")
    mallory.post("away/", id="client-id-9", text="hi", email="rosa@example.net", name="Rosa Lind")
    assert CANARY not in json.dumps(mallory.begin())
    assert not Ticket.objects.filter(contact=cast.rosa, channel="webchat").exists()


def test_token_of_before_the_sign_in_is_worth_nothing(shop: Inbox) -> None:
    """Whoever planted or copied the anonymous token does not become the user."""
    browser = Browser(shop)
    browser.begin()
    browser.says("before")
    planted = browser.token
    with TestCase.captureOnCommitCallbacks(execute=True):
        browser.begin(jwt=signed(shop))
    thief = Browser(shop)
    thief.token = planted
    assert browser.token != planted
    assert thief.get("messages/").status_code == 401
