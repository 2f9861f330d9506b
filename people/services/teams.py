"""Changes of teams: who is in them and how they hand out their tickets."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from people.models import Agent, Team, TeamStrategy
from people.policy import require


def save_team(
    team: Team | None,
    *,
    name: str,
    strategy: str,
    is_private: bool,
    lead: Agent | None,
    members: Iterable[Agent],
    agent: Agent,
) -> Team:
    """Make a team (None) or change one."""
    require(agent, "manage_desk")
    name = " ".join(name.split())[:80]
    if not name:
        raise Invalid("A name is needed.", fields={"name": "Enter a name."})
    if strategy not in TeamStrategy.values:
        raise Invalid("Unknown way of handing out.", fields={"strategy": "Choose one of the list."})
    namesakes = Team.objects.filter(name=name)
    if (namesakes.exclude(pk=team.pk) if team else namesakes).exists():
        raise Conflict("Another team has this name.", details={"name": name})
    with unit_of_work():
        row = team or Team()
        row.name, row.strategy, row.is_private, row.lead = name, strategy, is_private, lead
        row.save()
        row.members.set(members)
    return row
