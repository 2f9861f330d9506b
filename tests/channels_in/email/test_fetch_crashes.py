"""`kill -9` of the fetcher at every commit and every external call: no mail is lost, none comes twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from channels_in.base import ChannelError
from channels_in.email.mailbox import mailbox_of
from channels_in.email.oauth import access_token
from channels_in.email.pop3 import reader as pop3_reader
from channels_in.email.pop3.session import session as pop3_session
from channels_in.models import FetchedMail, InboundDelivery, MailGrant, OAuthProvider
from channels_in.services.process import process_now
from core.clock import now
from tests.channels_in.email.mailboxes import fetch, letters, mailbox_inbox, user_of
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.faults.crashing import all_points, dies_at
from tests.peers.dovecot import Dovecot
from tickets.models import Inbox, Message

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

BY_POP3 = {"fetch.after_retrieval", "fetch.before_commit"}
BY_TOKEN = {"fetch.before_tokens_saved"}
POINTS = sorted(name for name in all_points() if name.startswith("fetch."))
BY_IMAP = [name for name in POINTS if name not in BY_TOKEN | {"fetch.after_retrieval"}]


def test_every_place_of_the_fetcher_is_tried() -> None:
    assert {*BY_IMAP, *BY_POP3, *BY_TOKEN} == set(POINTS)


@pytest.mark.parametrize("passing", [1, 2])
@pytest.mark.parametrize("point", BY_IMAP)
def test_an_imap_fetcher_that_is_killed_loses_nothing(server: Dovecot, point: str, passing: int) -> None:
    inbox = mailbox_inbox(server, incoming_window="all")
    server.put(user_of(inbox), letters(55))
    assert dies_at(f"{point}:{passing}", lambda: fetch(inbox))
    server.put(user_of(inbox), letters(3, first=56))
    fetch(inbox, reconcile=True)
    assert ledger(inbox) == {f"l{n}@example.net" for n in range(1, 59)}


@pytest.mark.parametrize("point", sorted(BY_POP3))
def test_a_pop3_fetcher_that_is_killed_loses_nothing_even_when_it_deletes(server: Dovecot, point: str) -> None:
    config = {"incoming": "pop3", "incoming_port": server.pop3s, "incoming_window": "all", "incoming_delete": True}
    inbox = mailbox_inbox(server, **config)
    server.put(user_of(inbox), letters(5))
    assert dies_at(f"{point}:3", lambda: fetch_by_pop3(inbox))
    fetch_by_pop3(inbox)
    assert ledger(inbox) == {f"l{n}@example.net" for n in range(1, 6)}


@pytest.mark.parametrize("point", sorted(BY_TOKEN))
def test_a_rotated_token_that_died_with_its_process_is_asked_of_a_person(
    server: Dovecot, provider: IdentityProvider, point: str
) -> None:
    inbox = mailbox_inbox(server, mail_login="oauth")
    app = OAuthProvider.objects.create(
        name="Provider", token_url=f"{provider.base}/token", scopes="mail", client_id=CLIENT_ID,
        secrets={"client_secret": CLIENT_SECRET},
    )  # fmt: skip
    issued = provider.issue()
    MailGrant.objects.create(inbox=inbox, provider=app, tokens=issued, expires_at=now() - timedelta(hours=1))
    assert dies_at(point, lambda: access_token(inbox))
    with pytest.raises(ChannelError, match="sign in again"):
        access_token(inbox)
    inbox.refresh_from_db()
    assert "sign in again" in inbox.disabled_reason


def fetch_by_pop3(inbox: Inbox) -> None:
    mailbox = mailbox_of(inbox)
    assert mailbox is not None
    with pop3_session(mailbox, inbox) as client:
        pop3_reader.read(client, inbox, mailbox)


def ledger(inbox: Inbox) -> set[str]:
    """The Message-IDs of what is there, each of them once: as mail, as line of the book, as message on a ticket."""
    rows = list(InboundDelivery.objects.filter(inbox=inbox).order_by("id").values_list("pk", "external_id"))
    for pk, _ in rows:
        process_now(pk)
    ids = [external_id for _, external_id in rows]
    assert len(ids) == len(set(ids)) == FetchedMail.objects.filter(inbox=inbox).count()
    assert Message.objects.filter(inbox=inbox).count() == len(ids)
    return set(ids)
