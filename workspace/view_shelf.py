"""The saved views beside every list, kept for some seconds: they change rarely and every page shows them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from core.errors import Invalid
from people.models import Agent, Team
from tickets.models import View
from tickets.selectors.filters import Filters, filters_from
from tickets.selectors.views import all_views

_SECONDS = 10.0
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Shelf:
    views: tuple[View, ...]
    members: dict[int, frozenset[int]]
    at: float


_known: _Shelf | None = None


def views_beside(agent: Agent) -> list[View]:
    """The agent's own, those of their teams and of everybody: the first twenty."""
    shelf = _shelf()
    return [view for view in shelf.views if _may_use(view, agent, shelf)][:MOST_SHOWN]


def filters_beside(agent: Agent) -> dict[str, Filters]:
    """By the slug of their view; what can no longer be understood is left out."""
    found: dict[str, Filters] = {}
    for view in views_beside(agent):
        try:
            found[f"saved:{view.pk}"] = filters_from(view.filters)
        except Invalid:
            continue
    return found


def forget() -> None:
    """A view was saved here, or a test begins."""
    global _known
    _known = None


def _may_use(view: View, agent: Agent, shelf: _Shelf) -> bool:
    if view.owner_id is not None:
        return view.owner_id == agent.pk
    return view.team_id is None or agent.pk in shelf.members.get(view.team_id, frozenset())


def _shelf() -> _Shelf:
    """Two small queries at most every ten seconds per process."""
    global _known
    if _known is None or time.monotonic() - _known.at > _SECONDS:
        members: dict[int, set[int]] = {}
        for team_id, agent_id in Team.members.through.objects.values_list("team_id", "agent_id"):
            members.setdefault(team_id, set()).add(agent_id)
        kept = {team_id: frozenset(agents) for team_id, agents in members.items()}
        _known = _Shelf(tuple(all_views()), kept, time.monotonic())
    return _known
