"""A large mailbox is taken in with flat memory, newest first.

`LARGE_MAILBOX=20000` tries it at full size, which takes minutes: for a nightly job.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from channels_in.models import FetchedMail, InboundDelivery
from tests.channels_in.email.mailboxes import letters, mailbox_inbox, state, user_of
from tests.peers.dovecot import Dovecot
from tests.stack import database_url_of_tests
from tickets.models import Inbox

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COUNT = int(os.environ.get("LARGE_MAILBOX", "2000"))
MEGABYTES_MORE = 25
# In a process of its own, so that its memory is the fetcher's; the workers are not there, so nobody waits for them.
_PROGRAM = """
import resource, sys, django
django.setup()
from channels_in.email.imap import reader as reading
from channels_in.email.imap.session import session
from channels_in.email.mailbox import mailbox_of
from tickets.models import Inbox
reading.ENOUGH_WAITING = 10**9
inbox = Inbox.objects.get(pk=int(sys.argv[1]))
mailbox, sizes, live = mailbox_of(inbox), [], []
with session(mailbox, inbox) as client:
    reader = reading.Reader.open(client, inbox, mailbox, reading.Memory())
    batches = 0
    while reader.fetch_older():
        batches += 1
        if batches % 10 == 0:
            reader.look()
            live.append(reader.fetch_live())
            sizes.append(int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() // 2**20)
    print("missing", reader.reconcile())
print("sizes", *sizes)
print("live", sum(live))
"""


def test_a_large_mailbox_comes_in_with_flat_memory(server: Dovecot) -> None:
    inbox = mailbox_inbox(server, incoming_window="all")
    server.put(user_of(inbox), letters(COUNT))
    told = fetched_in_a_process(inbox)
    assert InboundDelivery.objects.count() == FetchedMail.objects.count() == COUNT
    assert InboundDelivery.objects.order_by("id").first() is not None
    assert (state(inbox).missing_count, state(inbox).server_count) == (0, COUNT)
    sizes = [int(size) for size in told["sizes"].split()]
    assert max(sizes) - sizes[0] <= MEGABYTES_MORE, sizes
    newest_first = list(InboundDelivery.objects.order_by("id").values_list("external_id", flat=True)[:50])
    assert set(newest_first) == {f"l{n}@example.net" for n in range(COUNT - 49, COUNT + 1)}


def fetched_in_a_process(inbox: Inbox) -> dict[str, str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url_of_tests(),
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "OUTGOING_HTTP_ALLOWED": "127.0.0.0/8,localhost",
        "MAIL_CA_FILE": django_settings.MAIL_CA_FILE,
    }
    run = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(inbox.pk)],
        env=environment, cwd=django_settings.BASE_DIR, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return dict(line.split(" ", 1) for line in run.stdout.splitlines() if " " in line)
