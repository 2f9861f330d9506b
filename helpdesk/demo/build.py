"""Fills an empty desk: people, words, promises, and sixty days of tickets written as the past."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.clock import now
from csat.models import Survey
from helpdesk.demo import story
from helpdesk.demo.callbacks import promise_calls, promise_calls_of_today, store_calls
from helpdesk.demo.cast import Cast, make_cast, remember_tags
from helpdesk.demo.doings import tell_doings
from helpdesk.demo.opinions import make_survey, one_is_unhappy_now
from helpdesk.demo.promises import TIME_ZONE, make_promises
from helpdesk.demo.schedule import DAYS, Arrival, arrivals
from helpdesk.demo.scripts import Script
from helpdesk.history.clocks import promise_for, promises
from helpdesk.history.copying import reserve, store
from helpdesk.history.life import Life, Person
from helpdesk.history.presence import tell_presence
from routing.services.defaults import make_defaults
from tickets.models import ChannelThread

TICKETS = 220


@dataclass(frozen=True, slots=True)
class Made:
    tickets: int
    messages: int
    open: int
    breaches: int


def build(*, tickets: int = TICKETS, random_seed: int = 7) -> Made:
    """Make the whole demo; the desk must be empty."""
    dice = random.Random(random_seed)
    present = now().replace(microsecond=0)
    cast = make_cast(at=present - timedelta(days=DAYS + 5))
    make_promises()
    make_defaults(time_zone=TIME_ZONE)
    survey = make_survey()
    told = _lives(cast, tickets, present, dice, survey)
    one_is_unhappy_now(told, survey, present=present)
    lives = [life for life, _ in told]
    calls = promise_calls(lives, until=present, dice=dice)
    remember_tags({tag for life in lives for tag in life.tags})
    store(lives)
    store_calls(calls)
    tell_doings(random.Random(random_seed))
    promise_calls_of_today(lives, present=present)
    tell_presence(
        _staff(cast), ZoneInfo(TIME_ZONE), since=present - timedelta(days=DAYS), until=present, random_seed=random_seed
    )
    _remember_chats(lives)
    return Made(
        tickets=len(lives),
        messages=sum(len(life.messages) for life in lives),
        open=sum(life.status in ("open", "pending", "on_hold") for life in lives),
        breaches=sum(clock.breached_at is not None for life in lives for clock in life.clocks.rows),
    )


def _lives(
    cast: Cast, tickets: int, present: datetime, dice: random.Random, survey: Survey
) -> list[tuple[Life, Script]]:
    known = promises()
    planned = arrivals(cast, count=tickets, now=present, dice=dice)
    ids = zip(reserve("tickets_ticket_id_seq", tickets), reserve("tickets_ticket_number", tickets), strict=True)
    told: list[tuple[Life, Script]] = []
    for arrival, pair in zip(planned, ids, strict=True):
        team_id = cast.teams["Orders" if arrival.desk.kind == "webchat" else "Support"]
        promise = promise_for(
            known,
            inbox_id=arrival.desk.id,
            team_id=team_id,
            organization_id=arrival.customer.organization_id,
        )
        if promise is None:
            raise RuntimeError("The demo needs a policy that fits every ticket.")
        agent = _agent(cast, arrival, dice)
        blanks = story.blanks_for(arrival.customer, agent, cast, arrival.at, dice)
        life = story.new_life(
            pair, arrival.desk, arrival.customer, arrival.script, blanks, arrival.at,
            team_id=team_id, promise=promise,
        )  # fmt: skip
        story.Story(
            cast=cast,
            script=arrival.script,
            life=life,
            agent=agent,
            promise=promise,
            pace=_pace(arrival, present),
            dice=dice,
            until=present,
            at=arrival.at,
            blanks=blanks,
            stops_at=_stops_at(arrival, present, dice),
            survey=survey,
        ).play()
        told.append((life, arrival.script))
    _put_away([life for life, _ in told], present, dice)
    return told


def _staff(cast: Cast) -> list[tuple[int, int | None]]:
    """Who answers, each in the first of their teams."""
    found: dict[int, int | None] = {}
    for name, agents in cast.agents.items():
        for agent in agents:
            found.setdefault(agent.id, cast.teams[name])
    return list(found.items())


def _agent(cast: Cast, arrival: Arrival, dice: random.Random) -> Person:
    return dice.choice(cast.agents[arrival.script.team])


def _pace(arrival: Arrival, present: datetime) -> story.Pace:
    """Usually good; in one week a month ago two colleagues were ill, which a report should show."""
    pace = story.PACES[arrival.script.team]
    ago = present - arrival.at
    if timedelta(days=21) < ago < timedelta(days=28):
        return story.Pace(pace.middle * 3, pace.spread)
    return pace


def _stops_at(arrival: Arrival, present: datetime, dice: random.Random) -> int:
    """Of the recent ones every third waits for somebody; of the old ones hardly any."""
    if arrival.stops_at is not None:
        return arrival.stops_at
    length = len(arrival.script.turns)
    is_recent = present - arrival.at < timedelta(days=8)
    if length > 1 and dice.random() < (0.45 if is_recent else 0.02):
        # Mostly it is the customer who keeps us waiting; our own delays are to be rare and recent.
        turns = range(1, length)
        is_new = present - arrival.at < timedelta(days=1.5)
        weights = [1.0 if arrival.script.turns[n].who == "customer" else 0.8 if is_new else 0.05 for n in turns]
        return dice.choices(turns, weights)[0]
    return length


def _put_away(lives: list[Life], present: datetime, dice: random.Random) -> None:
    """A few open tickets sleep until tomorrow, and a few wait for a third party."""
    waiting = [life for life in lives if life.status in ("open", "pending") and life.assignee_id]
    chosen = dice.sample(waiting, min(8, len(waiting)))
    for life in chosen[:4]:
        owner = Person("agent", life.assignee_id or 0, _owner_name(life))
        life.snooze(present, (present + timedelta(days=1)).replace(hour=8, minute=0, second=0), by=owner)
    for life in chosen[4:]:
        owner = Person("agent", life.assignee_id or 0, _owner_name(life))
        life.set_status(present, "on_hold", by=owner)


def _remember_chats(lives: list[Life]) -> None:
    """A customer who chats again goes on in their newest ticket."""
    newest = {(life.desk.id, life.contact.address): life.id for life in lives if not life.desk.is_mail}
    ChannelThread.objects.bulk_create(
        ChannelThread(inbox_id=inbox_id, key=key, ticket_id=ticket_id) for (inbox_id, key), ticket_id in newest.items()
    )


def _owner_name(life: Life) -> str:
    return next((entry.actor.name for entry in life.journal if entry.kind == "TicketAssigned"), "")
