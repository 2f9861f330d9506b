"""Lists of actions: checked when they are saved, run in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.errors import Invalid
from core.events.catalogue import Actor
from people.models import Agent
from people.policy import require
from routing.actions import ACTIONS
from tickets.models import Ticket

MAX_ACTIONS = 20


def checked(actions: Sequence[Mapping[str, Any]], *, by: Agent | None = None) -> list[dict[str, Any]]:
    """The list in its stored form, or Invalid at `actions/<index>`; what reaches outside needs a manager's right."""
    if len(actions) > MAX_ACTIONS:
        raise Invalid("Too many actions.", fields={"actions": f"At most {MAX_ACTIONS} actions."})
    kept = [_checked(item, index) for index, item in enumerate(actions)]
    if by and any(ACTIONS[item["action"]].is_unsafe for item in kept):
        require(by, "manage_desk")
    return kept


def run(actions: Iterable[Mapping[str, Any]], ticket: Ticket, *, actor: Actor) -> list[str]:
    """Do them; returns what was done, in words. An action that has left the product is skipped, and so is what would
    be done to a ticket that the one before has merged into another."""
    done: list[str] = []
    was_merged = ticket.merged_into_id
    for item in actions:
        action = ACTIONS.get(item["action"])
        if action is None:
            continue
        told = action.apply(ticket, item["params"], actor)
        done.append(told or action.describe(item["params"]))
        ticket.refresh_from_db()
        if ticket.merged_into_id != was_merged:
            break
    return done


def described(actions: Iterable[Mapping[str, Any]]) -> list[str]:
    known = ((ACTIONS.get(item["action"]), item["params"]) for item in actions)
    return [action.describe(params) for action, params in known if action]


def wait_for_send(actions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether something of it reaches the customer, which in a macro happens with a Send only."""
    return any(ACTIONS[item["action"]].waits_for_send for item in actions if item["action"] in ACTIONS)


def reaching_outside(actions: Iterable[Mapping[str, Any]]) -> list[str]:
    """What of it reaches outside of the desk, in words: only a manager can have put it there."""
    return described(item for item in actions if item["action"] in ACTIONS and ACTIONS[item["action"]].is_unsafe)


def _checked(item: Mapping[str, Any], index: int) -> dict[str, Any]:
    action = ACTIONS.get(str(item.get("action")))
    if action is None:
        raise Invalid("Unknown action.", fields={f"actions/{index}": f"There is no action {item.get('action')!r}."})
    try:
        return {"action": action.key, "params": action.clean(item.get("params") or {})}
    except Invalid as problem:
        fields = {f"actions/{index}/{name}": text for name, text in problem.fields.items()}
        raise Invalid(problem.message, fields=fields) from problem
