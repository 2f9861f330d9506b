"""Which mailbox an inbox fetches its mail from, and the guarded way to its server."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from datetime import timedelta

import httpcore
from django.conf import settings

from channels_in.email.oauth import is_by_oauth
from channels_in.email.transport import PLAIN, STARTTLS, TLS
from core.addresses import MAILBOX_PORTS, Forbidden, checked_addresses
from tickets.models import Inbox

IMAP, POP3 = "imap", "pop3"
DEFAULT_PORTS = {(IMAP, TLS): 993, (IMAP, STARTTLS): 143, (IMAP, PLAIN): 143, (POP3, TLS): 995, (POP3, PLAIN): 110}
# What is offered for mail that was in the mailbox before the desk: days, "new" for none, "all".
WINDOWS = ("new", "7", "30", "90", "365", "all")
CONNECT_SECONDS = 10
# A command that is not answered within this time is not answered any more.
ANSWER_SECONDS = 30


# How much an answer may hold beside one largest mail: lists, and mails that are larger than their server says.
_BESIDE_BYTES = 8 * 1024 * 1024
# What keeping a line costs beside its bytes.
LINE_COSTS = 40


class MailboxTrouble(Exception):
    """Why a mailbox cannot be read now: a sentence for people. `is_login`: waiting alone will not mend it."""

    def __init__(self, sentence: str, *, is_login: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_login = is_login


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    protocol: str
    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    is_oauth: bool
    folder: str
    window: str
    # POP3 only: fetched mail is deleted from the server.
    deletes: bool

    @property
    def key(self) -> str:
        """Another server, user or folder is another mailbox; another port or password is not."""
        return f"{self.protocol}:{self.user}@{self.host}/{self.folder}"[:700]

    @property
    def window_span(self) -> timedelta | None:
        """How far back mail is of interest at the first connection; None: all of it."""
        if self.window == "all":
            return None
        return timedelta(days=int(self.window)) if self.window.isdigit() else timedelta(0)


def mailbox_of(inbox: Inbox) -> Mailbox | None:
    """The inbox's mailbox; None where mail is brought to the desk instead."""
    config = inbox.config
    protocol, host = str(config.get("incoming") or ""), str(config.get("incoming_host") or "")
    if protocol not in (IMAP, POP3) or not host:
        return None
    security = str(config.get("incoming_security") or TLS)
    return Mailbox(
        protocol=protocol,
        host=host,
        port=int(config.get("incoming_port") or DEFAULT_PORTS.get((protocol, security), 993)),
        security=security,
        user=str(config.get("incoming_user") or inbox.address),
        password=str(inbox.secrets.get("incoming_password") or ""),
        is_oauth=is_by_oauth(inbox),
        folder=str(config.get("incoming_folder") or "INBOX") if protocol == IMAP else "",
        window=str(config.get("incoming_window") or "new"),
        deletes=protocol == POP3 and bool(config.get("incoming_delete")),
    )


class Budget:
    """How much a server may say to one command: no server can fill our memory."""

    def __init__(self, mailbox: Mailbox, *, mails: int = 1) -> None:
        self._host = mailbox.host
        self._most = settings.MAX_MAIL_BYTES * mails + _BESIDE_BYTES
        self._left = self._most

    def renew(self) -> None:
        self._left = self._most

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise MailboxTrouble(f"{self._host} says more than anybody asked for.")


def tls_context() -> ssl.SSLContext:
    """Certificates are checked, by the public authorities and the operator's own (MAIL_CA_FILE)."""
    context = ssl.create_default_context()
    if settings.MAIL_CA_FILE:
        context.load_verify_locations(settings.MAIL_CA_FILE)
    return context


def connected(mailbox: Mailbox) -> socket.socket:
    """A connection to an address that we may talk to, encrypted where the mailbox says so. Raises MailboxTrouble."""
    try:
        addresses = checked_addresses(mailbox.host, mailbox.port, MAILBOX_PORTS)
    except Forbidden as error:
        advice = "An operator can allow it by OUTGOING_HTTP_ALLOWED."
        raise MailboxTrouble(f"{mailbox.host}: {error} {advice}", is_login=True) from error
    except httpcore.ConnectError as error:
        raise MailboxTrouble(f"There is no server named {mailbox.host}.") from error
    plain = _first_that_answers(mailbox, addresses)
    if mailbox.security != TLS:
        return plain
    try:
        return tls_context().wrap_socket(plain, server_hostname=mailbox.host)
    except (ssl.SSLError, OSError) as error:
        plain.close()
        raise MailboxTrouble(tls_words(mailbox, error)) from error


def tls_words(mailbox: Mailbox, error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {mailbox.host} cannot be trusted: {error.verify_message}."
    return f"{mailbox.host} does not speak TLS on port {mailbox.port}."


def _first_that_answers(mailbox: Mailbox, addresses: list[str]) -> socket.socket:
    problem: OSError | None = None
    for address in addresses:
        try:
            found = socket.create_connection((address, mailbox.port), CONNECT_SECONDS)
        except OSError as error:
            problem = error
        else:
            found.settimeout(ANSWER_SECONDS)
            return found
    raise MailboxTrouble(f"{mailbox.host} does not answer on port {mailbox.port}.") from problem
