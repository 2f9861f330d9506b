"""Keeps one mailbox fetched: listens to it, looks at it each minute, and leaves the server alone after trouble."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from channels_in.email.imap import session as imap
from channels_in.email.imap.reader import Memory, Reader
from channels_in.email.mailbox import IMAP, Mailbox, MailboxTrouble, mailbox_of
from channels_in.email.pop3 import reader as pop3_reader
from channels_in.email.pop3 import session as pop3
from channels_in.email.services import fetching
from core.clock import now
from tickets.models import Inbox

logger = logging.getLogger(__name__)

# Servers may end an IDLE after 29 minutes, and say nothing.
IDLE_RENEWAL_SECONDS = 25 * 60
RECONCILE_EVERY = timedelta(hours=1)
# How soon a fetcher that only listens notices that it should stop.
_GLANCE_SECONDS = 2.0
_DATABASE_PAUSE_SECONDS = 5.0


class Fetcher:
    """`rest` is called before every long wait, so that no database connection is held meanwhile."""

    def __init__(self, inbox_id: int, *, stopped: threading.Event, rest: Callable[[], None] = lambda: None) -> None:
        self.inbox_id = inbox_id
        self.stopped = stopped
        self.rest = rest
        self.memory = Memory()

    def run(self) -> None:
        """Until stopped, or until the inbox is not to be fetched any more."""
        while not self.stopped.is_set():
            try:
                inbox = Inbox.objects.filter(pk=self.inbox_id, is_active=True).first()
                mailbox = mailbox_of(inbox) if inbox else None
                if inbox is None or mailbox is None:
                    return
                self._once(inbox, mailbox)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("A fetcher waits for the database", extra={"inbox": self.inbox_id}, exc_info=error)
                self._wait(_DATABASE_PAUSE_SECONDS)

    def _once(self, inbox: Inbox, mailbox: Mailbox) -> None:
        """One session, to its end. Trouble is noted, and waited out."""
        try:
            if mailbox.protocol == IMAP:
                self._by_imap(inbox, mailbox)
            else:
                self._by_pop3(inbox, mailbox)
        except MailboxTrouble as trouble:
            self.memory.note_break()
            seconds = fetching.note_trouble(inbox, trouble.sentence, is_login=trouble.is_login)
            logger.info("A mailbox cannot be read", extra={"inbox": inbox.pk, "reason": trouble.sentence})
            # Many mailboxes of one server must not come back in the same second.
            self._wait(seconds * random.uniform(0.8, 1.2))

    def _by_pop3(self, inbox: Inbox, mailbox: Mailbox) -> None:
        with pop3.session(mailbox, inbox) as client:
            pop3_reader.read(client, inbox, mailbox)
        fetching.note_good(inbox)
        self._wait(settings.MAIL_POLL_SECONDS)

    def _by_imap(self, inbox: Inbox, mailbox: Mailbox) -> None:
        with imap.session(mailbox, inbox) as client:
            can_idle = "IDLE" in imap.capabilities(client)
            reader = Reader.open(client, inbox, mailbox, self.memory)
            while not self.stopped.is_set():
                self._catch_up(reader)
                if _is_due(reader):
                    reader.reconcile()
                self.rest()
                self._listen(client, can_idle=can_idle, seconds=self._patience(reader))
                if self.stopped.is_set() or not _is_still_right(inbox, mailbox):
                    return
                reader.look()

    def _catch_up(self, reader: Reader) -> None:
        """What comes in now goes before what is older, batch by batch."""
        reader.fetch_live()
        fetching.note_good(reader.inbox)
        while not self.stopped.is_set() and reader.fetch_older():
            reader.look()
            reader.fetch_live()
            # An import may take hours; the mailbox is well all the while.
            fetching.note_good(reader.inbox)

    def _patience(self, reader: Reader) -> float:
        if reader.state.backfill_uid or reader.client.was_told_of_mails():
            # Older mail waits for the workers, or one came after we had looked; see to it soon.
            return 2.0
        return float(min(settings.MAIL_POLL_SECONDS, IDLE_RENEWAL_SECONDS))

    def _listen(self, client: imap.Session, *, can_idle: bool, seconds: float) -> None:
        """Until the server tells of a change, or the time is over. An end of the line comes out as trouble."""
        if not can_idle:
            self._wait(seconds)
            return
        client.idle()
        until = time.monotonic() + seconds
        while not self.stopped.is_set() and (left := until - time.monotonic()) > 0:
            began, patience = time.monotonic(), min(left, _GLANCE_SECONDS)
            if client.idle_check(timeout=patience):
                break
            if time.monotonic() - began < patience / 2:
                # Readable and yet empty: the other side has hung up.
                raise MailboxTrouble("The server closed the connection.")
        client.idle_done()

    def _wait(self, seconds: float) -> None:
        self.rest()
        self.stopped.wait(seconds)


def _is_due(reader: Reader) -> bool:
    last = reader.state.reconciled_at
    return last is None or last < now() - RECONCILE_EVERY


def _is_still_right(inbox: Inbox, mailbox: Mailbox) -> bool:
    fresh = Inbox.objects.filter(pk=inbox.pk, is_active=True).first()
    return fresh is not None and mailbox_of(fresh) == mailbox
