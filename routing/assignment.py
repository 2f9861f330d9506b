"""Who gets which waiting ticket: a pure decision over plain data, so that its fairness can be proved.

A skill may carry a level: `german:2` on a ticket asks for an agent with `german:2` or more; a bare `german` is level 1.
Room is counted in weights: an agent of capacity 6 holds two chats of weight 3, and always one ticket, however heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

ROUND_ROBIN = "round_robin"
LEAST_LOADED = "least_loaded"
BALANCED = "balanced"
SKILLED = "skilled"

Levels = Mapping[str, int]
NO_SKILLS: Levels = {}


def levels_of(skills: Iterable[str]) -> dict[str, int]:
    """{"german": 2} of ["german:2"]; what is no number after the colon is level 1."""
    levels: dict[str, int] = {}
    for skill in skills:
        name, _, level = skill.partition(":")
        levels[name] = max(levels.get(name, 0), int(level) if level.isdecimal() else 1)
    return levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket that nobody owns, and what it asks of its agent. `missed_by` let its chat ring out already."""

    ticket_id: int
    team_id: int = 0
    inbox_id: int = 0
    weight: int = 1
    skills: Levels = field(default_factory=dict)
    last_agent_id: int | None = None
    missed_by: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who is there. `load` is the weight of what they work on."""

    agent_id: int
    load: int
    capacity: int
    skills: Levels = field(default_factory=dict)
    hidden_inbox_ids: frozenset[int] = frozenset()

    @property
    def has_room(self) -> bool:
        return self.load < self.capacity

    def has_room_for(self, ticket: Waiting) -> bool:
        if self.load == 0:
            return self.capacity > 0
        return self.load + ticket.weight <= self.capacity

    def is_fit_for(self, ticket: Waiting) -> bool:
        if ticket.inbox_id in self.hidden_inbox_ids:
            return False
        return all(self.skills.get(name, 0) >= level for name, level in ticket.skills.items())

    def can_take(self, ticket: Waiting) -> bool:
        return self.has_room_for(ticket) and self.is_fit_for(ticket)


@dataclass(slots=True, kw_only=True)
class Roster:
    """One team: its members who are there, and each one's turn, which is higher the later they were served."""

    strategy: str
    member_ids: Sequence[int]
    turns: dict[int, int] = field(default_factory=dict)
    prefers_last_agent: bool = False

    def serve(self, agent_id: int) -> None:
        self.turns[agent_id] = max(self.turns.values(), default=0) + 1

    def rank(self, agent: Candidate, ticket: Waiting) -> tuple[float, ...]:
        """The lowest is served."""
        missed = agent.agent_id in ticket.missed_by
        stranger = self.prefers_last_agent and agent.agent_id != ticket.last_agent_id
        return missed, stranger, *self._order(agent, ticket), agent.agent_id

    def _order(self, agent: Candidate, ticket: Waiting) -> tuple[float, ...]:
        turn = self.turns.get(agent.agent_id, 0)
        if self.strategy == LEAST_LOADED:
            return agent.load, turn
        if self.strategy == BALANCED:
            return agent.load / agent.capacity, turn
        if self.strategy == SKILLED:
            return -sum(agent.skills[name] for name in ticket.skills), agent.load, turn
        return turn, agent.load


@dataclass(slots=True, kw_only=True)
class Floor:
    """Everybody who can be given work now, while tickets are handed out; an agent of two teams has one load."""

    rosters: Mapping[int, Roster]
    agents: dict[int, Candidate]

    @property
    def has_room(self) -> bool:
        return any(agent.has_room for agent in self.agents.values())

    def teams_with_room(self) -> list[int]:
        """Where it makes sense to look at what waits."""
        return [
            team_id
            for team_id, roster in self.rosters.items()
            if any(self.agents[agent_id].has_room for agent_id in roster.member_ids)
        ]

    def choose(self, ticket: Waiting) -> int | None:
        """The agent who gets the ticket, or None when nobody eligible has room."""
        roster = self.rosters.get(ticket.team_id)
        if roster is None:
            return None
        team = (self.agents[agent_id] for agent_id in roster.member_ids)
        eligible = [agent for agent in team if agent.can_take(ticket)]
        if not eligible:
            return None
        chosen = min(eligible, key=lambda agent: roster.rank(agent, ticket))
        self.agents[chosen.agent_id] = replace(chosen, load=chosen.load + ticket.weight)
        roster.serve(chosen.agent_id)
        return chosen.agent_id
