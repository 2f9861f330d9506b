"""Macros: an agent runs a list of actions, with the agent's own rights and in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from core.events.catalogue import MacroApplied
from people.models import Agent, Team
from people.policy import require
from routing.models import Macro
from routing.services import action_lists
from tickets.models import Ticket
from tickets.services import journal


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroDraft:
    name: str
    actions: Sequence[Mapping[str, Any]]
    description: str = ""
    team: Team | None = None
    owner: Agent | None = None
    position: int = 100
    is_active: bool = True


def save_macro(draft: MacroDraft, *, macro: Macro | None = None, by: Agent | None = None) -> Macro:
    """Create or change a macro. Agents keep their own ones; those of teams and of all need a manager."""
    if by and draft.owner != by:
        require(by, "manage_desk")
    if not draft.name.strip():
        raise Invalid("Give the macro a name.", fields={"name": "Give the macro a name."})
    actions = action_lists.checked(draft.actions)
    with unit_of_work():
        saved = macro or Macro()
        saved.name, saved.description, saved.actions = draft.name.strip(), draft.description, actions
        saved.team, saved.owner = draft.team, draft.owner
        saved.position, saved.is_active, saved.updated_at = draft.position, draft.is_active, now()
        saved.save()
    return saved


def apply_macro(ticket: Ticket, *, macro: Macro, agent: Agent) -> list[str]:
    """Run it whole or not at all; returns what was done, in words."""
    actor = agent.as_actor()
    with unit_of_work():
        fresh = journal.locked(ticket)
        done = action_lists.run(macro.actions, fresh, actor=actor)
        journal.record(fresh, MacroApplied(macro_id=macro.pk, macro=macro.name), actor=actor)
    return done
