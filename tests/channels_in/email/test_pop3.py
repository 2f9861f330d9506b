"""Fetching from a real POP3 server: the book of UIDLs keeps what was dealt with, the mail stays where it is."""

from __future__ import annotations

import socketserver
from contextlib import suppress
from datetime import timedelta
from email.utils import format_datetime
from threading import Thread
from typing import Any

import pytest
from pytest_django import Settings

from channels_in.email.mailbox import MailboxTrouble, mailbox_of
from channels_in.email.pop3 import reader
from channels_in.email.pop3.session import session
from channels_in.email.settings.mailbox_check import look_into_mailbox
from channels_in.models import InboundDelivery, MailGrant, OAuthProvider
from core.clock import now
from tests.channels_in.email.mailboxes import letters, mailbox_inbox, state, user_of
from tests.channels_in.email.samples import mail, with_crlf
from tests.fakes.identity_provider import IdentityProvider
from tests.peers.dovecot import Dovecot
from tickets.models import Inbox

pytestmark = pytest.mark.django_db(transaction=True)


def pop3_inbox(server: Dovecot, **config: Any) -> Inbox:
    return mailbox_inbox(server, incoming="pop3", incoming_port=server.pop3s, **config)


def look(inbox: Inbox) -> int:
    mailbox = mailbox_of(inbox)
    assert mailbox is not None
    with session(mailbox, inbox) as client:
        reader.read(client, inbox, mailbox)
    return InboundDelivery.objects.filter(inbox=inbox).count()


def left_on(server: Dovecot, inbox: Inbox) -> int:
    return len([file for file in server.folder(user_of(inbox)).glob("*/*.peer*") if file.is_file()])


def test_new_mail_is_taken_once_and_stays_on_the_server(server: Dovecot) -> None:
    inbox = pop3_inbox(server)
    server.put(user_of(inbox), letters(2, date=format_datetime(now() - timedelta(days=1))))
    assert look(inbox) == 0
    fresh = letters(3, first=3)
    server.put(user_of(inbox), fresh)
    assert look(inbox) == 3
    assert look(inbox) == 3
    assert left_on(server, inbox) == 5
    assert {bytes(row.raw) for row in InboundDelivery.objects.all()} == {raw.rstrip() + b"\r\n" for raw in fresh}
    assert (state(inbox).server_count, state(inbox).missing_count) == (5, 0)


def test_the_import_window_is_kept(server: Dovecot) -> None:
    inbox = pop3_inbox(server, incoming_window="30")
    server.put(user_of(inbox), letters(2, date=format_datetime(now() - timedelta(days=60))))
    server.put(user_of(inbox), letters(2, first=3, date=format_datetime(now() - timedelta(days=6))))
    assert look(inbox) == 2
    assert set(InboundDelivery.objects.values_list("headers__history", flat=True)) == {"open"}


def test_mail_is_deleted_only_where_that_was_chosen(server: Dovecot) -> None:
    inbox = pop3_inbox(server, incoming_delete=True, incoming_window="all")
    server.put(user_of(inbox), letters(3))
    assert look(inbox) == 3
    assert left_on(server, inbox) == 0


def test_long_lines_and_mails_that_are_too_large_are_taken_as_far_as_possible(
    server: Dovecot, settings: Settings
) -> None:
    settings.MAX_MAIL_BYTES = 300_000
    inbox = pop3_inbox(server, incoming_window="all")
    server.put(
        user_of(inbox),
        [with_crlf(mail("x" * 9_000, message_id="<long@e.x>")), with_crlf(mail(("y" * 70 + "\n") * 9_000))],
    )
    assert look(inbox) == 2
    assert "whole_size" in InboundDelivery.objects.get(external_id="m1@example.net").headers


def test_a_wrong_password_and_a_right_one_are_told_in_plain_words(server: Dovecot) -> None:
    inbox = pop3_inbox(server)
    assert "the mailbox holds 0 mails" in look_into_mailbox(inbox).sentence
    inbox.secrets = {"incoming_password": "wrong"}
    with pytest.raises(MailboxTrouble, match="does not accept the user name or password"):
        look(inbox)
    assert "does not accept" in look_into_mailbox(inbox).sentence


def test_a_token_opens_the_mailbox_too(server: Dovecot, provider: IdentityProvider) -> None:
    inbox = pop3_inbox(server, mail_login="oauth")
    provider.account = user_of(inbox)
    app = OAuthProvider.objects.create(name="Example", token_url=f"{provider.base}/token", scopes="m", client_id="c")
    MailGrant.objects.create(inbox=inbox, provider=app, tokens=provider.issue(), expires_at=now() + timedelta(hours=1))
    assert look(inbox) == 0


class _Endless(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with suppress(OSError):
            self.wfile.write(b"+OK hello\r\n")
            while line := self.rfile.readline():
                self.wfile.write(b"+OK\r\n")
                while line.startswith(b"UIDL"):  # until the other side hangs up
                    self.wfile.write(b"1 x\r\n" * 10_000)


def test_a_server_that_never_stops_talking_is_hung_up_on(transactional_db: None, settings: Settings) -> None:
    settings.OUTGOING_HTTP_ALLOWED, settings.MAX_MAIL_BYTES = ["127.0.0.1"], 100_000
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Endless) as endless:
        Thread(target=endless.serve_forever, daemon=True).start()
        config = {"incoming": "pop3", "incoming_host": "127.0.0.1", "incoming_port": endless.server_address[1]}
        inbox = Inbox.objects.create(
            kind="email", name="Support", address="help@desk.example", config={**config, "incoming_security": "plain"}
        )
        with pytest.raises(MailboxTrouble, match="more than"):
            look(inbox)
        endless.shutdown()
