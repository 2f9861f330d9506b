"""Sending by an inbox's own mail server: logins by password and token, a server that is away, a forbidden host."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from django.core.cache import cache
from pytest_django import Settings

from channels_in.base import ChannelError, ErrorKind
from channels_in.email import oauth
from channels_in.services.deliver import deliver, wait_seconds
from core.events.catalogue import InboxDisabled
from helpdesk.embedded.processes import free_port
from tests.channels_in.email.test_sending import a_closed_port
from tests.desk import agent_replies, an_agent, customer_writes
from tickets.models import Inbox, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")]


class Submission:
    """Lets in whoever knows the password or the newest token."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.tokens: list[str] = []
        self.accepts = "token-2"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(envelope)
        return "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        said = base64.b64decode(args[1]).decode()
        token = said.partition("auth=Bearer ")[2].rstrip("\x01")
        self.tokens.append(token)
        if said.startswith("user=help@desk.example\x01") and token == self.accepts:
            return AuthResult(success=True)
        await server.push("334 eyJzdGF0dXMiOiI0MDAifQ==")
        await server._reader.readline()
        return AuthResult(success=False, handled=False)


@pytest.fixture
def server(settings: Settings) -> Iterator[tuple[Submission, int]]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    handler, port = Submission(), free_port()

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.login == b"help" and data.password == b"right", handled=False)

    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        ready_timeout=30,
        authenticator=check,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    yield handler, port
    controller.stop()
    cache.clear()


@pytest.fixture
def ticket(inbox: Inbox) -> Ticket:
    return customer_writes(inbox, external_id="m1@customer.example")


def uses(inbox: Inbox, port: int, *, password: str = "", **config: Any) -> None:
    inbox.config = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain", **config}
    inbox.secrets = {"smtp_password": password}
    inbox.save()


def answered(ticket: Ticket, text: str = "Here.") -> Message:
    message = agent_replies(Ticket.objects.get(pk=ticket.pk), an_agent(), text)
    deliver([message.pk])
    message.refresh_from_db()
    return message


def test_password_lets_the_inbox_send(inbox: Inbox, ticket: Ticket, server: tuple[Submission, int]) -> None:
    uses(inbox, server[1], password="right", smtp_user="help")
    assert answered(ticket).delivery == "sent"


def test_wrong_password_stops_the_inbox_and_is_told_once(
    inbox: Inbox, ticket: Ticket, server: tuple[Submission, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr("tickets.services.inboxes.publish", told.append)
    uses(inbox, server[1], password="wrong", smtp_user="help")
    first = answered(ticket, "One")
    assert first.delivery == "failed"
    assert "wrong" not in first.failure
    inbox.refresh_from_db()
    assert (inbox.is_active, "login" in inbox.disabled_reason) == (False, True)
    assert [type(event) for event in told] == [InboxDisabled]
    assert server[0].taken == []


def test_token_lets_the_inbox_send_and_a_refused_one_is_renewed_once(
    inbox: Inbox, ticket: Ticket, server: tuple[Submission, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def access_token(inbox: Inbox, *, refused: str = "") -> str:
        return "token-2" if refused else "token-1"

    monkeypatch.setattr(oauth, "access_token", access_token)
    uses(inbox, server[1], mail_login="oauth")
    assert answered(ticket).delivery == "sent"
    assert server[0].tokens == ["token-1", "token-2"]


def test_token_that_is_refused_for_good_stops_the_inbox(
    inbox: Inbox, ticket: Ticket, server: tuple[Submission, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "access_token", lambda inbox, refused="": "token-1")
    uses(inbox, server[1], mail_login="oauth")
    assert answered(ticket).delivery == "failed"
    inbox.refresh_from_db()
    assert not inbox.is_active


def test_server_of_our_own_network_is_not_called_unless_allowed(
    inbox: Inbox, ticket: Ticket, server: tuple[Submission, int], settings: Settings
) -> None:
    settings.OUTGOING_HTTP_ALLOWED = []
    uses(inbox, server[1], password="right", smtp_user="help")
    assert "OUTGOING_HTTP_ALLOWED" in answered(ticket).failure
    assert server[0].taken == []


def test_server_that_is_away_is_left_alone_after_five_tries(inbox: Inbox, ticket: Ticket, settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    uses(inbox, a_closed_port())
    message = answered(ticket)
    assert "cannot be reached" in message.failure
    for _ in range(5):
        Message.objects.filter(pk=message.pk).update(next_attempt_at="2020-01-01T00:00Z")
        deliver([message.pk])
    message.refresh_from_db()
    assert (message.delivery, "has not answered for a while" in message.failure) == ("retrying", True)
    cache.clear()


def test_mail_waits_minutes_then_hours() -> None:
    plain = ChannelError(ErrorKind.RETRY, "x")
    waits = [wait_seconds(number, plain, (1, 5, 15, 60)) / 60 for number in (1, 2, 3, 4, 30)]
    for wait, minutes in zip(waits, (1, 5, 15, 60, 60), strict=True):
        assert minutes * 0.8 <= wait <= minutes * 1.2
