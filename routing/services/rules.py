"""Rules: saved only when every part of them is understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.clock import now
from core.errors import Invalid
from core.events.bus import unit_of_work
from people.models import Agent
from people.policy import require
from routing.conditions import OPERATORS_BY_FACT
from routing.evaluator import InvalidConditions, check
from routing.models import Rule
from routing.selectors import listening
from routing.services import action_lists
from routing.triggers import TRIGGERS


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A rule as a form or a file holds it."""

    name: str
    event: str
    actions: Sequence[Mapping[str, Any]]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    description: str = ""
    position: int = 100
    is_active: bool = True
    stops: bool = False


def save_rule(draft: RuleDraft, *, rule: Rule | None = None, by: Agent | None = None) -> Rule:
    """Create or change a rule under a new version. `by` is the person, when one does it."""
    if by:
        require(by, "manage_desk")
    actions = _check(draft)
    with unit_of_work():
        saved = rule or Rule(version=0)
        saved.name, saved.description, saved.event = draft.name.strip(), draft.description, draft.event
        saved.conditions, saved.actions = dict(draft.conditions), actions
        saved.position, saved.is_active, saved.stops = draft.position, draft.is_active, draft.stops
        saved.version += 1
        saved.updated_at = now()
        saved.save()
    listening.forget()
    return saved


def _check(draft: RuleDraft) -> list[dict[str, Any]]:
    if not draft.name.strip():
        raise Invalid("Give the rule a name.", fields={"name": "Give the rule a name."})
    if draft.event not in TRIGGERS:
        raise Invalid("Choose an event.", fields={"event": "Rules cannot react to this."})
    try:
        check(draft.conditions, OPERATORS_BY_FACT)
    except InvalidConditions as problem:
        raise Invalid("A condition is wrong.", fields={f"conditions{problem.path}": problem.reason}) from problem
    return action_lists.checked(draft.actions)
