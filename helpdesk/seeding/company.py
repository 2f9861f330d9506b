"""The agents, teams, inboxes, contacts and promises that seeded tickets belong to."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from helpdesk.demo.logins import PASSWORD
from helpdesk.history.clocks import Promise, promise_for, promises
from helpdesk.history.copying import copy, reserve
from helpdesk.history.life import Desk, Person
from helpdesk.history.rows import Row, Table
from people.models import Agent, Role, Team
from sla.models import Policy
from sla.services.hours import HoursDraft, save_hours
from sla.services.policies import PolicyDraft, save_policy
from tickets.models import Inbox, Priority, Tag

TICKETS_PER_CONTACT = 5
AGENTS_PER_TEAM = 10
TAGS = ("billing", "bug", "delivery", "how-to", "login", "praise", "refund", "return", "urgent-call", "warranty")
_FIRST = "Ada Ben Carla Dan Eva Finn Gina Hugo Iris Jan Kim Lea Max Nora Omar Pia Quinn Rosa Sam Tia Udo Vera".split()
_LAST = "Adler Brandt Costa Diaz Evans Fuchs Garcia Hill Ito Jansen Klein Lopez Moreau Novak Owen Park".split()


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Company:
    """All that a seeded ticket chooses from."""

    agents: Sequence[tuple[Person, int]]  # with the team of each
    desks: Sequence[Desk]
    contacts: Sequence[Contact]
    promise_by_team: dict[tuple[int, int | None], Promise | None]

    def promise(self, desk: Desk, team_id: int | None) -> Promise | None:
        return self.promise_by_team[desk.id, team_id]


def make_company(*, tickets: int, agents: int, dice: random.Random) -> Company:
    """Reuse the desks and promises that are there; agents and contacts are always new."""
    desks = _desks()
    staff = _agents(agents, dice)
    contacts = _contacts(max(tickets // TICKETS_PER_CONTACT, 1), dice)
    Tag.objects.bulk_create([Tag(name=name) for name in TAGS], ignore_conflicts=True)
    if not Policy.objects.exists():
        _standard_policy()
    known = promises()
    teams: set[int | None] = {team_id for _, team_id in staff} | {None}
    by_team = {
        (desk.id, team_id): promise_for(known, inbox_id=desk.id, team_id=team_id, organization_id=None)
        for desk in desks
        for team_id in teams
    }
    return Company(staff, desks, contacts, by_team)


def _desks() -> list[Desk]:
    rows = list(Inbox.objects.order_by("id")[:10])
    if not rows:
        for kind, address in (
            ("email", "seed@desk.example"),
            ("webchat", "https://shop.example"),
            ("telegram", "@seed"),
        ):
            rows.append(Inbox.objects.create(kind=kind, name=f"Seed {kind}", address=address))
    return [Desk(row.pk, row.kind, row.address, row.name) for row in rows]


def _agents(count: int, dice: random.Random) -> list[tuple[Person, int]]:
    password = make_password(PASSWORD)
    known = Agent.objects.count()
    agents = Agent.objects.bulk_create(
        Agent(
            email=f"seed.agent.{number}@demo.local",
            name=_name(dice),
            password=password,
            role=Role.AGENT,
        )
        for number in range(known + 1, known + count + 1)
    )
    teams = [
        Team.objects.get_or_create(name=f"Seed team {number}")[0]
        for number in range(1, max(count // AGENTS_PER_TEAM, 1) + 1)
    ]
    pairs = [(agent, teams[number % len(teams)]) for number, agent in enumerate(agents)]
    links = Team.members.through
    links.objects.bulk_create([links(team_id=team.pk, agent_id=agent.pk) for agent, team in pairs])
    return [(Person("agent", agent.pk, agent.name), team.pk) for agent, team in pairs]


def _contacts(count: int, dice: random.Random) -> list[Contact]:
    ids = list(reserve("people_contact_id_seq", count))
    made = [Contact(pk, _name(dice), f"contact.{pk}@seed.example") for pk in ids]
    copy(_CONTACTS, _contact_rows(made))
    copy(_IDENTITIES, _identity_rows(made))
    return made


def _contact_rows(contacts: Sequence[Contact]) -> Iterator[Row]:
    at = timezone.now()
    return ((contact.id, contact.name, "", "", "", False, at) for contact in contacts)


def _identity_rows(contacts: Sequence[Contact]) -> Iterator[Row]:
    at = timezone.now()
    return ((contact.id, "email", contact.address, contact.name, "", "", at) for contact in contacts)


def _no_rows(_: object) -> Iterator[Row]:
    return iter(())


_CONTACTS = Table(
    "people_contact", ("id", "name", "language", "time_zone", "notes", "is_blocked", "created_at"), _no_rows
)
_IDENTITIES = Table(
    "people_identity",
    ("contact_id", "kind", "value", "label", "verified_how", "unreachable_reason", "created_at"),
    _no_rows,
)


def _name(dice: random.Random) -> str:
    return f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"


def _standard_policy() -> None:
    hours = save_hours(
        HoursDraft(name="Seed hours", time_zone="UTC", periods=[(day, 8 * 60, 18 * 60) for day in range(5)])
    )
    hours_of = dict(zip(Priority.values, (8, 4, 2, 1), strict=True))
    targets = {
        (metric, priority): 3600 * limit * factor
        for priority, limit in hours_of.items()
        for metric, factor in (("first_response", 1), ("next_response", 1), ("resolution", 5))
    }
    save_policy(PolicyDraft(name="Seed standard", targets=targets, hours=hours))
