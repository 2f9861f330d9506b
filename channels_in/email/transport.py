"""Hands a composed mail to a mail server, and says in our words what the server thought of it."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from channels_in.base import ChannelError, ErrorKind, Progress
from channels_in.email.compose import Outgoing
from core.crashpoints import crashpoint
from tickets.models import Inbox

PLAIN, STARTTLS, TLS = "plain", "starttls", "tls"
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_END_OF_CONTENT = b"\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""


def server_of(inbox: Inbox) -> Server:
    """The inbox's own mail server, else the desk's (EMAIL_URL)."""
    config = inbox.config
    if config.get("smtp_host"):
        return Server(
            host=str(config["smtp_host"]),
            port=int(config.get("smtp_port") or 587),
            security=str(config.get("smtp_security") or STARTTLS),
            user=str(config.get("smtp_user") or ""),
            password=str(inbox.secrets.get("smtp_password") or ""),
        )
    security = TLS if settings.EMAIL_USE_SSL else STARTTLS if settings.EMAIL_USE_TLS else PLAIN
    return Server(
        settings.EMAIL_HOST, settings.EMAIL_PORT, security, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
    )


class _Session(smtplib.SMTP):
    """Knows whether the whole content was handed over: from then on a silence means "nobody knows"."""

    content_was_sent = False

    def send(self, s: object) -> None:
        is_end = isinstance(s, bytes | bytearray) and s.endswith(_END_OF_CONTENT)
        if is_end:
            crashpoint("smtp.before_content")
        super().send(s)  # type: ignore[arg-type]  # smtplib takes text and bytes; the stub names one of them
        if is_end:
            self.content_was_sent = True
            crashpoint("smtp.after_content")


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


def transmit(server: Server, mail: Outgoing, progress: Progress) -> None:
    """One transaction for all who have not got it yet. Raises ChannelError."""
    recipients = [item for item in mail.recipients if item not in progress.arrived]
    session: _Session | None = None
    try:
        crashpoint("smtp.before_connecting")
        session = _open(server)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if mail.needs_utf8 else []
        refused = session.sendmail(mail.mail_from, recipients, mail.content, mail_options=options)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal_of_all(error.recipients) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, _words(error.smtp_error)) from error
    except smtplib.SMTPNotSupportedError as error:
        raise ChannelError(ErrorKind.PERMANENT, "The mail server does not take such an address.") from error
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        raise _silence(session, error) from error
    finally:
        if session is not None:
            _close(session)
    _judge_refused(refused, mail, recipients, progress)


def greet(server: Server) -> None:
    """Connect and log in, and nothing else. Raises ChannelError."""
    session: _Session | None = None
    try:
        session = _open(server)
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, _words(error.smtp_error)) from error
    except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
        raise _silence(session, error) from error
    finally:
        if session is not None:
            _close(session)


def _open(server: Server) -> _Session:
    """Certificates are checked, and nothing is ever sent in the clear where encryption was asked for."""
    context = ssl.create_default_context()
    if server.security == TLS:
        session: _Session = _TlsSession(server.host, server.port, timeout=settings.EMAIL_TIMEOUT, context=context)
    else:
        session = _Session(server.host, server.port, timeout=settings.EMAIL_TIMEOUT)
    try:
        if server.security == STARTTLS:
            session.starttls(context=context)
        if server.user:
            session.login(server.user, server.password)
    except BaseException:
        session.close()
        raise
    return session


def _close(session: _Session) -> None:
    try:
        session.quit()
    except (smtplib.SMTPException, OSError):
        session.close()


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
        code, words = refused[waiting[0]]
        raise ChannelError(ErrorKind.RETRY, f"{waiting[0]} was refused for now: {code} {_words(words)}"[:300])
    if mail.recipients[0] in refused:
        raise _refusal_of_all({mail.recipients[0]: refused[mail.recipients[0]]})


def _refusal_of_all(refused: dict[str, tuple[int, bytes]]) -> ChannelError:
    address, (code, words) = next(iter(refused.items()))
    temporary = next(((item, answer) for item, answer in refused.items() if answer[0] < 500), None)
    if temporary:
        address, (code, words) = temporary
    error = _refusal(code, _words(words))
    return ChannelError(error.kind, f"{address}: {error.reason}"[:300])


def _refusal(code: int, words: str) -> ChannelError:
    found = _STATUS.search(words)
    status = found.group(1) if found else ""
    said = f"{code} {words}".strip()[:240]
    if code in (530, 534, 535, 538):
        return ChannelError(ErrorKind.REAUTH, f"The mail server refused our login: {said}")
    if code < 500:
        return ChannelError(ErrorKind.RETRY, f"The mail server asks to wait: {said}")
    if status.startswith("5.1.") or (code in (550, 551, 553) and not status):
        return ChannelError(ErrorKind.UNREACHABLE, f"There is no such mailbox: {said}")
    if code == 552 or status in ("5.3.4", "5.2.3"):
        return ChannelError(ErrorKind.PERMANENT, f"The mail is too large for the receiver: {said}")
    return ChannelError(ErrorKind.PERMANENT, f"The mail server refused it: {said}")


def _silence(session: _Session | None, error: Exception) -> ChannelError:
    if session is not None and session.content_was_sent:
        return ChannelError(
            ErrorKind.UNCERTAIN, "The connection broke before the server confirmed: it may or may not have arrived."
        )
    return ChannelError(ErrorKind.RETRY, f"The mail server cannot be reached ({type(error).__name__}).")


def _words(answer: object) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())
