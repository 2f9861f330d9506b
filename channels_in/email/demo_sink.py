"""The demo's mail server: mail for customers waits in their mailboxes, mail for the desk goes back to its door."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections, connections

from channels_in.email.door import Mail, inbox_for, mail_inboxes, take_in
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
        await loop.run_in_executor(self.thread, _hand_over, list(envelope.rcpt_tos), raw, envelope.mail_from or "")
        return "250 2.0.0 In the mailbox"


def _hand_over(recipients: list[str], raw: bytes, mail_from: str) -> None:
    close_old_connections()
    try:
        inboxes = mail_inboxes()
        for recipient in recipients:
            if (inbox := inbox_for(recipient, inboxes)) and inbox.is_active:
                take_in(inbox, Mail(raw=raw, mail_from=mail_from, rcpt_to=recipient))
            else:
                keep(recipient, raw)
    finally:
        close_old_connections()


def sink_handler() -> SinkHandler:
    return SinkHandler()
