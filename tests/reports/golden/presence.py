"""Chats that are answered, given up or left as a message; and four looks at who is on duty and what they hold."""

from __future__ import annotations

from datetime import timedelta

from channels_in.models import ChatVisitor
from channels_in.webchat.payload import FORM, KIND
from core.clock import now
from people.models import Agent, Identity
from routing.models import Offer
from routing.services import offers
from routing.services.chat_ends import find_abandoned
from routing.services.shifts import set_shift
from routing.services.staffing import look
from sla.models import BusinessHours
from tests.desk import agent_replies, an_inbox, customer_writes
from tests.reports.golden.stage import Figure, Stage
from tickets.inbound import Clues, Sender
from tickets.models import Inbox, Ticket


def play(stage: Stage) -> None:
    chat = an_inbox(KIND, default_team=stage.support)
    _answered(stage, chat)
    _given_up(stage, chat)
    _on_duty(stage)


def _answered(stage: Stage, chat: Inbox) -> None:
    """After 1, 2 and 4 minutes; the second while Mia has the third as well, at whom it had rung at Ben in vain."""
    stage.at(24, 10)
    first, second, third = (_visitor_writes(chat, name) for name in ("first", "second", "third"))
    stage.at(24, 10, 1)
    _answer_and_close(stage, first)
    stage.assign(third, stage.ben)
    Offer.objects.create(ticket=third, agent=stage.ben, team=stage.support, made_at=now(), ring_until=now())
    assert offers.pass_on_rings() == 1
    stage.assign(third, stage.mia)
    stage.at(24, 10, 2)
    _answer_and_close(stage, second)
    stage.at(24, 10, 4)
    _answer_and_close(stage, third)


def _given_up(stage: Stage, chat: Inbox) -> None:
    """One leaves after five minutes, one after five seconds, and one uses the form."""
    stage.at(24, 12)
    for name, stayed in (("patient", timedelta(minutes=5)), ("hasty", timedelta(seconds=5))):
        _visitor_writes(chat, name)
        identity = Identity.objects.get(kind=KIND, value=name)
        ChatVisitor.objects.create(uid=name, inbox=chat, identity=identity, last_seen_at=now() + stayed)
    _visitor_writes(chat, "late", way=FORM)
    stage.at(24, 12, 10)
    assert find_abandoned() == 2


def _on_duty(stage: Stage) -> None:
    """Of Mia and Lena a shift is known. Mia has one of four, in the last quarter two of four."""
    office = BusinessHours.objects.get(name="Office")
    for agent in (stage.mia, stage.lena):
        set_shift(agent, hours=office, by=stage.mona)
    Agent.objects.filter(pk=stage.mia.pk).update(capacity=4)
    stage.assign(customer_writes(stage.shop), stage.mia)
    stage.at(25, 10)
    _look({stage.mia: "available", stage.ben: "busy"})
    stage.at(25, 10, 15)
    _look({stage.mia: "available", stage.ben: "busy", stage.lena: "available"})
    stage.at(25, 10, 30)
    _look({stage.mia: "away", stage.lena: "available"})
    stage.assign(customer_writes(stage.shop), stage.mia)
    stage.at(25, 10, 45)
    _look({stage.mia: "available"})


def _visitor_writes(chat: Inbox, name: str, *, way: str = "") -> Ticket:
    sender = Sender(kind=KIND, value=name, name=name.title())
    return customer_writes(chat, sender=sender, clues=Clues(thread_key=name), recipients={"way": way})


def _answer_and_close(stage: Stage, ticket: Ticket) -> None:
    agent_replies(ticket, stage.mia)
    stage.set_status(ticket, "resolved", by=stage.mia)


def _look(there: dict[Agent, str]) -> None:
    Agent.objects.update(last_seen_at=None)
    for agent, availability in there.items():
        Agent.objects.filter(pk=agent.pk).update(availability=availability, last_seen_at=now())
    look()


EXPECTED: dict[str, Figure] = {
    # Six from the site and two mails; the three that were answered are done.
    "came_in": 8,
    "went_out": 3,
    # Three answered, one given up after five minutes, one left at once.
    "chats_begun": 5,
    "chats": 4,
    "chats_answered": 3,
    "chats_abandoned": 1,
    "chat_abandon_share": 25.0,
    "chats_left_early": 1,
    "chat_words_left": 1,
    # Of 1, 2 and 4 minutes: the middle, and four fifths of the way from 2 to 4.
    "chat_wait_p50": 2.0,
    "chat_wait_p90": 3.6,
    "chat_patience_p50": 5.0,
    "rings_missed": 1,
    # One, two (the third was hers by then), one.
    "chats_at_once": 4 / 3,
    # 10:00 Mia and Ben; 10:15 Mia, Ben and Lena; 10:30 Lena; 10:45 Mia.
    "looks_on_duty": 7,
    "on_duty_time": 105.0,
    "available_share": 71.4,
    # 10:30 Mia.
    "away_time": 15.0,
    # Mia and Lena, four times each; Lena was missing at 10:00 and at 10:45.
    "looks_planned": 8,
    "planned_time": 120.0,
    "absent_time": 30.0,
    "absent_share": 25.0,
    # Mia 25, 25 and 50 %, Lena nothing twice.
    "looks_held": 5,
    "occupancy": 20.0,
}
