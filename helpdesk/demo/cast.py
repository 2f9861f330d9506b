"""Makes the people, teams, inboxes and words of the demo, from cast.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from helpdesk.demo.logins import PASSWORD
from helpdesk.history.life import Desk, Person
from people.models import Agent, Availability, Contact, Identity, Organization, Role, Team, TeamStrategy
from tickets.models import CannedResponse, Inbox, Tag

SUPPORT_ADDRESS = "support@demo.local"


@dataclass(frozen=True, slots=True)
class Customer:
    """A contact with what a story needs: the address on each kind of channel, and where they live."""

    id: int
    name: str
    city: str
    organization_id: int | None
    addresses: dict[str, str]

    def on(self, desk: Desk) -> Person:
        return Person("contact", self.id, self.name, self.addresses[desk.kind])


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody and everything that the demo's tickets may mention."""

    agents: dict[str, list[Person]]  # those who answer, by team name
    teams: dict[str, int]
    desks: list[Desk]
    customers: dict[str, list[Customer]]  # by language
    products: list[str]


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "cast.toml").read_text(encoding="utf-8"))


def make_cast(*, at: datetime) -> Cast:
    """Create all of them; `at` is when the company began to use the desk."""
    agents = _agents(at)
    teams = _teams(agents)
    desks = _desks(teams, at)
    customers = _customers(at, [desk.kind for desk in desks])
    _wording(at)
    return Cast(
        agents={team.name: _answering(team) for team in teams.values()},
        teams={name: team.pk for name, team in teams.items()},
        desks=desks,
        customers=customers,
        products=_document()["wording"]["products"],
    )


def _agents(at: datetime) -> dict[str, Agent]:
    made: dict[str, Agent] = {}
    for entry in _document()["agents"]:
        made[entry["email"]] = Agent.objects.create_user(
            entry["email"],
            PASSWORD,
            name=entry["name"],
            role=entry["role"],
            skills=entry.get("skills", []),
            time_zone="Europe/Berlin",
            availability=Availability.AVAILABLE if entry["role"] == Role.AGENT else Availability.AWAY,
            signature=f"{entry['name'].split()[0]}\nKestrel Coffee",
            created_at=at,
        )
    return made


def _teams(agents: dict[str, Agent]) -> dict[str, Team]:
    made: dict[str, Team] = {}
    for entry in _document()["agents"]:
        agent = agents[entry["email"]]
        for name in entry.get("teams", []):
            team = made.setdefault(name, Team.objects.get_or_create(name=name)[0])
            team.members.add(agent)
        for name in entry.get("leads", []):
            Team.objects.filter(name=name).update(lead=agent)
    Team.objects.filter(name="Orders").update(strategy=TeamStrategy.ROUND_ROBIN)
    return {team.name: team for team in Team.objects.filter(name__in=made)}


def _answering(team: Team) -> list[Person]:
    members = team.members.filter(role=Role.AGENT).order_by("id")
    return [Person("agent", agent.pk, agent.name) for agent in members]


def _desks(teams: dict[str, Team], at: datetime) -> list[Desk]:
    shop = settings.SITE_URL.replace("127.0.0.1", "localhost")
    inboxes = [
        Inbox(
            kind="email",
            name="Support mail",
            address=SUPPORT_ADDRESS,
            default_team=teams["Support"],
            created_at=at,
        ),
        Inbox(
            kind="webchat",
            name="Shop chat",
            address=shop,
            config={"allowed_origins": [shop], "title": "Kestrel Coffee", "accent": "#1f5c46", "callbacks": True},
            default_team=teams["Orders"],
            created_at=at,
        ),
        Inbox(
            kind="telegram",
            name="Telegram @kestrelcoffee_bot",
            address="@kestrelcoffee_bot",
            config={"api_base": "http://127.0.0.1:8081"},
            default_team=teams["Support"],
            is_active=False,
            disabled_reason="Not connected yet: enter the bot's token in the settings of this inbox.",
            created_at=at,
        ),
    ]
    for inbox in inboxes:
        inbox.save()
    return [Desk(inbox.pk, inbox.kind, inbox.address, inbox.name) for inbox in inboxes]


def _customers(at: datetime, kinds: list[str]) -> dict[str, list[Customer]]:
    document = _document()
    organizations = {
        name: Organization.objects.create(name=name, domains=domains, created_at=at)
        for name, domains in document["organizations"].items()
    }
    made: dict[str, list[Customer]] = {}
    number = 0
    for language, entries in document["contacts"].items():
        for name, mail, organization, city in entries:
            number += 1
            owner = organizations.get(organization)
            contact = Contact.objects.create(name=name, language=language, organization=owner, created_at=at)
            addresses = {kind: mail if kind == "email" else f"{7_000_000 + number * 37}" for kind in kinds}
            _identify(contact, addresses, number, at)
            customer = Customer(contact.pk, name, city, owner.pk if owner else None, addresses)
            made.setdefault(language, []).append(customer)
    return made


def _identify(contact: Contact, addresses: dict[str, str], number: int, at: datetime) -> None:
    """Everybody writes mail; two of three are also known by a chat, every other by a messenger."""
    known = {"email": "token", "webchat": "signed" if number % 3 else "", "telegram": "provider"}
    for kind, value in addresses.items():
        Identity.objects.create(
            contact=contact,
            kind=kind,
            value=value,
            label=contact.name,
            verified_how=known.get(kind, ""),
            verified_at=at if known.get(kind) else None,
            created_at=at,
        )


def _wording(at: datetime) -> None:
    CannedResponse.objects.bulk_create(
        CannedResponse(title=entry["title"], shortcut=entry["shortcut"], text=entry["text"], updated_at=at)
        for entry in _document()["canned"]
    )


def remember_tags(names: set[str]) -> None:
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(names)], ignore_conflicts=True)
