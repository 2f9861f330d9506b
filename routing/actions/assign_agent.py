"""Give the ticket to an agent: a certain one, the team's lead, or nobody."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from routing.actions.recipients import LEAD, NOBODY, agent_choices, agent_meant, spoken
from tickets.models import Ticket
from tickets.services import changes


class AssignAgentForm(forms.Form):
    agent = forms.ChoiceField(choices=lambda: agent_choices(LEAD, NOBODY), label="Agent")


class AssignAgent(Action):
    key = "assign_agent"
    label = "Assign to an agent"
    Params = AssignAgentForm

    def describe(self, params: Values) -> str:
        return f"Assign to {spoken(params['agent'])}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        agent = agent_meant(ticket, params["agent"])
        # A team without a lead keeps its assignee; only "nobody" takes a ticket away.
        if agent is None and params["agent"] != NOBODY:
            return
        changes.assign(ticket, agent=agent, reason=self.describe(params), actor=actor)
