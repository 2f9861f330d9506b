"""The names of agents and teams, remembered for a few seconds: they change rarely and every page needs them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from people.selectors.agents import active_teams, all_agents

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Directory:
    agents: dict[int, str]
    teams: dict[int, str]

    def agent(self, agent_id: int | None) -> str:
        return self.agents.get(agent_id, "someone") if agent_id else "nobody"

    def team(self, team_id: int | None) -> str:
        return self.teams.get(team_id, "another team") if team_id else "no team"


_known: tuple[float, Directory] | None = None


def directory() -> Directory:
    """Two small queries at most every ten seconds per process."""
    global _known
    if _known is None or time.monotonic() - _known[0] > _SECONDS:
        agents = dict(all_agents().values_list("pk", "name"))
        teams = dict(active_teams().values_list("pk", "name"))
        _known = (time.monotonic(), Directory(agents, teams))
    return _known[1]


def forget() -> None:
    """After a change of agents or teams."""
    global _known
    _known = None
