"""Put the ticket away: for some hours, by the clock or while it is open, or until it opens."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms

from core.clock import now
from core.events.catalogue import Actor
from routing.actions.base import Action, Values
from sla.selectors.hours_ahead import open_seconds_after
from tickets.models import Ticket
from tickets.services import changes

BUSINESS, OPENING = "business", "opening"
_HOW = [("", "by the clock"), (BUSINESS, "of business hours"), (OPENING, "until business hours begin")]


class SnoozeForm(forms.Form):
    hours = forms.IntegerField(min_value=1, max_value=24 * 90, label="Hours", required=False)
    counted = forms.ChoiceField(
        choices=_HOW,
        label="Counted",
        required=False,
        help_text="Business hours are those of the ticket's team or inbox.",
    )

    def clean(self) -> None:
        if not self.errors and self.cleaned_data["counted"] != OPENING and not self.cleaned_data.get("hours"):
            self.add_error("hours", "For how many hours?")


class Snooze(Action):
    key = "snooze"
    label = "Snooze"
    Params = SnoozeForm

    def describe(self, params: Values) -> str:
        if params.get("counted") == OPENING:
            return "Snooze until business hours begin"
        return f"Snooze for {params['hours']} {'business hours' if params.get('counted') else 'h'}"

    def apply(self, ticket: Ticket, params: Values, actor: Actor) -> str | None:
        if not ticket.is_open:
            return None
        at = now()
        until = _until(ticket, params, at)
        if until <= at + timedelta(seconds=1):
            return "Not snoozed: business hours have begun"
        changes.snooze(ticket, until=until, actor=actor)
        return None


def _until(ticket: Ticket, params: Values, at: datetime) -> datetime:
    counted = params.get("counted")
    if counted == OPENING:
        return open_seconds_after(ticket, at, 1)
    if counted == BUSINESS:
        return open_seconds_after(ticket, at, params["hours"] * 3600)
    return at + timedelta(hours=params["hours"])
