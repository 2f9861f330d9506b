"""The process that fetches: two of them share the mailboxes out, one takes over when the other is killed."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from channels_in.models import InboundDelivery, MailFetch
from core.clock import now
from tests.channels_in.email.mailboxes import mailbox_inbox, user_of
from tests.channels_in.email.samples import mail, with_crlf
from tests.peers.dovecot import Dovecot
from tests.stack import database_url_of_tests
from tests.waiting import poll_until
from tickets.models import Inbox

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@contextmanager
def fetch_mail() -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url_of_tests(),
        "OUTGOING_HTTP_ALLOWED": "127.0.0.0/8,localhost",
        "MAIL_CA_FILE": django_settings.MAIL_CA_FILE,
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "fetch_mail"], env=environment, cwd=django_settings.BASE_DIR
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def send(server: Dovecot, inbox: Inbox, number: int) -> None:
    with smtplib.LMTP("127.0.0.1", server.lmtp) as session:
        letter = mail(f"Letter {number}", message_id=f"<l{number}@example.net>")
        session.sendmail("rosa@example.net", [user_of(inbox)], with_crlf(letter))


def arrived(inbox: Inbox) -> list[str]:
    return list(InboundDelivery.objects.filter(inbox=inbox).order_by("id").values_list("external_id", flat=True))


def test_mail_flows_on_when_the_process_is_killed_and_stops_when_it_is_told_to(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    with fetch_mail() as first:
        poll_until(lambda: MailFetch.objects.filter(inbox=inbox, last_good_at__isnull=False).exists(), 60)
        with fetch_mail() as second:
            send(server, inbox, 1)
            poll_until(lambda: arrived(inbox) == ["l1@example.net"], 30)
            first.kill()
            first.wait(30)
            send(server, inbox, 2)
            poll_until(lambda: arrived(inbox) == ["l1@example.net", "l2@example.net"], 60)
            second.send_signal(signal.SIGTERM)
            assert second.wait(60) == 0


def test_a_mailbox_that_nobody_looks_after_is_named(server: Dovecot) -> None:
    inbox = mailbox_inbox(server)
    call_command("fetch_mail", check=True)
    Inbox.objects.filter(pk=inbox.pk).update(created_at=now() - timedelta(hours=1))
    with pytest.raises(CommandError, match="Nobody fetches Support"):
        call_command("fetch_mail", check=True)
