"""Saved views: an agent keeps their own, managers those of teams and of everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import Conflict, Invalid, NotAllowed
from people.models import Agent, Team
from people.policy import may, require
from tickets.conditions import checked
from tickets.models import View
from tickets.selectors.filters import SORTS, STATES, filters_from

MOST_OWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDraft:
    """For all, for a `team`, or for its `owner` alone. `others`: filters beside the conditions, as URLs have them."""

    name: str
    conditions: Mapping[str, Any] = field(default_factory=dict)
    state: str = "awake"
    sort: str = "recent"
    team: Team | None = None
    owner: Agent | None = None
    position: int = 0
    others: Mapping[str, Any] = field(default_factory=dict)


def save_view(draft: ViewDraft, *, view: View | None = None, by: Agent) -> View:
    """Create or change a view, when every part of it is understood."""
    require(by, "see_tickets")
    _require_own(view, by)
    if draft.owner != by and not (view and view.owner_id and draft.owner == view.owner):
        require(by, "manage_desk")
    if not draft.name.strip():
        raise Invalid("Give the view a name.", fields={"name": "Give the view a name."})
    if draft.sort not in SORTS or draft.state not in STATES:
        raise Invalid("Choose an order and what is shown.", fields={"sort": "Choose one of the list."})
    if view is None and draft.owner and View.objects.filter(owner=draft.owner).count() >= MOST_OWN:
        raise Conflict(f"You have {MOST_OWN} views. Delete one of them first.")
    filters = {**draft.others, "state": draft.state, "where": checked(draft.conditions, listing=True)}
    filters_from(filters)
    saved = view or View()
    saved.name, saved.sort, saved.position = draft.name.strip()[:80], draft.sort, draft.position
    saved.filters = {name: value for name, value in filters.items() if value}
    saved.team, saved.owner = draft.team, draft.owner
    saved.save()
    return saved


def delete_view(view: View, *, by: Agent) -> dict[str, Any]:
    """Returns what `restore_view` needs to bring it back under its old address."""
    _require_own(view, by)
    names = ("pk", "name", "filters", "sort", "owner_id", "team_id", "position")
    kept = {name: getattr(view, name) for name in names}
    view.delete()
    return kept


def restore_view(kept: Mapping[str, Any], *, by: Agent) -> View:
    view = View(**kept)
    _require_own(view, by)
    if not View.objects.filter(pk=view.pk).exists():
        view.save(force_insert=True)
    return view


def _require_own(view: View | None, agent: Agent) -> None:
    if view is not None and view.owner_id != agent.pk and not (view.owner_id is None and may(agent, "manage_desk")):
        raise NotAllowed("Only managers change the views of others.")
