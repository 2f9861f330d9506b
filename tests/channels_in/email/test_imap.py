"""Fetching from a real IMAP server: nothing is missed, nothing comes twice, and nobody sees that we were there."""

from __future__ import annotations

import imaplib
import smtplib
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from channels_in.email.fetching.fleet import Fleet
from channels_in.email.imap import reader as reading
from channels_in.email.mailbox import MailboxTrouble
from channels_in.email.services import fetching
from channels_in.models import FetchedMail, InboundDelivery, MailFetch
from core.events.bus import unit_of_work
from tests.channels_in.email.mailboxes import fetch, letters, mailbox_inbox, state, user_of
from tests.channels_in.email.samples import mail, with_crlf
from tests.peers.dovecot import PASSWORD, Dovecot
from tests.waiting import poll_until
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


def subjects(inbox: Inbox) -> list[str]:
    rows = InboundDelivery.objects.filter(inbox=inbox).order_by("id")
    return [bytes(row.raw).split(b"Subject: ")[1].split(b"\r\n")[0].decode() for row in rows]


def test_a_new_inbox_takes_what_comes_from_now_on(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    server.put(user_of(inbox), letters(3))
    assert fetch(inbox) == 0
    fresh = letters(2, first=4)
    server.put(user_of(inbox), fresh)
    assert fetch(inbox) == 2
    assert [bytes(row.raw) for row in InboundDelivery.objects.order_by("id")] == fresh
    assert fetch(inbox) == 2


def test_nobody_sees_that_the_desk_has_read_the_mailbox(server: Dovecot) -> None:
    inbox = mailbox_inbox(server, incoming_window="all")
    server.put(user_of(inbox), letters(3))
    assert fetch(inbox, reconcile=True) == 3
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(user_of(inbox), PASSWORD)
        client.select("INBOX", readonly=True)
        assert client.search(None, "UNSEEN")[1] == [b"1 2 3"]


def test_a_mail_that_somebody_has_opened_is_fetched_all_the_same(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    fetch(inbox)
    server.put(user_of(inbox), letters(1))
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(user_of(inbox), PASSWORD)
        client.select("INBOX")
        client.store("1", "+FLAGS", "\\Seen \\Flagged")
    assert fetch(inbox) == 1


def test_the_import_window_is_kept_and_the_newest_come_first(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 2)
    inbox = mailbox_inbox(server, incoming_window="30")
    with imaplib.IMAP4("127.0.0.1", server.imap) as client:
        client.login(user_of(inbox), PASSWORD)
        for days, raw in zip((400, 90, 20, 10, 1), letters(5), strict=True):
            at = imaplib.Time2Internaldate(timezone.now() - timedelta(days=days))
            client.append("INBOX", "", at, raw)
    assert fetch(inbox) == 3
    assert subjects(inbox) == ["Letter 4", "Letter 5", "Letter 3"]
    assert set(InboundDelivery.objects.values_list("headers__history", flat=True)) == {"open"}
    server.put(user_of(inbox), letters(1, first=6))
    assert fetch(inbox, reconcile=True) == 4
    assert state(inbox).missing_count == 0


def test_a_server_that_counts_anew_brings_no_duplicates_and_no_gap(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    fetch(inbox)
    server.put(user_of(inbox), letters(5))
    assert fetch(inbox) == 5
    before = state(inbox).generation
    server.renumber(user_of(inbox))
    server.put(user_of(inbox), letters(2, first=6))
    assert fetch(inbox, reconcile=True) == 7
    assert state(inbox).generation != before
    assert state(inbox).missing_count == 0
    assert not InboundDelivery.objects.filter(headers__has_key="history").exists()


def test_mails_that_become_visible_out_of_order_are_not_missed(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    fetch(inbox)
    server.put(user_of(inbox), letters(4))
    fetch(inbox)
    # As if the second had appeared only after the fourth was fetched.
    row = InboundDelivery.objects.get(external_id="l2@example.net")
    FetchedMail.objects.filter(delivery_id=row.pk).delete()
    row.delete()
    assert fetch(inbox) == 4


def test_the_hourly_count_finds_and_heals_a_gap(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    fetch(inbox)
    server.put(user_of(inbox), letters(80))
    fetch(inbox)
    lost = InboundDelivery.objects.get(external_id="l3@example.net")
    FetchedMail.objects.filter(delivery_id=lost.pk).delete()
    lost.delete()
    assert fetch(inbox) == 79
    assert fetch(inbox, reconcile=True) == 80
    assert (state(inbox).server_count, state(inbox).missing_count) == (80, 0)


def test_a_gap_that_cannot_be_healed_is_told_once(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    fetch(inbox)
    server.put(user_of(inbox), letters(3))
    memory = reading.Memory()
    memory.broken[2] = reading.TRIES
    assert fetch(inbox, reconcile=True, memory=memory) == 2
    assert state(inbox).missing_count == 1
    assert fetch(inbox, reconcile=True) == 3
    assert state(inbox).missing_count == 0


def test_of_a_mail_that_is_too_large_the_beginning_is_taken(server: Dovecot, settings: Settings) -> None:
    settings.MAX_MAIL_BYTES = 400_000
    inbox = mailbox_inbox(server)
    fetch(inbox)
    large = with_crlf(mail("word " * 16 + "\n") + b"padding of the mail\n" * 40_000)
    server.put(user_of(inbox), [large, *letters(1, first=2)])
    assert fetch(inbox, reconcile=True) == 2
    row = InboundDelivery.objects.get(external_id="m1@example.net")
    assert row.headers["whole_size"] == str(len(large))
    assert 256 * 1024 <= len(bytes(row.raw)) < 280 * 1024
    assert large.startswith(bytes(row.raw))


def test_the_address_that_the_server_noted_is_kept_for_threading(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    fetch(inbox)
    with smtplib.LMTP("127.0.0.1", server.lmtp) as session:
        session.sendmail("rosa@example.net", [user_of(inbox)], with_crlf(mail()))
    assert fetch(inbox) == 1
    assert InboundDelivery.objects.get().headers["rcpt_to"].strip("<>") == user_of(inbox)


def test_three_fetchers_of_one_mailbox_bring_each_mail_once(server: Dovecot) -> None:
    inbox = mailbox_inbox(server, incoming_window="all")
    server.put(user_of(inbox), letters(60))
    problems: list[BaseException] = []

    def run() -> None:
        try:
            fetch(inbox)
        except BaseException as error:
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    assert InboundDelivery.objects.count() == 60
    assert FetchedMail.objects.count() == 60


def test_mail_is_here_seconds_after_it_came_and_only_one_process_fetches(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    stopped = threading.Event()
    fleets = [Fleet(stopped), Fleet(stopped)]
    try:
        for fleet in fleets:
            fleet.look()
        assert [len(fleet.posts) for fleet in fleets] == [1, 0]
        poll_until(lambda: MailFetch.objects.filter(inbox=inbox, last_good_at__isnull=False).exists())
        with smtplib.LMTP("127.0.0.1", server.lmtp) as session:
            session.sendmail("rosa@example.net", [user_of(inbox)], with_crlf(mail()))
        poll_until(lambda: InboundDelivery.objects.filter(inbox=inbox).exists())
        fleets[0].close()
        fleets[1].look()
        assert len(fleets[1].posts) == 1
    finally:
        stopped.set()
        for fleet in fleets:
            fleet.close()


def test_a_wrong_password_is_told_once_and_the_pauses_grow(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    inbox.secrets = {"incoming_password": "wrong"}
    inbox.save()
    pauses = []
    for _ in range(3):
        with pytest.raises(MailboxTrouble) as refused:
            fetch(inbox)
        assert refused.value.is_login
        with unit_of_work():
            pauses.append(fetching.note_trouble(inbox, refused.value.sentence, is_login=True))
    assert pauses == sorted(pauses)
    assert pauses[0] >= 60
    inbox.refresh_from_db()
    assert inbox.is_active
    assert state(inbox).is_alerted
    assert "password" in state(inbox).problem
    assert PASSWORD not in state(inbox).problem
    fetching.note_good(inbox)
    assert (state(inbox).problem, state(inbox).failures, state(inbox).is_alerted) == ("", 0, False)


def test_an_untrusted_certificate_is_never_accepted(server: Dovecot, settings: Settings) -> None:
    settings.MAIL_CA_FILE = ""
    for config in ({}, {"incoming_security": "starttls", "incoming_port": server.imap}):
        with pytest.raises(MailboxTrouble, match="certificate of localhost cannot be trusted"):
            fetch(mailbox_inbox(server, **config))


def test_starttls_and_no_encryption_work_where_they_are_chosen(server: Dovecot) -> None:
    for security in ("starttls", "plain"):
        inbox = mailbox_inbox(server, incoming_security=security, incoming_port=server.imap)
        fetch(inbox)
        server.put(user_of(inbox), letters(1))
        assert fetch(inbox) == 1


def test_private_networks_are_not_reached_unless_the_operator_says_so(server: Dovecot, settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED = []
    with pytest.raises(MailboxTrouble, match="OUTGOING_HTTP_ALLOWED"):
        fetch(mailbox_inbox(server))
