"""The other side of each channel kind, for the contract tests: an inbox connected to a fake provider with bad days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

from helpdesk.embedded.processes import free_port
from tests.fakes.bot_api import TOKEN, Refusal, running_bot_api


@dataclass
class Provider:
    """`config` and `secrets` of an inbox that talks to it; what it took; how to spoil its next answer."""

    config: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    taken: Callable[[], int] = lambda: 0
    be_busy_once: Callable[[], object] | None = None
    refuse_once: Callable[[], object] | None = None


@contextmanager
def telegram() -> Iterator[Provider]:
    with running_bot_api() as api:
        refusals = api.next.setdefault("sendMessage", [])
        yield Provider(
            config={"api_base": api.base},
            secrets={"token": TOKEN, "webhook_secret": "tg-secret"},
            headers={"x-telegram-bot-api-secret-token": "tg-secret"},
            taken=lambda: len(api.of("sendMessage")),
            be_busy_once=lambda: refusals.append(Refusal(429, "Too Many Requests", retry_after=1)),
            refuse_once=lambda: refusals.append(Refusal(400, "Bad Request: chat not found")),
        )


class _MailServer:
    """Says what it was told to say at the next RCPT, takes everything else."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: list[str] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        self.taken.append(envelope.content)
        return "250 OK"


@contextmanager
def email() -> Iterator[Provider]:
    handler = _MailServer()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    try:
        yield Provider(
            config={"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain"},
            taken=lambda: len(handler.taken),
            be_busy_once=lambda: handler.answers.append("451 4.3.0 Try again later"),
            refuse_once=lambda: handler.answers.append("550 5.1.1 No such person"),
        )
    finally:
        controller.stop()


@contextmanager
def webchat() -> Iterator[Provider]:
    """Nobody is on the other side but the visitor's browser."""
    yield Provider()


PROVIDERS = {"telegram": telegram, "email": email, "webchat": webchat}
# Kinds whose answers go straight to the contact's own browser.
WITHOUT_PROVIDER = {"webchat"}
