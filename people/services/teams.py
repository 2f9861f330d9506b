"""Changes of teams: who is in them and how they hand out their tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Conflict, Invalid
from core.events.bus import unit_of_work
from people.models import Agent, Team, TeamStrategy
from people.policy import require

MOST_RING_SECONDS = 600
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOut:
    """How a team hands out: `ring_seconds` 0, `chat_wait_minutes` 0 and `hand_back_minutes` None mean never."""

    prefers_last_agent: bool = False
    ring_seconds: int = 45
    chat_wait_minutes: int = 3
    hand_back_minutes: int | None = 5
    overflow_team: Team | None = None
    overflow_minutes: int = 15


def save_team(
    team: Team | None,
    *,
    name: str,
    strategy: str,
    is_private: bool,
    lead: Agent | None,
    members: Iterable[Agent],
    hand_out: HandOut | None = None,
    agent: Agent,
) -> Team:
    """Make a team (None) or change one; without `hand_out` that part stays as it is."""
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
        if hand_out:
            _set_hand_out(row, hand_out)
        row.save()
        row.members.set(members)
    return row


def _set_hand_out(team: Team, wanted: HandOut) -> None:
    if not 0 <= wanted.ring_seconds <= MOST_RING_SECONDS:
        raise Invalid("Unlikely ring time.", fields={"ring_seconds": f"Between 0 and {MOST_RING_SECONDS} seconds."})
    if wanted.overflow_team and wanted.overflow_team.pk == team.pk:
        raise Invalid("A team cannot help itself out.", fields={"overflow_team": "Choose another team."})
    spans = {
        "chat_wait": wanted.chat_wait_minutes,
        "hand_back": wanted.hand_back_minutes or 0,
        "overflow": wanted.overflow_minutes,
    }
    for name, minutes in spans.items():
        if not 0 <= minutes <= MOST_MINUTES:
            raise Invalid("Unlikely time.", fields={f"{name}_minutes": f"Between 0 and {MOST_MINUTES} minutes."})
    team.prefers_last_agent, team.ring_seconds = wanted.prefers_last_agent, wanted.ring_seconds
    team.chat_wait_minutes, team.hand_back_minutes = wanted.chat_wait_minutes, wanted.hand_back_minutes
    team.overflow_team, team.overflow_minutes = wanted.overflow_team, wanted.overflow_minutes
