"""The demo customers' mail server: takes any mail for anybody, and their mailbox page shows it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections, connections

from channels_in.email.services.demo_mailbox import keep


class SinkHandler:
    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="demo-mailboxes")

    def close(self) -> None:
        self.thread.submit(connections.close_all)
        self.thread.shutdown()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.thread, _keep_all, list(envelope.rcpt_tos), raw)
        return "250 2.0.0 In the mailbox"


def _keep_all(mailboxes: list[str], raw: bytes) -> None:
    close_old_connections()
    try:
        for mailbox in mailboxes:
            keep(mailbox, raw)
    finally:
        close_old_connections()


def sink_handler() -> SinkHandler:
    return SinkHandler()
