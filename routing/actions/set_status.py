"""Set the status."""

from __future__ import annotations

from django import forms

from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from tickets.models import Status, Ticket
from tickets.services import changes


class SetStatusForm(forms.Form):
    status = forms.ChoiceField(choices=Status.choices, label="Status")


class SetStatus(Action):
    key = "set_status"
    label = "Set the status"
    Params = SetStatusForm

    def describe(self, params: Values) -> str:
        return f"Set the status to {Status(params['status']).label.lower()}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        changes.set_status(ticket, status=params["status"], actor=actor)
