"""Lives told as the past equal what the services and the clocks would have written at the time."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from core.clock import NEVER
from core.events.catalogue import TICKET_EVENTS, Actor, TicketChanged
from helpdesk.history.clocks import promise_for, promises
from helpdesk.history.copying import reserve, store
from helpdesk.history.life import Desk, Life, Person
from helpdesk.history.rows import TABLES
from people.models import Agent
from sla.models import Clock
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tests.cast import Cast, inbound, ticket_of
from tickets.inbound import Clues
from tickets.models import Message, Priority, Ticket, TicketCount, TicketEvent
from tickets.services import changes, messages
from tickets.services.intake import record_inbound

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
HOUR = 3600
_CLOCK_FIELDS = (
    "metric", "target_seconds", "started_at", "running_since", "paused_at", "due_at", "warn_at", "breached_at",
    "met_at",
    "finished_at", "decided_at", "team_id", "agent_id", "channel", "priority",
)  # fmt: skip
_TICKET_FIELDS = (
    "status", "priority", "assignee_id", "team_id", "tags", "snippet", "snippet_from", "message_count", "waiting_since",
    "first_replied_at", "resolved_at", "sla_due_at", "sla_metric", "sla_breached", "last_inbound_at",
)  # fmt: skip


@pytest.fixture
def policy(cast: Cast) -> None:
    hours = save_hours(
        HoursDraft(name="Office", time_zone="Europe/Berlin", periods=[(day, 540, 1020) for day in range(5)])
    )
    limits = dict(zip(Priority.values, (8, 4, 2, 1), strict=True))
    targets = {("first_response", name): limit * HOUR for name, limit in limits.items()}
    targets |= {("next_response", name): limit * HOUR for name, limit in limits.items()}
    targets |= {("resolution", name): limit * 4 * HOUR for name, limit in limits.items()}
    save_policy(PolicyDraft(name="Standard", targets=targets, hours=hours))


Step = tuple[timedelta, str, dict[str, Any]]
STORIES: dict[str, list[Step]] = {
    "answered and solved in time": [
        (timedelta(minutes=50), "reply", {}),
        (timedelta(hours=2), "status", {"status": "resolved"}),
    ],
    "answered late, then a question, a pause and a solution": [
        (timedelta(minutes=1), "assign", {}),
        (timedelta(days=1), "reply", {}),
        (timedelta(days=1, minutes=5), "status", {"status": "pending"}),
        (timedelta(days=2), "receive", {}),
        (timedelta(days=2, hours=1), "reply", {}),
        (timedelta(days=2, hours=2), "status", {"status": "resolved"}),
    ],
    "more urgent than it seemed, never answered": [(timedelta(minutes=2), "priority", {"priority": "high"})],
    "solved, reopened, solved again": [
        (timedelta(minutes=20), "reply", {}),
        (timedelta(minutes=30), "status", {"status": "resolved"}),
        (timedelta(hours=5), "receive", {}),
        (timedelta(hours=6), "status", {"status": "resolved"}),
    ],
    "spam": [(timedelta(minutes=9), "status", {"status": "spam"})],
    "tagged and noted": [
        (timedelta(minutes=3), "tag", {"tags": ["vip", "late"]}),
        (timedelta(minutes=4), "note", {}),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_told_past_equals_lived_past(
    story: list[Step], cast: Cast, policy: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = _live(story, cast, monkeypatch)
    told = _told(story, cast)
    assert _columns(told, _TICKET_FIELDS) == _columns(lived, _TICKET_FIELDS)
    assert _clocks(told) == _clocks(lived)
    assert _kinds(told) == _kinds(lived)


def _live(story: list[Step], cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Ticket:
    """Through the services, at those times."""
    at = [MONDAY]
    _at_times(monkeypatch, at)
    result = record_inbound(inbound("Hello?", subject="A question"), inbox=cast.mail)
    ticket = ticket_of(result)
    actor = cast.ana.as_actor()
    for after, verb, values in story:
        at[0] = MONDAY + after
        _verbs(ticket, cast.ana, actor, str(inbound_id(ticket)), cast)[verb](**values)
    return Ticket.objects.get(pk=ticket.pk)


def inbound_id(ticket: Ticket) -> str:
    return Message.objects.filter(ticket=ticket).order_by("seq")[0].external_id


def _verbs(ticket: Ticket, ana: Agent, actor: Actor, answers: str, cast: Cast) -> dict[str, Callable[..., object]]:
    def receive() -> object:
        clues = Clues(message_id=f"again-{ticket.pk}@x", in_reply_to=answers)
        return record_inbound(inbound("And this?", clues=clues, external_id=clues.message_id), inbox=cast.mail)

    return {
        "reply": lambda: messages.reply(ticket, text="An answer", actor=actor),
        "note": lambda: messages.add_note(ticket, text="Between us", actor=actor),
        "assign": lambda: changes.assign(ticket, agent=ana, actor=actor),
        "status": lambda status: changes.set_status(ticket, status=status, actor=actor),
        "priority": lambda priority: changes.set_priority(ticket, priority=priority, actor=actor),
        "tag": lambda tags: changes.add_tags(ticket, tags=tags, actor=actor),
        "receive": receive,
    }


def _told(story: list[Step], cast: Cast) -> Ticket:
    """As the demo and the seed tell it."""
    ana = Person("agent", cast.ana.pk, cast.ana.name)
    life = Life(
        id=next(reserve("tickets_ticket_id_seq", 1)),
        number=next(reserve("tickets_ticket_number", 1)),
        desk=Desk(cast.mail.pk, cast.mail.kind, cast.mail.address),
        contact=Person("contact", cast.rosa.pk, cast.rosa.name, "rosa@example.net"),
        subject="A question",
        opened_at=MONDAY,
        team_id=cast.support.pk,
        promise=promise_for(promises(), inbox_id=cast.mail.pk, team_id=cast.support.pk, organization_id=None),
    )
    life.receive(MONDAY, "Hello?")
    for after, verb, values in story:
        at = MONDAY + after
        if verb == "reply":
            life.reply(at, ana, "An answer")
            if life.assignee_id is None:
                life.assign(at, ana, by=ana)
        elif verb == "assign":
            life.assign(at, ana, by=ana)
        elif verb == "note":
            life.note(at, ana, "Between us")
        elif verb == "receive":
            life.receive(at, "And this?")
        elif verb == "tag":
            life.tag(at, values["tags"], by=ana)
        else:
            {"status": life.set_status, "priority": life.set_priority}[verb](at, values[verb], by=ana)
    store([life])
    return Ticket.objects.get(pk=life.id)


def _at_times(monkeypatch: pytest.MonkeyPatch, at: list[datetime]) -> None:
    """The services' clock shows what the test says."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("tickets.services", "sla.", "tickets.selectors")) and hasattr(module, "now"):
            monkeypatch.setattr(module, "now", lambda: at[0])


def _columns(ticket: Ticket, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(ticket, name) for name in names}


def _clocks(ticket: Ticket) -> list[dict[str, Any]]:
    rows = Clock.objects.filter(ticket=ticket).order_by("started_at", "metric")
    return [{name: getattr(clock, name) for name in _CLOCK_FIELDS} | {"took": _took(clock)} for clock in rows]


def _took(clock: Clock) -> float:
    return round(clock.elapsed_seconds, 1)


def _kinds(ticket: Ticket) -> list[str]:
    """The journal, without what only the outside world or the tick adds."""
    ignored = ("MessageDelivered", "SLABreached", "SLABreachNear")
    rows = TicketEvent.objects.filter(ticket=ticket).exclude(kind__in=ignored).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def test_journal_has_no_gap_and_every_entry_reads_as_its_event(cast: Cast, policy: None) -> None:
    for story in STORIES.values():
        ticket = _told(story, cast)
        events = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq"))
        assert [event.seq for event in events] == list(range(1, ticket.last_seq + 1))
        assert events == sorted(events, key=lambda event: event.at)
        for event in events:
            kind = TICKET_EVENTS[event.kind]
            own = {item.name for item in dataclasses.fields(kind)} - {
                item.name for item in dataclasses.fields(TicketChanged)
            }
            assert set(event.data) == own, event.kind


def test_messages_stand_at_their_events(cast: Cast, policy: None) -> None:
    ticket = _told(STORIES["solved, reopened, solved again"], cast)
    for message in Message.objects.filter(ticket=ticket):
        event = TicketEvent.objects.get(ticket=ticket, seq=message.seq)
        assert event.data["message_id"] == message.pk
        assert event.at == message.created_at


def test_counts_follow_copied_tickets(cast: Cast, policy: None) -> None:
    _told(STORIES["spam"], cast)
    _told(STORIES["tagged and noted"], cast)
    assert sum(TicketCount.objects.values_list("n", flat=True)) == 2


def test_every_needed_column_is_copied(cast: Cast) -> None:
    """A column without a default that COPY leaves out would fail only at the next seed."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                """SELECT column_name FROM information_schema.columns WHERE table_name = %s
                AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER'""",
                [table.name],
            )
            needed = {row[0] for row in cursor.fetchall()}
            assert needed <= set(table.columns), table.name


def test_idle_clock_is_due_never(cast: Cast) -> None:
    ticket = _told([], cast)
    assert ticket.sla_due_at == NEVER
