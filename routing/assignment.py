"""Who gets which waiting ticket: a pure decision over plain data, so that its fairness can be proved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

ROUND_ROBIN = "round_robin"
LEAST_LOADED = "least_loaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A ticket that nobody owns, and what it asks of its agent."""

    ticket_id: int
    inbox_id: int = 0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who can be given work now. `turn` is higher the later they were given something."""

    agent_id: int
    load: int
    capacity: int
    turn: int = 0
    skills: frozenset[str] = frozenset()
    hidden_inbox_ids: frozenset[int] = frozenset()

    @property
    def has_room(self) -> bool:
        return self.load < self.capacity

    def can_take(self, ticket: Waiting) -> bool:
        return self.has_room and self.is_fit_for(ticket)

    def is_fit_for(self, ticket: Waiting) -> bool:
        return ticket.skills <= self.skills and ticket.inbox_id not in self.hidden_inbox_ids


@dataclass(slots=True)
class Roster:
    """The agents of a team while tickets are handed out; what it hands out raises loads and turns."""

    strategy: str
    agents: dict[int, Candidate] = field(default_factory=dict)

    @classmethod
    def of(cls, strategy: str, agents: Iterable[Candidate]) -> Roster:
        return cls(strategy, {agent.agent_id: agent for agent in agents})

    @property
    def has_room(self) -> bool:
        return any(agent.has_room for agent in self.agents.values())

    def choose(self, ticket: Waiting) -> int | None:
        """The agent who gets the ticket, or None when nobody eligible has room."""
        eligible = [agent for agent in self.agents.values() if agent.can_take(ticket)]
        if not eligible:
            return None
        chosen = min(eligible, key=self._rank)
        turn = max(agent.turn for agent in self.agents.values()) + 1
        self.agents[chosen.agent_id] = replace(chosen, load=chosen.load + 1, turn=turn)
        return chosen.agent_id

    def _rank(self, agent: Candidate) -> tuple[int, int, int]:
        if self.strategy == LEAST_LOADED:
            return agent.load, agent.turn, agent.agent_id
        return agent.turn, agent.load, agent.agent_id
