"""Fixtures of the mail tests: an inbox, the SMTP door, servers that take our answers and that keep mail for us."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from channels_in.email.smtp import DoorServer, mail_handler
from tests.fakes.identity_provider import IdentityProvider, identity_provider
from tests.peers.dovecot import Dovecot, dovecot
from tickets.models import Inbox

ADDRESS = "help@desk.example"


@contextmanager
def serving(handler: Any, **options: Any) -> Iterator[DoorServer]:
    """A door in its own thread and loop, as the mail-in process runs it."""
    loop = asyncio.new_event_loop()
    server = DoorServer(handler, host="127.0.0.1", port=0, **options)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(30)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()


@dataclass
class FakeServer:
    """A mail server of somebody else: what came, and the answers that it was told to give."""

    mails: list[Envelope] = field(default_factory=list)
    rcpt_answers: dict[str, str] = field(default_factory=dict)
    data_answer: str = "250 OK"
    # For the coming mails, in place of the one above.
    data_answers: list[str] = field(default_factory=list)
    hangs_up_after_content: bool = False

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope)
        if self.hangs_up_after_content:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.data_answers.pop(0) if self.data_answers else self.data_answer


@pytest.fixture
def inbox(db: None) -> Inbox:
    return Inbox.objects.create(kind="email", name="Support", address=ADDRESS)


@pytest.fixture
def relay(settings: Settings) -> Iterator[FakeServer]:
    """Where the desk's outgoing mail arrives."""
    fake = FakeServer()
    with serving(fake, max_bytes=50_000_000) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = ""
        yield fake


@pytest.fixture
def door(transactional_db: None, settings: Settings) -> Iterator[DoorServer]:
    """The desk's own SMTP door; its threads have connections of their own, which end with it."""
    handler = mail_handler()
    with serving(handler, max_bytes=200_000) as server:
        settings.MAIL_IN_HOST, settings.MAIL_IN_PORT = "127.0.0.1", server.port
        yield server
    handler.close()


@pytest.fixture(scope="session")
def provider_and_server() -> Iterator[tuple[IdentityProvider, Dovecot]]:
    """One for all files that fetch: each file that imported this would start a server of its own."""
    with (
        identity_provider() as provider,
        dovecot(token_info_url=f"{provider.base}/tokeninfo?access_token=") as server,
    ):
        yield provider, server


@pytest.fixture
def server(provider_and_server: tuple[IdentityProvider, Dovecot], settings: Settings) -> Dovecot:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.0/8", "localhost"]
    settings.MAIL_CA_FILE = str(provider_and_server[1].tls.cert)
    return provider_and_server[1]


@pytest.fixture
def provider(provider_and_server: tuple[IdentityProvider, Dovecot]) -> IdentityProvider:
    found = provider_and_server[0]
    found.refuses, found.status, found.seconds = "", 0, 3600
    found.asked.clear()
    found.good_access.clear()
    return found
