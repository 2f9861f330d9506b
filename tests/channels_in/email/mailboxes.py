"""What the tests of fetching share: a Dovecot for all of them, an inbox with a mailbox of its own, one look at it."""

from __future__ import annotations

import uuid
from typing import Any

from channels_in.email.imap.reader import Memory, Reader
from channels_in.email.imap.session import session
from channels_in.email.mailbox import mailbox_of
from channels_in.models import InboundDelivery, MailFetch
from tests.channels_in.email.samples import mail, with_crlf
from tests.peers.dovecot import PASSWORD, Dovecot
from tickets.models import Inbox


def mailbox_inbox(server: Dovecot, **config: Any) -> Inbox:
    """An inbox with an empty mailbox of its own on the server."""
    user = f"u{uuid.uuid4().hex[:10]}"
    server.put(user, [])
    return Inbox.objects.create(
        kind="email",
        name="Support",
        address=f"{user}@desk.example",
        config={
            "incoming": "imap",
            "incoming_host": "localhost",
            "incoming_port": server.imaps,
            "incoming_security": "tls",
            "incoming_user": user,
            "incoming_window": "new",
            **config,
        },
        secrets={"incoming_password": PASSWORD},
    )


def user_of(inbox: Inbox) -> str:
    return str(inbox.config["incoming_user"])


def letters(count: int, *, first: int = 1, date: str = "Sat, 21 Nov 2026 22:10:01 +0100") -> list[bytes]:
    return [
        with_crlf(mail(f"Letter {n}\n", message_id=f"<l{n}@example.net>", subject=f"Letter {n}", date=date))
        for n in range(first, first + count)
    ]


def fetch(inbox: Inbox, *, reconcile: bool = False, memory: Memory | None = None) -> int:
    """One session as the fetcher has it: what is new, then what is older; returns how many deliveries there are."""
    mailbox = mailbox_of(inbox)
    assert mailbox is not None
    with session(mailbox, inbox) as client:
        reader = Reader.open(client, inbox, mailbox, memory or Memory())
        reader.fetch_live()
        while reader.fetch_older():
            reader.look()
            reader.fetch_live()
        if reconcile:
            reader.reconcile()
    return InboundDelivery.objects.filter(inbox=inbox).count()


def state(inbox: Inbox) -> MailFetch:
    return MailFetch.objects.get(inbox=inbox)
