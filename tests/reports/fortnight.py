"""Two seeded weeks that every report is checked on: 42 tickets whose times can be reckoned by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from helpdesk.history.clocks import Promise, promise_for, promises
from helpdesk.history.copying import reserve, store
from helpdesk.history.life import Desk, Life, Person
from people.models import Agent, Contact
from routing.models import StaffingLook
from sla.models import Fact
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
    _chat_and_staff([life.id for life in lives], [cast.ana, cast.ben, cast.cleo])
    _call([life.id for life in lives])
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
        _ask(life, number, solved_at + timedelta(hours=1), agent)
    life.live_on(NOW)
    return life


def _ask(life: Life, number: int, at: datetime, agent: Person) -> None:
    """The n-th customer answers n % 6, where 0 is no answer; bad ones are settled after an hour or three."""
    if at + timedelta(hours=5) >= NOW:
        return
    opinion = life.ask(at, survey_id=None, survey="After every ticket")
    if not number % 6:
        return
    life.rate(at + timedelta(hours=1), opinion, number % 6, "Well." if number % 2 else "")
    if opinion.is_low:
        hours, outcome = (1, "won_back") if number % 12 < 6 else (3, "explained")
        life.recover(at + timedelta(hours=1 + hours), opinion, outcome=outcome, cause="delay", by=agent)


def _chat_and_staff(ticket_ids: list[int], agents: list[Agent]) -> None:
    """Each ticket is a chat as well, whose first answer is its own; three agents are found at each beginning."""
    lengths = "at, began_at, ticket_id, wall_seconds, business_seconds"
    names = f"{lengths}, team_id, agent_id, inbox_id, channel, priority, tags"
    with connection.cursor() as cursor:
        for kind, model in (("chat_begun", "opened"), ("chat_answered", "first_response")):
            cursor.execute(
                f"INSERT INTO sla_fact (kind, metric, actor_kind, data, {names}) SELECT %s, '', '',"
                f" '{{\"at_once\": 2}}'::jsonb, {names} FROM sla_fact WHERE kind = %s AND ticket_id = ANY(%s)",
                [kind, model, ticket_ids],
            )
    moments = [START + timedelta(days=day, hours=9) for day in range(14)]
    StaffingLook.objects.bulk_create([StaffingLook(at=at, agents=3) for at in moments], ignore_conflicts=True)
    Fact.objects.bulk_create(
        Fact(kind=kind, at=at, agent_id=agent.pk, data={"state": "available", "is_planned": True, "percent": 50})
        for at in moments
        for agent in agents
        for kind in ("on_duty", "held")
    )


def _call(ticket_ids: list[int]) -> None:
    """Each customer was promised a call; every third of them waited for it in vain, the others were called."""
    names = "at, ticket_id, team_id, agent_id, inbox_id, channel, priority, contact_id, tags"
    with connection.cursor() as cursor:
        for kind, which in (
            ("planned", "true"),
            ("made", "mod(ticket_id, 3) > 0"),
            ("missed", "mod(ticket_id, 3) = 0"),
        ):
            cursor.execute(
                f"INSERT INTO sla_fact (kind, metric, actor_kind, data, {names}) SELECT 'callback_{kind}', '', '',"
                f' \'{{"kept": true, "outcome": "called"}}\'::jsonb, {names} FROM sla_fact'
                f" WHERE kind = 'opened' AND ticket_id = ANY(%s) AND {which}",
                [ticket_ids],
            )


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
