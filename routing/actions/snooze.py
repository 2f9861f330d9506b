"""Put the ticket away for some hours."""

from __future__ import annotations

from datetime import timedelta

from django import forms

from core.clock import now
from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from tickets.models import Ticket
from tickets.services import changes


class SnoozeForm(forms.Form):
    hours = forms.IntegerField(min_value=1, max_value=24 * 90, label="Hours")


class Snooze(Action):
    key = "snooze"
    label = "Snooze"
    Params = SnoozeForm

    def describe(self, params: Values) -> str:
        return f"Snooze for {params['hours']} h"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> None:
        if ticket.is_open:
            changes.snooze(ticket, until=now() + timedelta(hours=params["hours"]), actor=actor)
