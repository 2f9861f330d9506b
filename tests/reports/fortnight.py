"""Two seeded weeks that every report is checked on: 42 tickets whose times can be reckoned by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from helpdesk.history.clocks import Promise, promise_for, promises
from helpdesk.history.copying import reserve, store
from helpdesk.history.life import Desk, Life, Person
from people.models import Agent, Contact
from sla.services.policies import PolicyDraft, save_policy
from tests.cast import Cast
from tickets.models import Priority

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
NOW = START + timedelta(days=14)
HOUR = 3600
PRIORITIES = ("normal", "high", "low")


@dataclass(frozen=True)
class Fortnight:
    cast: Cast
    lives: list[Life]


def make_fortnight(cast: Cast, *, policy: str = "Round the clock") -> Fortnight:
    """Three tickets a day at 09:00, 12:00 and 22:30 UTC; the n-th is answered after n*5 minutes and solved after
    n*20 minutes. Promised are 1 hour and 8 hours round the clock, so the late ones break them."""
    promise = _promise(cast, policy)
    ids = zip(reserve("tickets_ticket_id_seq", 42), reserve("tickets_ticket_number", 42), strict=True)
    lives = [_life(cast, promise, number, *pair) for number, pair in enumerate(ids)]
    store(lives)
    _foretell([life.id for life in lives])
    return Fortnight(cast, lives)


def _promise(cast: Cast, name: str) -> Promise:
    targets = {("first_response", priority): HOUR for priority in Priority.values}
    targets |= {("next_response", priority): HOUR for priority in Priority.values}
    targets |= {("resolution", priority): 8 * HOUR for priority in Priority.values}
    save_policy(PolicyDraft(name=name, targets=targets))
    found = promise_for(promises(), inbox_id=cast.mail.pk, team_id=cast.support.pk, organization_id=None)
    assert found is not None
    return found


def _life(cast: Cast, promise: Promise, number: int, pk: int, public_number: int) -> Life:
    day, slot = divmod(number, 3)
    opened_at = START + timedelta(days=day, hours=(9, 12, 22.5)[slot])
    is_legal = slot == 2
    inbox = cast.legal_mail if is_legal else cast.mail
    agent = person(cast.cleo if is_legal else cast.ana if day % 2 else cast.ben)
    life = Life(
        id=pk,
        number=public_number,
        desk=Desk(inbox.pk, inbox.kind, inbox.address, inbox.name),
        contact=customer(cast.rosa),
        subject=f"Question {number}",
        opened_at=opened_at,
        team_id=cast.legal.pk if is_legal else cast.support.pk,
        promise=promise,
    )
    life.receive(opened_at, "Where is my order?")
    if PRIORITIES[number % 3] != "normal":
        life.set_priority(opened_at + timedelta(seconds=1), PRIORITIES[number % 3], by=agent)
    life.assign(opened_at + timedelta(minutes=1), agent, by=agent)
    answered_at = opened_at + timedelta(minutes=5 * number + 5)
    if answered_at < NOW:
        life.reply(answered_at, agent, "It is on its way.")
    solved_at = opened_at + timedelta(minutes=20 * number + 20)
    if solved_at < NOW:
        life.set_status(solved_at, "resolved", by=agent)
    life.live_on(NOW)
    return life


def _foretell(ticket_ids: list[int]) -> None:
    """Each customer was told: usually within 10 minutes, at most 30."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO sla_fact (kind, at, began_at, ticket_id, metric, wall_seconds, counted_seconds, target_seconds,
                is_kept, team_id, agent_id, inbox_id, channel, priority, tags, actor_kind, data)
            SELECT 'foretold', at, began_at, ticket_id, '', wall_seconds, wall_seconds, 1800, wall_seconds <= 1800,
                team_id, agent_id, inbox_id, channel, priority, tags, actor_kind,
                jsonb_build_object('p50', 600, 'p90', 1800, 'off', wall_seconds - 600)
            FROM sla_fact WHERE kind = 'first_response' AND ticket_id = ANY(%s)""",
            [ticket_ids],
        )


def person(agent: Agent) -> Person:
    return Person("agent", agent.pk, agent.name)


def customer(contact: Contact) -> Person:
    return Person("contact", contact.pk, contact.name, "rosa@example.net")
