"""Following a ticket: the agent is told of what happens on it."""

from __future__ import annotations

from core.events.bus import unit_of_work
from core.events.catalogue import Actor, FollowerAdded, FollowerRemoved
from people.models import Agent
from tickets.models import Follower, Ticket
from tickets.services.journal import locked, record


def follow(ticket: Ticket, *, agent: Agent, actor: Actor) -> None:
    with unit_of_work():
        fresh = locked(ticket)
        _, made = Follower.objects.get_or_create(ticket=fresh, agent=agent)
        if made:
            record(fresh, FollowerAdded(agent_id=agent.pk), actor=actor)


def unfollow(ticket: Ticket, *, agent: Agent, actor: Actor) -> None:
    with unit_of_work():
        fresh = locked(ticket)
        removed, _ = Follower.objects.filter(ticket=fresh, agent=agent).delete()
        if removed:
            record(fresh, FollowerRemoved(agent_id=agent.pk), actor=actor)
