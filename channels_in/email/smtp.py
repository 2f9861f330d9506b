"""Mail in over SMTP and LMTP. 250 is said when the bytes are committed, never before; for our own trouble 451, so that
the sender keeps the mail and tries again.

A relay of the operator's stands before this door on the open internet; it does TLS, spam checks and DKIM.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, AnyStr, ClassVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from channels_in.email.door import NULL_SENDER, Mail, inbox_for, take_in
from channels_in.email.door_limits import has_enough, name_of, refusal
from tickets.models import Inbox

logger = logging.getLogger(__name__)

MAX_SESSIONS = 200
MAX_RECIPIENTS = 100
# Whoever guesses more addresses than this in one session gets no further answers about them.
MAX_UNKNOWN = 50
IDLE_SECONDS = 120
DATABASE_THREADS = 4
CLOSING_SECONDS = 30
GOOD_FOR_SECONDS = 5.0
# Open sessions may end by themselves; one that hangs does not hold up the end of the process.
GOODBYE_SECONDS = 5
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")

ACCEPTED = "250 2.0.0 Accepted"
TRY_LATER = "451 4.3.0 The desk cannot store mail just now; please try again"
BARE_LINE_FEED = "554 5.6.11 Bare line feeds are refused; end each line with CR LF"


class MailHandler:
    """The desk's side of a session; the database is only touched in its own few threads."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self.threads = threads

    def close(self) -> None:
        """End the threads together with their database connections."""
        all_there = threading.Barrier(DATABASE_THREADS)

        def leave() -> None:
            all_there.wait(CLOSING_SECONDS)
            connections.close_all()

        for _ in range(DATABASE_THREADS):
            self.threads.submit(leave)
        self.threads.shutdown()

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        loop = asyncio.get_running_loop()
        if answer := await loop.run_in_executor(self.threads, refusal, _address(session.peer), address or ""):
            return answer
        _known_to(server).clear()
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return f"452 4.5.3 At most {MAX_RECIPIENTS} recipients at once"
        if isinstance(server, MailDoor) and server.unknown >= MAX_UNKNOWN:
            return "452 4.5.3 Too many unknown recipients in this session"
        answer = await self._in_thread(_judge_recipient, address, _known_to(server))
        if isinstance(server, MailDoor) and answer.startswith("550"):
            server.unknown += 1
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw, recipients = envelope.original_content or b"", list(envelope.rcpt_tos)
        work = _store_for_each if isinstance(server, LMTP) else _store
        if _BARE_LINE_FEED.search(raw):
            return for_each(recipients, BARE_LINE_FEED) if isinstance(server, LMTP) else BARE_LINE_FEED
        return await self._in_thread(work, raw, envelope.mail_from or NULL_SENDER, recipients, _known_to(server))

    async def handle_exception(self, error: Exception) -> str:
        logger.error("A mail session failed", exc_info=error)
        return TRY_LATER

    async def _in_thread(self, work: Callable[..., str], *arguments: Any) -> str:
        return await asyncio.get_running_loop().run_in_executor(self.threads, _with_database, work, arguments)


def _address(peer: object) -> str:
    """Of a connection's other side; a unix socket has none. (aiosmtpd declares text, and hands over a tuple.)"""
    return str(peer[0]) if isinstance(peer, tuple) else ""


class _Looked(threading.local):
    """When this thread has last asked whether its connection is still good."""

    at = float("-inf")


_looked = _Looked()


def _with_database(work: Callable[..., str], arguments: tuple[Any, ...]) -> str:
    """A connection is asked every few seconds, not at each step of each mail; the sender tries again after a 451."""
    if time.monotonic() - _looked.at > GOOD_FOR_SECONDS:
        close_old_connections()
        _looked.at = time.monotonic()
    try:
        return work(*arguments)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("Mail was put off: the database is away", exc_info=error)
        _look_again()
        return TRY_LATER
    except BaseException:
        _look_again()
        raise


def _look_again() -> None:
    _looked.at = float("-inf")
    close_old_connections()


def _known_to(server: SMTP) -> dict[str, Inbox]:
    return server.inboxes if isinstance(server, MailDoor) else {}


def _judge_recipient(address: str, known: dict[str, Inbox]) -> str:
    inbox = inbox_for(address)
    if inbox is None:
        return "550 5.1.1 No such mailbox here"
    if not inbox.is_active:
        return "450 4.2.1 This mailbox is switched off for now"
    known[address] = inbox
    return "250 2.1.5 OK"


def _store(raw: bytes, mail_from: str, recipients: list[str], known: Mapping[str, Inbox]) -> str:
    """One delivery per inbox; the second address of the same inbox finds a copy and changes nothing."""
    for address in recipients:
        inbox = known.get(address) or inbox_for(address)
        if inbox is None:
            return TRY_LATER
        take_in(inbox, Mail(raw=raw, mail_from=mail_from, rcpt_to=address))
    return ACCEPTED


def _store_for_each(raw: bytes, mail_from: str, recipients: list[str], known: Mapping[str, Inbox]) -> str:
    """LMTP: one answer per recipient, in their order, so that trouble with one inbox does not hold up another."""
    return "\r\n".join(_store_for(raw, mail_from, address, known) for address in recipients)


def _store_for(raw: bytes, mail_from: str, address: str, known: Mapping[str, Inbox]) -> str:
    try:
        return _store(raw, mail_from, [address], known)
    except Exception as error:
        logger.warning("Mail was put off for one recipient", exc_info=error)
        _look_again()
        return TRY_LATER


def for_each(recipients: Sequence[str], answer: str) -> str:
    return "\r\n".join([answer] * len(recipients))


class MailDoor(SMTP):
    """aiosmtpd with our limits: real mails have long lines, and a refusal names the limit."""

    line_length_limit = 1024 * 1024
    command_size_limit = 2048
    open_sessions = 0
    sessions_of: ClassVar[Counter[str]] = Counter()

    def __init__(
        self,
        handler: Any,
        *,
        max_bytes: int,
        loop: asyncio.AbstractEventLoop | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(
            handler,
            data_size_limit=max_bytes,
            enable_SMTPUTF8=True,
            ident="Helpdesk",
            timeout=IDLE_SECONDS,
            loop=loop,
            tls_context=tls,
        )
        self.max_bytes = max_bytes
        # Where the recipients of the present mail lead, as they were answered.
        self.inboxes: dict[str, Inbox] = {}
        self.unknown = 0
        self._is_counted = False
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._is_counted:
            # The same session, encrypted from here on.
            super().connection_made(transport)
            return
        address = _address(transport.get_extra_info("peername"))
        self._peer = name_of(address)
        is_full = MailDoor.open_sessions >= MAX_SESSIONS or has_enough(address, MailDoor.sessions_of[self._peer])
        if is_full and isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.3.2 Too many connections; please try again\r\n")
            transport.close()
            return
        MailDoor.open_sessions += 1
        MailDoor.sessions_of[self._peer] += 1
        self._is_counted = True
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._is_counted:
            return
        self._is_counted = False
        MailDoor.open_sessions -= 1
        MailDoor.sessions_of[self._peer] -= 1
        if not MailDoor.sessions_of[self._peer]:
            del MailDoor.sessions_of[self._peer]
        super().connection_lost(error)

    async def push(self, status: AnyStr) -> None:
        await super().push(self._naming_the_limit(status))

    def _naming_the_limit(self, status: str | bytes) -> str:
        text = status.decode() if isinstance(status, bytes) else status
        return f"552 5.3.4 The mail is larger than {self.max_bytes:,} bytes" if text.startswith("552 Error") else text


class LmtpDoor(MailDoor, LMTP):
    """The same for a mail server of the operator's that speaks LMTP."""

    async def push(self, status: AnyStr) -> None:
        text = self._naming_the_limit(status)
        recipients: list[str] = getattr(self.envelope, "rcpt_tos", [])
        # Whatever comes in place of the content's own answer is owed to each recipient.
        if recipients and text.startswith(("552 5.3.4", "500 Line too long")):
            text = for_each(recipients, text)
        await super().push(text)


class DoorServer:
    """One listening address; `start` returns when connections are taken."""

    def __init__(
        self,
        handler: Any,
        *,
        host: str,
        port: int,
        max_bytes: int | None = None,
        speaks: type[MailDoor] = MailDoor,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.handler = handler
        self.host = host
        self.port = port
        self.max_bytes = max_bytes or settings.MAX_MAIL_BYTES
        self.speaks = speaks
        self.tls = tls
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: self.speaks(self.handler, max_bytes=self.max_bytes, loop=loop, tls=self.tls), self.host, self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), GOODBYE_SECONDS)


def mail_handler() -> MailHandler:
    return MailHandler(ThreadPoolExecutor(max_workers=DATABASE_THREADS, thread_name_prefix="mail-in"))


def door_certificate() -> ssl.SSLContext | None:
    """What STARTTLS is offered with (MAIL_IN_TLS_CERT, MAIL_IN_TLS_KEY); None where there is none."""
    if not settings.MAIL_IN_TLS_CERT:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.MAIL_IN_TLS_CERT, settings.MAIL_IN_TLS_KEY or None)
    return context
