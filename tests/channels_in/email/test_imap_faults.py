"""Mail servers that hang up, fall silent or talk nonsense: the fetcher comes back, and no mail is stuck behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import connections
from pytest_django import Settings

from channels_in.email.fetching.fetcher import Fetcher
from channels_in.email.imap.reader import TRIES, Memory
from channels_in.email.mailbox import MailboxTrouble
from channels_in.email.services import fetching
from channels_in.models import InboundDelivery
from tests.channels_in.email.mailboxes import fetch, letters, state
from tests.fakes.imap import ScriptedImap, scripted_imap
from tests.waiting import poll_until
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def imap(settings: Settings) -> Iterator[ScriptedImap]:
    settings.OUTGOING_HTTP_ALLOWED = ["127.0.0.1"]
    with scripted_imap() as server:
        yield server


@pytest.fixture
def inbox(transactional_db: None, imap: ScriptedImap) -> Inbox:
    """One that has looked at its mailbox while that was empty."""
    config = {"incoming": "imap", "incoming_host": "127.0.0.1", "incoming_port": imap.port}
    inbox = Inbox.objects.create(
        kind="email", name="Support", address="help@desk.example", config={**config, "incoming_security": "plain"}
    )
    fetch(inbox)
    return inbox


def receive(imap: ScriptedImap, count: int) -> None:
    first = max(imap.mails, default=0) + 1
    imap.mails |= dict(enumerate(letters(count, first=first), first))


@pytest.mark.parametrize("command", [b"EXAMINE", b"UID SEARCH", b"UID FETCH"])
def test_a_bye_in_the_middle_costs_a_session_and_no_mail(imap: ScriptedImap, inbox: Inbox, command: bytes) -> None:
    receive(imap, 3)
    imap.bye_at = command
    with pytest.raises(MailboxTrouble, match=r"closed the connection|broke"):
        fetch(inbox)
    assert fetch(inbox, reconcile=True) == 3


@pytest.mark.parametrize("command", [b"UID SEARCH", b"UID FETCH"])
def test_nonsense_is_trouble_and_not_the_end(imap: ScriptedImap, inbox: Inbox, command: bytes) -> None:
    receive(imap, 3)
    imap.nonsense_at = command
    with suppress(MailboxTrouble):
        fetch(inbox)
    assert fetch(inbox, reconcile=True) == 3


@pytest.mark.parametrize(
    "flood", [b"* 1 EXISTS\r\n", b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n", b"* SEARCH" + b" 1" * 40_000 + b"\r\n"]
)
def test_a_server_that_never_stops_talking_is_hung_up_on(
    imap: ScriptedImap, inbox: Inbox, settings: Settings, flood: bytes
) -> None:
    settings.MAX_MAIL_BYTES = 100_000
    receive(imap, 1)
    imap.flood_at, imap.flood = b"UID FETCH", flood
    with pytest.raises(MailboxTrouble, match="more than"):
        fetch(inbox)
    imap.flood_at = b""
    assert fetch(inbox, reconcile=True) == 1


def test_a_mail_that_ends_every_session_does_not_stop_those_behind_it(imap: ScriptedImap, inbox: Inbox) -> None:
    receive(imap, 6)
    imap.breaks_over = 3
    memory = Memory()
    for _ in range(TRIES):
        with pytest.raises(MailboxTrouble):
            fetch(inbox, memory=memory)
        memory.note_break()
    assert fetch(inbox, reconcile=True, memory=memory) == 5
    assert state(inbox).missing_count == 1
    imap.breaks_over = 0
    assert fetch(inbox, reconcile=True) == 6


def test_a_server_that_counts_anew_between_two_looks_is_noticed(imap: ScriptedImap, inbox: Inbox) -> None:
    receive(imap, 4)
    fetch(inbox)
    imap.generation, imap.mails = 8, {uid + 100: raw for uid, raw in imap.mails.items()}
    receive(imap, 2)
    assert fetch(inbox, reconcile=True) == 6


def test_a_silent_idle_is_given_up_and_mail_still_comes(
    imap: ScriptedImap, inbox: Inbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_POLL_SECONDS = 1
    monkeypatch.setattr("channels_in.email.imap.session.ANSWER_SECONDS", 1)
    monkeypatch.setattr(fetching, "_PAUSES", (0.1,))
    imap.is_deaf_in_idle = True
    with fetching_in_background(inbox):
        poll_until(lambda: not imap.is_deaf_in_idle)
        before = imap.sessions
        receive(imap, 1)
        poll_until(lambda: InboundDelivery.objects.exists())
    assert imap.sessions > before


def test_a_mail_that_comes_just_before_we_listen_does_not_wait_for_the_next_look(
    imap: ScriptedImap, inbox: Inbox, settings: Settings
) -> None:
    settings.MAIL_POLL_SECONDS = 600
    receive(imap, 1)
    (imap.comes_in_between,) = letters(1, first=2)
    with fetching_in_background(inbox):
        poll_until(lambda: InboundDelivery.objects.count() == 2)


def test_a_server_without_idle_is_looked_at_again_and_again(
    imap: ScriptedImap, inbox: Inbox, settings: Settings
) -> None:
    settings.MAIL_POLL_SECONDS = 1
    imap.can_idle = False
    with fetching_in_background(inbox):
        poll_until(lambda: imap.commands.count(b"CAPABILITY") >= 1)
        receive(imap, 1)
        poll_until(lambda: InboundDelivery.objects.exists())
    assert b"IDLE" not in imap.commands


class fetching_in_background:  # noqa: N801 - reads like a verb
    """A fetcher in a thread of its own for the length of a block."""

    def __init__(self, inbox: Inbox) -> None:
        self.stopped = threading.Event()
        self.fetcher = Fetcher(inbox.pk, stopped=self.stopped, rest=connections.close_all)
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *problem: object) -> None:
        self.stopped.set()
        self.thread.join(30)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        try:
            self.fetcher.run()
        finally:
            connections.close_all()
