"""Who hears the bell, for what, once, and who does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import now
from core.events.bus import unit_of_work
from core.events.catalogue import SYSTEM, SLABreached, SLABreachNear
from notifications import subscribers
from notifications.models import Notification, NotificationKind
from notifications.selectors.bell import bell_of
from notifications.services.reading import forget_old, mark_read
from people.models import Agent
from tests.desk import a_team, agent_replies, an_agent, an_inbox, customer_writes, rule_actor
from tickets.models import Inbox, ScheduledReply, Ticket
from tickets.services import changes, follow, journal, messages, outbox
from tickets.services.scheduling import Plan, schedule, send_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> Agent:
    return an_agent("Mia Winter")


@pytest.fixture
def ben() -> Agent:
    return an_agent("Ben Sommer")


@pytest.fixture
def inbox() -> Inbox:
    return an_inbox()


@pytest.fixture
def of_mia(inbox: Inbox, mia: Agent) -> Ticket:
    """A ticket that Mia took herself, so no bell has rung."""
    return changes.assign(customer_writes(inbox), agent=mia, actor=mia.as_actor())


def heard(agent: Agent) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in bell_of(agent).notifications]


def test_agent_is_told_of_a_ticket_given_to_them(inbox: Inbox, mia: Agent, ben: Agent) -> None:
    changes.assign(customer_writes(inbox), agent=ben, actor=mia.as_actor())
    assert heard(ben) == [("assigned", "By Mia Winter")]
    assert heard(mia) == []


def test_agent_who_takes_a_ticket_is_not_told(of_mia: Ticket, mia: Agent) -> None:
    assert heard(mia) == []


def test_agent_is_told_when_a_ticket_is_taken_from_them(of_mia: Ticket, mia: Agent, ben: Agent) -> None:
    changes.assign(of_mia, agent=ben, reason="Mia is away", actor=rule_actor())
    assert heard(mia) == [("unassigned", "Mia is away")]
    assert heard(ben) == [("assigned", "Mia is away")]


def test_agent_who_drops_out_again_and_again_has_one_line_of_a_ticket(inbox: Inbox, mia: Agent, ben: Agent) -> None:
    ticket, other = customer_writes(inbox), customer_writes(inbox)
    for agent in (ben, None, ben, None, ben):
        changes.assign(ticket, agent=agent, reason="Who is there", actor=rule_actor())
    changes.assign(other, agent=ben, reason="Another ticket", actor=rule_actor())
    assert heard(ben) == [("assigned", "Another ticket"), ("assigned", "Who is there")]
    mark_read(ben)
    changes.assign(ticket, agent=mia, reason="Ben is away", actor=rule_actor())
    assert heard(ben)[0] == ("unassigned", "Ben is away")
    assert len(heard(ben)) == 3, "what was read stays"
    Notification.objects.filter(read_at=None).update(at=now() - timedelta(minutes=11))
    changes.assign(ticket, agent=ben, reason="Ben is back", actor=rule_actor())
    assert [text for _, text in heard(ben)[:2]] == ["Ben is back", "Ben is away"], "that was another time"


def test_mentioned_colleague_is_told(of_mia: Ticket, mia: Agent, ben: Agent) -> None:
    messages.add_note(of_mia, text="@Ben can you look?", actor=mia.as_actor())
    assert heard(ben) == [("mention", "By Mia Winter")]


def test_assignee_and_followers_are_told_what_the_customer_wrote(
    of_mia: Ticket, inbox: Inbox, mia: Agent, ben: Agent
) -> None:
    follow.follow(of_mia, agent=ben, actor=ben.as_actor())
    customer_writes(inbox, "Still broken.", on=of_mia)
    assert heard(mia) == heard(ben) == [("reply", "Still broken.")]


def test_lively_chat_is_one_line_until_it_is_read(of_mia: Ticket, inbox: Inbox, mia: Agent) -> None:
    for words in ("Hello?", "Are you there?", "It is urgent."):
        customer_writes(inbox, words, on=of_mia)
    assert heard(mia) == [("reply", "Hello?")]
    mark_read(mia)
    customer_writes(inbox, "Thanks!", on=of_mia)
    assert heard(mia) == [("reply", "Thanks!"), ("reply", "Hello?")]


def test_automatic_mail_rings_no_bell(of_mia: Ticket, inbox: Inbox, mia: Agent) -> None:
    customer_writes(inbox, "I am on holiday.", on=of_mia, is_automatic=True)
    assert heard(mia) == []


def test_author_is_told_that_a_reply_did_not_arrive(of_mia: Ticket, mia: Agent, ben: Agent) -> None:
    outbox.record_failed(agent_replies(of_mia, ben), reason="Mailbox full")
    assert heard(ben) == heard(mia) == [("failed", "Mailbox full")]


def test_author_and_assignee_are_told_that_a_scheduled_reply_did_not_leave(
    of_mia: Ticket, inbox: Inbox, mia: Agent, ben: Agent
) -> None:
    row = schedule(of_mia, plan=Plan(text="Here it is.", send_at=now() + timedelta(days=1)), agent=ben)
    Inbox.objects.filter(pk=inbox.pk).update(is_active=False, disabled_reason="Its password is wrong")
    ScheduledReply.objects.filter(pk=row.pk).update(send_at=now())
    assert send_due() == 0
    told = f"It was to leave later. The inbox {inbox.name} is switched off: Its password is wrong."
    assert heard(ben) == heard(mia) == [("failed", told)]


def test_breach_is_told_to_the_assignee_and_the_team_lead(of_mia: Ticket, inbox: Inbox, mia: Agent, ben: Agent) -> None:
    changes.assign_team(of_mia, team=a_team("Support", mia, lead=ben), actor=mia.as_actor())
    with unit_of_work():
        ticket = journal.locked(of_mia)
        journal.record(ticket, SLABreachNear(metric="resolution", due_at=""), actor=SYSTEM)
        journal.record(ticket, SLABreached(metric="resolution", due_at=""), actor=SYSTEM)
    assert heard(mia) == [("sla_breached", "Resolution"), ("sla_near", "Resolution")]
    assert heard(ben) == [("sla_breached", "Resolution")]


def test_lead_is_warned_of_a_deadline_of_a_ticket_that_nobody_has(inbox: Inbox, mia: Agent, ben: Agent) -> None:
    team = a_team("Support", mia, lead=ben)
    nobodys, of_mia = (changes.assign_team(customer_writes(inbox), team=team, actor=SYSTEM) for _ in range(2))
    changes.assign(of_mia, agent=mia, actor=mia.as_actor())
    for ticket in (nobodys, of_mia):
        with unit_of_work():
            near = SLABreachNear(metric="first_response", due_at="", left_seconds=900)
            journal.record(journal.locked(ticket), near, actor=SYSTEM)
    assert heard(mia) == heard(ben) == [("sla_near", "First reply: 15m left")]
    assert bell_of(ben).notifications[0].ticket == nobodys


def test_inactive_agent_is_not_told(of_mia: Ticket, inbox: Inbox, mia: Agent) -> None:
    Agent.objects.filter(pk=mia.pk).update(is_active=False)
    customer_writes(inbox, on=of_mia)
    assert not Notification.objects.exists()


def test_bell_hides_tickets_that_the_agent_may_not_see_any_more(of_mia: Ticket, mia: Agent, ben: Agent) -> None:
    follow.follow(of_mia, agent=ben, actor=ben.as_actor())
    customer_writes(of_mia.inbox, "A secret.", on=of_mia)
    assert bell_of(ben).unread == 1
    changes.assign_team(of_mia, team=a_team("Board", mia, is_private=True), actor=mia.as_actor())
    assert (bell_of(ben).unread, heard(ben)) == (0, [])


def test_bell_costs_few_queries_whatever_it_holds(of_mia: Ticket, inbox: Inbox, mia: Agent) -> None:
    for number in range(4):
        customer_writes(inbox, f"{number}", on=of_mia)
        Notification.objects.update(read_at=now())
    with CaptureQueriesContext(connection) as queries:
        assert [line.ticket and line.ticket.number for line in bell_of(mia).notifications] == [of_mia.number] * 4
    assert len(queries) <= 4


def test_inbound_reply_writes_its_lines_in_the_shared_round_trip(of_mia: Ticket, inbox: Inbox) -> None:
    with CaptureQueriesContext(connection) as queries:
        customer_writes(inbox, on=of_mia)
    writing = [query["sql"] for query in queries if "insert_into_notifications" in query["sql"]]
    assert len(writing) == 1


def test_reading_clears_the_count_on_all_screens(
    of_mia: Ticket, inbox: Inbox, mia: Agent, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    customer_writes(inbox, on=of_mia)
    outbox.record_failed(agent_replies(of_mia, mia), reason="Mailbox full")
    newest = bell_of(mia).notifications[0]
    assert (newest.kind, mark_read(mia, ids=[newest.pk])) == ("failed", 1)
    assert bell_of(mia).unread == 1
    assert mark_read(mia, ticket_id=of_mia.pk) == 1
    assert bell_of(mia).unread == 0
    assert mark_read(mia) == 0


def test_agent_cannot_read_for_a_colleague(of_mia: Ticket, inbox: Inbox, mia: Agent, ben: Agent) -> None:
    customer_writes(inbox, on=of_mia)
    assert mark_read(ben, ids=[bell_of(mia).notifications[0].pk]) == 0


def test_those_who_were_told_get_a_hint(
    of_mia: Ticket, inbox: Inbox, mia: Agent, ben: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted: list[tuple[int, ...]] = []
    monkeypatch.setattr(subscribers, "publish", lambda event: hinted.append(event.agent_ids))
    with unit_of_work():
        ticket = journal.locked(of_mia)
        told = journal.record(ticket, SLABreached(metric="resolution", due_at=""), actor=SYSTEM)
    subscribers.hint_the_bells([told])
    assert hinted == [(mia.pk,)]


def test_old_lines_are_forgotten(of_mia: Ticket, inbox: Inbox, mia: Agent) -> None:
    customer_writes(inbox, on=of_mia)
    mark_read(mia)
    customer_writes(inbox, on=of_mia)
    first = Notification.objects.earliest("id")
    Notification.objects.filter(pk=first.pk).update(at=now() - timedelta(days=91))
    assert forget_old() == 1
    assert Notification.objects.get().kind == NotificationKind.REPLY
