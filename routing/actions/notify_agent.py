"""Ring the bell of an agent, of a team, or of the managers."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from notifications.services.notify import notify
from routing.actions.base import Action, Values
from routing.actions.recipients import ASSIGNEE, LEAD, MANAGERS, TEAM, agent_choices, people_meant, spoken
from tickets.models import Ticket


class NotifyAgentForm(forms.Form):
    agent = forms.ChoiceField(choices=lambda: agent_choices(ASSIGNEE, LEAD, TEAM, MANAGERS), label="Who")
    text = forms.CharField(label="Text", max_length=200, required=False)


class NotifyAgent(Action):
    key = "notify_agent"
    label = "Notify agents"
    Params = NotifyAgentForm

    def describe(self, params: Values) -> str:
        return f"Notify {spoken(params['agent'])}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        for agent in people_meant(ticket, params["agent"]):
            notify(ticket, agent=agent, text=params.get("text") or actor.name, actor=actor)
