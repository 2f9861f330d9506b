"""A session with a mail server: guarded, encrypted where that was asked for, and aware of what was handed over."""

from __future__ import annotations

import smtplib
import socket
import ssl
from typing import Any

import httpcore
from django.conf import settings

from channels_in.base import ChannelError, ErrorKind
from core.addresses import Forbidden, checked_addresses

PLAIN, STARTTLS, TLS = "plain", "starttls", "tls"
SUBMISSION_PORTS = frozenset({25, 465, 587, 2525})
CONNECT_SECONDS = 10
_END_OF_CONTENT = b"\r\n.\r\n"


class SmtpSession(smtplib.SMTP):
    """Knows whether the whole content was handed over: from then on a silence means "nobody knows"."""

    def __init__(self, host: str, port: int, *, addresses: list[str], context: ssl.SSLContext | None) -> None:
        self.content_was_sent = False
        self._addresses = addresses
        self._context = context
        super().__init__(host, port, timeout=settings.EMAIL_TIMEOUT)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        """To exactly the addresses that were checked; `context` is for encryption from the first byte."""
        problem: OSError = ConnectionError("no address answered")
        for address in self._addresses:
            try:
                plain = socket.create_connection((address, port), CONNECT_SECONDS)
            except OSError as error:
                problem = error
                continue
            plain.settimeout(timeout)
            return self._context.wrap_socket(plain, server_hostname=host) if self._context else plain
        raise problem

    def send(self, s: object) -> None:
        super().send(s)  # type: ignore[arg-type]  # smtplib takes text and bytes; the stub names one of them
        if isinstance(s, bytes | bytearray) and s.endswith(_END_OF_CONTENT):
            self.content_was_sent = True

    def log_in_by_token(self, user: str, token: str) -> None:
        """XOAUTH2. After a refusal the server explains itself and wants an empty line before it says no."""
        self.ehlo_or_helo_if_needed()

        def words(challenge: bytes | None = None) -> str:
            return f"user={user}\x01auth=Bearer {token}\x01\x01" if challenge is None else ""

        self.auth("XOAUTH2", words)

    def leave(self) -> None:
        try:
            self.quit()
        except (smtplib.SMTPException, OSError):
            self.close()


def open_session(host: str, port: int, *, security: str, is_guarded: bool) -> SmtpSession:
    """Certificates are checked, and nothing is ever sent in the clear where encryption was asked for."""
    addresses = _checked(host, port) if is_guarded else [host]
    session = SmtpSession(host, port, addresses=addresses, context=tls_context() if security == TLS else None)
    try:
        if security == STARTTLS:
            session.starttls(context=tls_context())
    except BaseException:
        session.close()
        raise
    return session


def tls_context() -> ssl.SSLContext:
    """The public authorities, and the operator's own."""
    context = ssl.create_default_context()
    if extra := getattr(settings, "MAIL_CA_FILE", ""):
        context.load_verify_locations(extra)
    return context


def _checked(host: str, port: int) -> list[str]:
    try:
        return checked_addresses(host, port, SUBMISSION_PORTS)
    except Forbidden as error:
        advice = "An operator can allow it by OUTGOING_HTTP_ALLOWED."
        raise ChannelError(ErrorKind.PERMANENT, f"{host}: {error} {advice}") from error
    except httpcore.ConnectError as error:
        raise ChannelError(ErrorKind.RETRY, f"There is no server named {host}.") from error
