"""Set the priority, or raise it by one step."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from tickets.models import Priority, Ticket
from tickets.services import changes

RAISE = "raise"


class SetPriorityForm(forms.Form):
    priority = forms.ChoiceField(choices=[(RAISE, "One step up"), *Priority.choices], label="Priority")


class SetPriority(Action):
    key = "set_priority"
    label = "Set the priority"
    Params = SetPriorityForm

    def describe(self, params: Values) -> str:
        if params["priority"] == RAISE:
            return "Raise the priority"
        return f"Set the priority to {Priority(params['priority']).label.lower()}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        wanted = _next_up(ticket.priority) if params["priority"] == RAISE else params["priority"]
        changes.set_priority(ticket, priority=wanted, actor=actor)


def _next_up(priority: str) -> str:
    steps = [Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT]
    return steps[min(steps.index(Priority(priority)) + 1, len(steps) - 1)]
