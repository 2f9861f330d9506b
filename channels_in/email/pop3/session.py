"""One session with a POP3 server: connected, logged in, and its errors in our words."""

from __future__ import annotations

import base64
import poplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.mailbox import (
    CONNECT_SECONDS,
    LINE_COSTS,
    Budget,
    Mailbox,
    MailboxTrouble,
    connected,
    tls_context,
    tls_words,
)
from channels_in.email.oauth import access_token
from channels_in.email.transport import STARTTLS
from tickets.models import Inbox

# RFC 2449: what is said of a right password when the mailbox is busy.
_PASSING = (b"[IN-USE]", b"[LOGIN-DELAY]", b"[SYS/TEMP]")
# poplib gives up at 2,048 bytes a line; real mails have longer ones.
_LONGEST_LINE = 1024 * 1024


class Session(poplib.POP3):
    """poplib on a connection to a checked address."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        # A mail comes line by line, and lines cost.
        self._budget = Budget(mailbox, mails=2)
        super().__init__(mailbox.host, mailbox.port, CONNECT_SECONDS)

    def _create_socket(self, timeout: float) -> socket.socket:
        return connected(self._mailbox)

    def _putline(self, line: bytes) -> None:
        self._budget.renew()
        super()._putline(line)  # type: ignore[misc]  # the stubs know public names only

    def _getline(self) -> tuple[bytes, int]:
        line: bytes = self.file.readline(_LONGEST_LINE + 1)
        if not line:
            raise poplib.error_proto("-ERR EOF")
        if len(line) > _LONGEST_LINE:
            raise poplib.error_proto("line too long")
        self._budget.spend(len(line) + LINE_COSTS)
        return line.rstrip(b"\r\n"), len(line)

    def say_token(self, user: str, token: str) -> None:
        """XOAUTH2, which poplib does not know."""
        said = base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()
        for line in ("AUTH XOAUTH2", said):
            self._shortcmd(line)  # type: ignore[attr-defined]  # the stubs know public names only


@contextmanager
def session(mailbox: Mailbox, inbox: Inbox) -> Iterator[Session]:
    """A logged-in session; QUIT at its end is what makes deletions happen. Trouble comes out as MailboxTrouble."""
    opened: Session | None = None
    try:
        with _in_our_words(mailbox):
            opened = Session(mailbox)
            _log_in(opened, mailbox, inbox)
            yield opened
            opened.quit()
    finally:
        if opened is not None:
            with suppress(OSError):
                opened.close()


def _log_in(client: Session, mailbox: Mailbox, inbox: Inbox) -> None:
    if mailbox.security == STARTTLS:
        try:
            client.stls(tls_context())
        except poplib.error_proto as error:
            raise MailboxTrouble(f"{mailbox.host} offers no STARTTLS; nothing is sent in the clear.") from error
        except ssl.SSLError as error:
            raise MailboxTrouble(tls_words(mailbox, error)) from error
    try:
        if mailbox.is_oauth:
            _log_in_by_token(client, mailbox, inbox)
        else:
            client.user(mailbox.user)
            client.pass_(mailbox.password)
    except poplib.error_proto as error:
        words = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error).encode()
        if any(code in words.upper() for code in _PASSING):
            raise MailboxTrouble(f"{mailbox.host} lets nobody in just now.") from error
        what = "the sign-in" if mailbox.is_oauth else "the user name or password"
        raise MailboxTrouble(f"{mailbox.host} does not accept {what}.", is_login=True) from error


def _log_in_by_token(client: Session, mailbox: Mailbox, inbox: Inbox) -> None:
    token = access_token(inbox)
    try:
        client.say_token(mailbox.user, token)
    except poplib.error_proto:
        client.say_token(mailbox.user, access_token(inbox, refused=token))


@contextmanager
def _in_our_words(mailbox: Mailbox) -> Iterator[None]:
    try:
        yield
    except MailboxTrouble:
        raise
    except ChannelError as error:
        raise MailboxTrouble(error.reason, is_login=error.kind is ErrorKind.REAUTH) from error
    except (TimeoutError, OSError) as error:
        raise MailboxTrouble(f"The connection to {mailbox.host} broke ({type(error).__name__}).") from error
    except poplib.error_proto as error:
        raise MailboxTrouble(f"{mailbox.host} refused a command or closed the connection.") from error
    except (ValueError, IndexError, TypeError) as error:
        raise MailboxTrouble(f"{mailbox.host} answered something that is not POP3.") from error
