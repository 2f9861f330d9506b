"""One session with an IMAP server: connected, logged in, and its errors in our words."""

from __future__ import annotations

import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from channels_in.base import ChannelError, ErrorKind
from channels_in.email.mailbox import (
    ANSWER_SECONDS,
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

logger = logging.getLogger(__name__)

# What a server may answer to a right password: it is busy, not offended.
_PASSING = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|OVERQUOTA|CONTACTADMIN)\]|temporar|try again|too many", re.IGNORECASE
)


class _Line(imaplib.IMAP4):
    """imaplib on a connection to a checked address, with an end to what it believes."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._budget = Budget(mailbox)
        super().__init__(mailbox.host, mailbox.port, CONNECT_SECONDS)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return connected(self._mailbox)

    def send(self, data: Any) -> None:
        self._budget.renew()
        super().send(data)

    def read(self, size: int) -> bytes:
        self._budget.spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._budget.spend(len(line) + LINE_COSTS)
        return line


class Session(IMAPClient):  # type: ignore[misc]  # IMAPClient ships no types
    """IMAPClient on our own connection."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        super().__init__(
            mailbox.host, mailbox.port, ssl=False, timeout=SocketTimeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        )

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - IMAPClient's name
        self._line = _Line(self._mailbox)
        return self._line

    def was_told_of_mails(self) -> bool:
        """Whether the server has said how many mails there are since this was last asked. It says so once: what comes
        while it answers something else is told with that answer, and no more while we listen."""
        _, told = self._line.response("EXISTS")
        return told != [None]


@contextmanager
def session(mailbox: Mailbox, inbox: Inbox) -> Iterator[Session]:
    """A logged-in session. Whatever goes wrong in it comes out as MailboxTrouble."""
    opened: Session | None = None
    try:
        with _in_our_words(mailbox):
            opened = Session(mailbox)
            _log_in(opened, mailbox, inbox)
            yield opened
            # Whether the goodbye is answered changes nothing.
            with suppress(OSError, IMAPClientError, imaplib.IMAP4.error):
                opened.logout()
    finally:
        if opened is not None:
            with suppress(OSError, IMAPClientError, imaplib.IMAP4.error):
                opened.shutdown()


def _log_in(client: Session, mailbox: Mailbox, inbox: Inbox) -> None:
    if mailbox.security == STARTTLS:
        try:
            client.starttls(tls_context())
        except CapabilityError as error:
            raise MailboxTrouble(f"{mailbox.host} offers no STARTTLS; nothing is sent in the clear.") from error
        except ssl.SSLError as error:
            raise MailboxTrouble(tls_words(mailbox, error)) from error
    if mailbox.is_oauth:
        _log_in_by_token(client, mailbox, inbox)
    elif client.has_capability("AUTH=PLAIN"):
        client.plain_login(mailbox.user, mailbox.password)
    else:
        client.login(mailbox.user, mailbox.password)


def _log_in_by_token(client: Session, mailbox: Mailbox, inbox: Inbox) -> None:
    token = access_token(inbox)
    try:
        client.oauth2_login(mailbox.user, token)
    except LoginError:
        # It may have been taken back before its time: a fresh one decides.
        client.oauth2_login(mailbox.user, access_token(inbox, refused=token))


@contextmanager
def _in_our_words(mailbox: Mailbox) -> Iterator[None]:
    try:
        yield
    except MailboxTrouble:
        raise
    except ChannelError as error:
        raise MailboxTrouble(error.reason, is_login=error.kind is ErrorKind.REAUTH) from error
    except LoginError as error:
        raise _refused(mailbox, str(error)) from error
    except (TimeoutError, ssl.SSLError, OSError) as error:
        raise MailboxTrouble(f"The connection to {mailbox.host} broke ({type(error).__name__}).") from error
    except (IMAPClientError, imaplib.IMAP4.error) as error:
        raise MailboxTrouble(_said(mailbox, error)) from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError) as error:
        # IMAPClient reads what a server says with asserts and slices; some servers talk nonsense.
        logger.warning("A mail server's answer could not be read", exc_info=error)
        raise MailboxTrouble(f"{mailbox.host} answered something that is not IMAP.") from error


def _refused(mailbox: Mailbox, words: str) -> MailboxTrouble:
    if _PASSING.search(words):
        return MailboxTrouble(f"{mailbox.host} lets nobody in just now.")
    what = "the sign-in" if mailbox.is_oauth else "the user name or password"
    return MailboxTrouble(f"{mailbox.host} does not accept {what}.", is_login=True)


def _said(mailbox: Mailbox, error: Exception) -> str:
    """The kind of trouble only: a server's own words may hold anything."""
    if isinstance(error, imaplib.IMAP4.abort):
        return f"{mailbox.host} closed the connection."
    return f"{mailbox.host} refused a command."


def capabilities(client: Session) -> frozenset[str]:
    return frozenset(item.decode("ascii", "replace").upper() for item in cast(Any, client.capabilities()))
