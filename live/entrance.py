"""Who stands at the agents' socket, and whether they may stay: sessions and agents, read in threads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from core.clock import now
from live.changes import newest_cursor
from people.models import Agent
from people.policy import may
from people.services.agents import mark_seen
from tickets.selectors.access import (
    Scopes,
    pairs_visible,
    scopes_of,
    scopes_of_many,
    tickets_visible_to,
)


@dataclass(frozen=True, slots=True)
class Person:
    """An admitted agent; the session's key and hash let us notice a logout or a new password."""

    agent_id: int
    name: str
    session_key: str
    session_hash: str


@dataclass(frozen=True, slots=True)
class Welcome:
    person: Person
    scopes: Scopes
    cursor: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """By session key what each person may see now (who is missing must leave), and the watches that may stay."""

    scopes: dict[str, Scopes]
    watches: set[tuple[int, int]]


def welcome(headers: list[tuple[bytes, bytes]]) -> Welcome | None:
    """The agent of this session cookie and the journal's present end; None for anyone else."""
    session_key = _cookie(headers, settings.SESSION_COOKIE_NAME)
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    agent = get_user(request)
    if not isinstance(agent, Agent) or not may(agent, "see_tickets"):
        return None
    mark_seen(agent.pk)
    person = Person(
        agent_id=agent.pk,
        name=agent.name or agent.email,
        session_key=session_key,
        session_hash=request.session.get(HASH_SESSION_KEY, ""),
    )
    return Welcome(person, scopes_of(agent), newest_cursor())


def visible_tickets(agent_id: int, ticket_ids: Collection[int]) -> set[int]:
    """Those of the tickets that the agent may see now."""
    agent = Agent.objects.get(pk=agent_id)
    return set(tickets_visible_to(agent).filter(pk__in=ticket_ids).values_list("pk", flat=True))


def inspect(people: Collection[Person], watches: Collection[tuple[int, int]]) -> Inspection:
    """Look again at everyone inside, in a number of queries that does not depend on how many they are."""
    keys = {person.session_key for person in people}
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=now()).values_list("session_key", flat=True)
    )
    agents = Agent.objects.in_bulk({person.agent_id for person in people if person.session_key in alive})
    scopes = scopes_of_many([agent for agent in agents.values() if may(agent, "see_tickets")])
    hashes = {agent_id: agents[agent_id].get_session_auth_hash() for agent_id in scopes}
    admitted = {
        person.session_key: scopes[person.agent_id]
        for person in people
        if person.session_key in alive
        and person.agent_id in scopes
        and constant_time_compare(person.session_hash, hashes[person.agent_id])
    }
    return Inspection(admitted, pairs_visible(watches, scopes) if watches else set())


def _cookie(headers: list[tuple[bytes, bytes]], name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        for header, value in headers:
            if header == b"cookie":
                jar.load(value.decode("latin-1"))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""
