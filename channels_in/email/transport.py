"""Hands a composed mail to a mail server, each of its receivers judged by themselves."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.conf import settings

from channels_in.base import ChannelError, ErrorKind, Progress
from channels_in.email import oauth
from channels_in.email.compose import Outgoing
from channels_in.email.server_words import TooLargeForThem, refusal, refusal_of_all, silence, words
from channels_in.email.smtp_session import PLAIN, STARTTLS, TLS, SmtpSession, open_session
from core import breaker
from tickets.models import Inbox

__all__ = ["PLAIN", "STARTTLS", "TLS", "Server", "TooLargeForThem", "greet", "server_of", "transmit"]


@dataclass(frozen=True, slots=True)
class Server:
    """`token` asks for an OAuth token in place of a password; it is told which one the server refused."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    token: Callable[[str], str] | None = field(default=None, repr=False, compare=False)
    # Named by an admin in a form: it may lead nowhere into our own network.
    is_guarded: bool = False

    @property
    def name(self) -> str:
        return f"smtp:{self.host}:{self.port}"


def server_of(inbox: Inbox) -> Server:
    """The inbox's own mail server, else the desk's (EMAIL_URL)."""
    config = inbox.config
    if config.get("smtp_host"):
        by_oauth = oauth.is_by_oauth(inbox)
        return Server(
            host=str(config["smtp_host"]),
            port=int(config.get("smtp_port") or 587),
            security=str(config.get("smtp_security") or STARTTLS),
            user=str(config.get("smtp_user") or (inbox.address if by_oauth else "")),
            password=str(inbox.secrets.get("smtp_password") or ""),
            token=(lambda refused: oauth.access_token(inbox, refused=refused)) if by_oauth else None,
            is_guarded=True,
        )
    security = TLS if settings.EMAIL_USE_SSL else STARTTLS if settings.EMAIL_USE_TLS else PLAIN
    return Server(
        settings.EMAIL_HOST, settings.EMAIL_PORT, security, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
    )


def transmit(server: Server, mail: Outgoing, progress: Progress) -> None:
    """One transaction for all who have not got it yet. Raises ChannelError."""
    recipients = [item for item in mail.recipients if item not in progress.arrived]
    session: SmtpSession | None = None
    try:
        session = _opened(server)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.needs_utf8 else []
        refused = session.sendmail(mail.mail_from, recipients, mail.content, mail_options=options)
    except smtplib.SMTPRecipientsRefused as error:
        raise _all_refused(error.recipients, mail.recipients) from error
    except smtplib.SMTPResponseException as error:
        raise refusal(error.smtp_code, words(error.smtp_error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelError(ErrorKind.PERMANENT, "The mail server does not take such an address.") from error
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        raise silence(error, was_sent=session is not None and session.content_was_sent) from error
    finally:
        if session is not None:
            session.leave()
    _judge_refused(refused, mail, recipients, progress)


def greet(server: Server) -> None:
    """Connect and log in, and nothing else. Raises ChannelError."""
    try:
        _opened(server).leave()
    except smtplib.SMTPResponseException as error:
        raise refusal(error.smtp_code, words(error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        raise silence(error, was_sent=False) from error


def _opened(server: Server) -> SmtpSession:
    """Through the breaker: a server that is away is not waited for by every message."""
    if breaker.is_open(server.name):
        reason = f"The mail server {server.host} has not answered for a while; we wait a minute."
        raise ChannelError(ErrorKind.RETRY, reason, after_seconds=breaker.PAUSE_SECONDS)
    try:
        session = open_session(server.host, server.port, security=server.security, is_guarded=server.is_guarded)
    except (OSError, smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError):
        breaker.failed(server.name)
        raise
    breaker.worked(server.name)
    try:
        _log_in(session, server)
    except BaseException:
        session.close()
        raise
    return session


def _log_in(session: SmtpSession, server: Server) -> None:
    if server.token is None:
        if server.user:
            session.login(server.user, server.password)
        return
    token = server.token("")
    try:
        session.log_in_by_token(server.user, token)
    except smtplib.SMTPAuthenticationError:
        # It may have ended early: once more with a fresh one.
        session.log_in_by_token(server.user, server.token(token))


def _judge_refused(
    refused: dict[str, tuple[int, bytes]], mail: Outgoing, recipients: Collection[str], progress: Progress
) -> None:
    """Some got it. Whoever was refused for now is tried again, the others are not written to twice."""
    if not refused:
        return
    for address in recipients:
        if address not in refused:
            progress.note(address)
    waiting = [address for address, (code, _) in refused.items() if code < 500]
    if waiting:
        code, answer = refused[waiting[0]]
        raise ChannelError(ErrorKind.RETRY, f"{waiting[0]} was refused for now: {code} {words(answer)}"[:300])
    raise _some_never(refused, mail.recipients)


def _all_refused(refused: dict[str, tuple[int, bytes]], everybody: Collection[str]) -> ChannelError:
    """Nobody got it this time; earlier attempts may have reached others."""
    if len(everybody) > len(refused) and all(code >= 500 for code, _ in refused.values()):
        return _some_never(refused, everybody)
    return refusal_of_all(refused)


def _some_never(refused: dict[str, tuple[int, bytes]], everybody: Collection[str]) -> ChannelError:
    """Refused for good while others got it: the message failed for these, and says for whom."""
    if next(iter(everybody)) in refused:
        return refusal_of_all(refused)
    address, (code, answer) = next(iter(refused.items()))
    more = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
    said = f"{code} {words(answer)}"
    return ChannelError(ErrorKind.PERMANENT, f"{address}{more} did not get it, the others did: {said}"[:300])
