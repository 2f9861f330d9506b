"""Marked spam, mail loops, blocked senders and bursts: held back, seen, let in, discarded, brought back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from channels_in.email import tokens
from channels_in.email.door import Mail, take_in
from channels_in.email.spam import MARKS, marked_as_spam
from channels_in.models import InboundDelivery
from channels_in.selectors.held import held_of_contact, held_page
from channels_in.services import bursts
from channels_in.services.process import process
from core.ids import new_token
from people.models import Agent, Contact
from people.services import contacts
from tests.cast import Cast
from tests.channels_in.doors import says
from tests.channels_in.email.samples import mail
from tests.channels_in.telegram_updates import text as telegram_text
from tickets.models import Inbox, Message, Ticket

pytestmark = pytest.mark.django_db
YES = {
    "x-spamd-result": "default: True [15.0 / 6.0]", "x-rspamd-action": "add header", "x-ses-spam-verdict": "FAIL",
    "x-ses-virus-verdict": "FAIL", "x-ms-exchange-organization-scl": "6", "x-proofpoint-spam-details": "rule=spam s=9",
    "x-forefront-antispam-report": "CIP:1.2.3.4;SFV:SPM;H:x",
}  # fmt: skip


def arrives(inbox: Inbox, text: str = "Hello", **headers: str) -> InboundDelivery:
    values = {"message_id": f"<{new_token(8)}@example.net>", **headers}
    accepted = take_in(inbox, Mail(raw=mail(text, **values), mail_from="rosa@example.net"), is_enqueued=False)
    process([accepted.delivery_id])
    return InboundDelivery.objects.get(pk=accepted.delivery_id)


def page_of(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def work() -> None:
    process(list(InboundDelivery.objects.filter(state="new").order_by("id").values_list("pk", flat=True)))


@pytest.fixture
def trusting(cast: Cast) -> Inbox:
    cast.mail.config = {"trusts_spam_marks": True}
    cast.mail.save()
    return cast.mail


@pytest.mark.parametrize("name", sorted(MARKS))
def test_every_mark_of_a_filter_is_understood(name: str) -> None:
    assert marked_as_spam(f"{name.title()}: {YES.get(name, 'Yes, score=9')}\n\nx".encode()).startswith(name)
    for innocent in ("No, score=-1", "", "default: False [1.0 / 6.0]", "PASS", "1x", "no action", "Unsure"):
        assert marked_as_spam(f"{name.title()}: {innocent}\n\nx".encode()) == ""


def test_marked_spam_is_held_back_and_becomes_a_ticket_when_it_is_let_in(trusting: Inbox, cast: Cast) -> None:
    row = arrives(trusting, x_spam_flag="YES", subject="Cheap hinges")
    assert (row.state, row.held_for, row.sender, row.subject) == (
        "suspended", "spam", "rosa@example.net", "Cheap hinges",
    )  # fmt: skip
    assert "x-spam-flag: YES" in row.reason
    assert not Ticket.objects.exists()
    assert len(held_page(cast.ana).rows) == 1
    ana = page_of(cast.ana)
    listed = ana.get("/held/").content.decode()
    assert "Cheap hinges" in listed
    assert "Your mail server marks it as spam" in listed
    assert ana.post(f"/held/{row.pk}/release/").status_code == 302
    work()
    assert Ticket.objects.get().subject == "Cheap hinges"
    assert not held_page(cast.ana).rows
    assert ana.post(f"/held/{row.pk}/release/").status_code == 404


def test_marks_are_believed_only_where_the_inbox_says_so(cast: Cast) -> None:
    assert arrives(cast.mail, x_spam_flag="YES").outcome == "created"


def test_blocked_contact_is_held_back_counted_and_heard_again_when_unblocked(cast: Cast) -> None:
    ana = page_of(cast.ana)
    ana.post(f"/contacts/{cast.rosa.pk}/block/", {"is_blocked": "on"})
    rows = [arrives(cast.mail, f"letter {number}") for number in range(2)]
    assert {(row.state, row.held_for) for row in rows} == {("suspended", "blocked")}
    assert not Message.objects.exists()
    rosa = Contact.objects.get(pk=cast.rosa.pk)
    assert (held_of_contact(cast.ana, rosa), rosa.blocked_by) == (2, "Ana Ruiz")
    page = ana.get(f"/contacts/{rosa.pk}/").content.decode()
    assert "2 held back" in page
    assert "by Ana Ruiz" in page
    ana.post(f"/held/{rows[0].pk}/release/")
    work()
    assert Message.objects.get().text == "letter 0"  # this once, though she is blocked
    ana.post(f"/contacts/{rosa.pk}/block/", {})
    assert arrives(cast.mail, "letter 3").outcome == "appended" or Ticket.objects.count() == 2
    assert held_of_contact(cast.ana, rosa) == 1


def test_blocking_holds_on_every_channel(bot: Inbox, cast: Cast) -> None:
    says(bot, telegram_text(1, "hello", chat=7))
    contacts.block(Ticket.objects.get().contact, agent=cast.ana)
    says(bot, telegram_text(2, "hello again", chat=7))
    assert Message.objects.count() == 1
    assert InboundDelivery.objects.get(state="suspended").held_for == "blocked"


def test_own_mail_that_came_back_is_held_back_and_can_be_let_in(cast: Cast) -> None:
    row = arrives(cast.mail, x_desk_loop=tokens.loop_mark(), subject="Round and round")
    assert (row.state, row.held_for, row.reason) == ("suspended", "loop", "A mail of our own came back")
    page_of(cast.ana).post(f"/held/{row.pk}/release/")
    work()
    assert Ticket.objects.get().subject == "Round and round"


def test_burst_of_one_sender_trips_the_breaker_and_others_go_on(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bursts, "WINDOW_SECONDS", 24 * 3600)  # no window ends in the middle
    settings.MAIL_BURST = 3
    robot, calm = f"{new_token(8)}@example.net", f"{new_token(8)}@example.net"
    states = [arrives(cast.mail, f"{number}", **{"from": robot}).state for number in range(5)]
    assert states == ["done"] * 3 + ["suspended"] * 2
    held = InboundDelivery.objects.filter(state="suspended")
    assert {row.reason for row in held} == {f"{robot} wrote more than 3 mails within ten minutes"}
    assert arrives(cast.mail, "calm", **{"from": calm}).state == "done"
    page_of(cast.ana).post(f"/held/{held[0].pk}/release/")
    work()
    assert InboundDelivery.objects.filter(state="suspended").count() == 1


def test_discarding_can_be_undone(trusting: Inbox, cast: Cast) -> None:
    row = arrives(trusting, x_spam="Yes")
    ana = page_of(cast.ana)
    ana.post(f"/held/{row.pk}/discard/")
    assert not held_page(cast.ana).rows
    assert "example.net" in ana.get("/held/?why=discarded").content.decode()
    ana.post(f"/held/{row.pk}/restore/")
    row.refresh_from_db()
    assert (row.state, row.held_for) == ("suspended", "spam")
    assert "marks it as spam" in row.reason


def test_all_of_a_reason_are_discarded_at_once_and_nothing_else(trusting: Inbox, cast: Cast) -> None:
    for number in range(3):
        arrives(trusting, f"{number}", x_spam="Yes")
    kept = arrives(trusting, x_desk_loop=tokens.loop_mark())
    page_of(cast.ana).post("/held/discard/", {"why": "spam"})
    assert list(InboundDelivery.objects.filter(state="suspended")) == [kept]
    assert InboundDelivery.objects.filter(state="discarded", held_for="spam").count() == 3


def test_sender_of_spam_is_discarded_and_blocked_in_one_step(trusting: Inbox, cast: Cast) -> None:
    row = arrives(trusting, x_spam="Yes", **{"from": "new@evil.example"})
    page_of(cast.ana).post(f"/held/{row.pk}/block/")
    row.refresh_from_db()
    assert row.state == "discarded"
    assert arrives(trusting, "again", **{"from": "new@evil.example"}).held_for == "blocked"


def test_light_agents_look_but_do_not_decide(trusting: Inbox, cast: Cast) -> None:
    row = arrives(trusting, x_spam="Yes")
    lia = page_of(cast.lia)
    assert lia.get(f"/held/{row.pk}/").status_code == 200
    for verb in ("release", "discard", "block"):
        assert lia.post(f"/held/{row.pk}/{verb}/").status_code == 403
    assert lia.post("/held/discard/", {"why": "spam"}).status_code == 403
    assert lia.post(f"/contacts/{cast.rosa.pk}/block/", {"is_blocked": "on"}).status_code in (403, 404)
    row.refresh_from_db()
    assert row.state == "suspended"


def test_what_is_held_back_in_a_private_inbox_is_for_its_agents_only(cast: Cast) -> None:
    cast.legal_mail.config = {"trusts_spam_marks": True}
    cast.legal_mail.save()
    arrives(cast.legal_mail, x_spam="Yes", subject="c4nary")
    seen: dict[str, Any] = {agent.name: len(held_page(agent).rows) for agent in cast.everyone()}
    assert seen == {"Ana Ruiz": 0, "Ben": 0, "Lia": 0, "Cleo": 1, "Mona": 1, "Ada": 1}
    assert "c4nary" not in page_of(cast.ana).get("/held/").content.decode()
