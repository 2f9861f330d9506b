"""The names of agents, teams and custom fields, kept for some seconds: they change rarely and every page needs them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from people.selectors.agents import active_teams, all_agents
from tickets.models import CustomField

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Directory:
    agents: dict[int, str]
    teams: dict[int, str]
    fields: dict[str, str] = field(default_factory=dict)

    def agent(self, agent_id: int | None) -> str:
        if not agent_id:
            return "nobody"
        return self.agents.get(agent_id) or _newest().agents.get(agent_id, "someone")

    def team(self, team_id: int | None) -> str:
        if not team_id:
            return "no team"
        return self.teams.get(team_id) or _newest().teams.get(team_id, "another team")

    def label(self, key: str) -> str:
        """What people call a custom field."""
        return self.fields.get(key) or _newest().fields.get(key, key)


_known: tuple[float, Directory] | None = None


def directory(max_age: float = _SECONDS) -> Directory:
    """Three small queries at most every ten seconds per process."""
    global _known
    if _known is None or time.monotonic() - _known[0] > max_age:
        agents = dict(all_agents().values_list("pk", "name"))
        teams = dict(active_teams().values_list("pk", "name"))
        fields = dict(CustomField.objects.values_list("key", "label"))
        _known = (time.monotonic(), Directory(agents, teams, fields))
    return _known[1]


def _newest() -> Directory:
    """Somebody is unknown here: they may have come a moment ago."""
    return directory(max_age=1.0)


def forget() -> None:
    """After a change of agents or teams."""
    global _known
    _known = None
